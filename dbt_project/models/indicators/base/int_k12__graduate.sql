-- One row per person with a regular diploma: the first of them.
with diplomas as (select * from {{ ref('fct_diploma') }}),

schools as (select * from {{ ref('dim_school') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

graduates as (
    select distinct on (person_id)
        person_id,
        school_id,
        school_year,
        diploma_date
    from diplomas
    where diploma_treatment = 'regular'
    order by person_id asc, diploma_date asc, school_id asc
),

final as (
    select
        graduates.person_id,
        graduates.school_id,
        schools.district_id,
        graduates.school_year,
        graduates.diploma_date,
        concentrators.person_id is not null as is_concentrator,
        concentrators.cip_code,
        concentrators.career_cluster_code
    from graduates
    left join schools on graduates.school_id = schools.school_id
    left join concentrators on graduates.person_id = concentrators.person_id
)

select * from final
