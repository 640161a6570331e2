{#- Graduates with a regular diploma, all or some, and the record that shows what they had by then. All are SQL over
    int_k12__graduate_preparation: the record (null where there is none), who is counted, and whether it can be judged yet. -#}
{% macro ind_graduates_with(evidence, who='true', is_available='true') %}
    select
        cohort_period,
        unit_id,
        person_id,
        school_id,
        district_id,
        cip_code,
        career_cluster_code,
        {{ is_available }} as is_available,
        {{ evidence }} as found_in,
        cast(null as text) as employer_key
    from {{ ref('int_k12__graduate_preparation') }}
    where {{ who }}
{% endmacro %}


{#- The columns of the contract, after code and version, of the CTE concentrators in an adjusted cohort: every rule of the rate for all
    students holds, only who is counted differs. -#}
{% macro ind_concentrators_of(cohort) %}
    select
        {{ ind_unit('cohort') }},
        cohort.outcome,
        cohort.amount_usd,
        cohort.evidence_source,
        cohort.employer_key
    from {{ ref(cohort) }} as cohort
    inner join {{ ref('int_k12__concentrator') }} as concentrators on cohort.person_id = concentrators.person_id
{% endmacro %}
