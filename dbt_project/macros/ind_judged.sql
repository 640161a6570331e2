{#- The eleven columns of the common contract after code and version, of a relation whose units are judged: cohort_period, unit_id,
    person_id, school_id, district_id, cip_code, career_cluster_code, is_available, found_in (the record that shows a yes, else
    null) and employer_key. A unit that is not available yet shows nothing of what is known already. -#}
{% macro ind_judged() -%}
cohort_period,
        unit_id,
        person_id,
        school_id,
        district_id,
        cip_code,
        career_cluster_code,
        case
            when not is_available then 'not_yet_available'
            when found_in is not null then 'yes'
            else 'no'
        end as outcome,
        cast(null as numeric(14, 2)) as amount_usd,
        case when is_available then found_in end as evidence_source,
        case when is_available then employer_key end as employer_key
{%- endmacro %}


{#- Judged units of indicators on periods of participation: no school, and the pathway of the training. -#}
{% macro ind_wioa_unit(relation) -%}
{{ relation }}.cohort_period,
        {{ relation }}.unit_id,
        {{ relation }}.person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        {{ relation }}.cip_code,
        {{ relation }}.career_cluster_code
{%- endmacro %}


{#- Periods of participation that ended, and the evidence of employment in the quarter so many quarters after exit. -#}
{% macro ind_wioa_employed(quarter) %}
    select
        {{ ind_wioa_unit('exiters') }},
        exiters.is_available,
        case when exiters.wage_usd > 0 then 'ui_wage' else exiters.supplemental_source end as found_in,
        exiters.employer_key
    from {{ ref('int_wioa__exiter') }} as exiters
    where exiters.quarter_after_exit = {{ quarter }}
{% endmacro %}
