-- One row per high school graduate, and one per person and academic year with a postsecondary award.
with graduates as (select * from {{ ref('int_k12__graduate') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

programs as (select * from {{ ref('dim_program') }}),

-- Of several awards of a year the one of the highest level counts, then the last.
awarded as (
    select distinct on (person_id, academic_year) *
    from (
        select
            *,
            {{ academic_year_of('award_date') }} as academic_year
        from awards
        where award_date is not null
    ) as dated
    order by
        person_id asc, academic_year asc, cast(substring(award_level_code from '^[0-9]+') as integer) desc nulls last,
        award_date desc, institution_key asc, cip_code asc
),

final as (
    select
        'high_school' as origin,
        cast(graduates.school_year as text) as cohort_period,
        cast(graduates.person_id as text) as unit_id,
        graduates.person_id,
        graduates.school_id,
        graduates.district_id,
        graduates.cip_code,
        graduates.career_cluster_code,
        graduates.school_year as origin_calendar_year,
        control.quarter_index(graduates.diploma_date) as origin_quarter_index
    from graduates

    union all

    select
        'award' as origin,
        cast(awarded.academic_year as text) as cohort_period,
        cast(awarded.person_id as text) || '|' || cast(awarded.academic_year as text) as unit_id,
        awarded.person_id,
        awarded.institution_key as school_id,
        cast(null as text) as district_id,
        awarded.cip_code,
        programs.career_cluster_code,
        cast(extract(year from awarded.award_date) as integer) as origin_calendar_year,
        control.quarter_index(awarded.award_date) as origin_quarter_index
    from awarded
    left join programs on awarded.cip_code = programs.cip_code
)

select * from final
