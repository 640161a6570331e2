{#- Concentrators (cohort_period, school_id, cip_code, career_cluster_code) in programs that lead to fields where one sex is
    under-represented, judged by whether they are of that sex. The longest prefix of the CIP code decides. -#}
{% macro ind_nontraditional(concentrators, evidence_source) %}
    with fields as (
        select distinct on (programs.cip_code)
            programs.cip_code,
            nontraditional.underrepresented_sex
        from {{ ref('dim_program') }} as programs
        inner join {{ ref('cip_nontraditional') }} as nontraditional
            on starts_with(programs.cip_code, nontraditional.cip_prefix)
        order by programs.cip_code asc, length(nontraditional.cip_prefix) desc
    )

    select
        units.cohort_period,
        cast(units.person_id as text) as unit_id,
        units.person_id,
        units.school_id,
        schools.district_id,
        units.cip_code,
        units.career_cluster_code,
        true as is_available,
        case when people.sex = fields.underrepresented_sex then '{{ evidence_source }}' end as found_in,
        cast(null as text) as employer_key
    from {{ concentrators }} as units
    inner join fields on units.cip_code = fields.cip_code
    left join {{ ref('dim_person') }} as people on units.person_id = people.person_id
    left join {{ ref('dim_school') }} as schools on units.school_id = schools.school_id
{% endmacro %}
