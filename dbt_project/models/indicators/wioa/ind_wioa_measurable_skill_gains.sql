-- One row per period of participation and program year with education or training in it: a skill gain in that year.
with participations as (select * from {{ ref('fct_wioa_participation') }}),

gains as (select * from {{ ref('fct_wioa_skill_gain') }}),

exclusions as (select * from {{ ref('pirl_exit_exclusion') }}),

programs as (select * from {{ ref('dim_program') }}),

availability as (select * from {{ ref('availability') }}),

-- Not based on exit: a period without a completed training reaches to its exit, or to today.
learning as (
    select
        participations.*,
        participations.education_begin_date as opens,
        coalesce(
            participations.education_end_date, participations.program_exit_date, availability.last_pirl_date
        ) as closes,
        availability.first_pirl_program_year,
        availability.last_pirl_date
    from participations
    cross join availability
    where participations.education_begin_date is not null
),

-- A program year runs from July to June: six months earlier the calendar's year is its name.
years as (
    select
        learning.*,
        program_years.program_year,
        make_date(program_years.program_year + 1, 6, 30) as year_end
    from learning
    cross join
        lateral generate_series(
            greatest(
                cast(extract(year from learning.opens - interval '6 months') as integer),
                learning.first_pirl_program_year
            ),
            cast(extract(year from least(learning.closes, learning.last_pirl_date) - interval '6 months') as integer)
        ) as program_years (program_year)
),

gained as (
    select distinct
        person_id,
        program_entry_date,
        cast(extract(year from gain_date - interval '6 months') as integer) as program_year
    from gains
),

-- Tables A and B take a period out from the year of its exit on; table C does not apply here.
judged as (
    select
        'PY' || cast(years.program_year as text) as cohort_period,
        cast(years.person_id as text)
        || '|'
        || cast(years.program_entry_date as text)
        || '|'
        || cast(years.program_year as text) as unit_id,
        years.person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        years.training_cip_code as cip_code,
        programs.career_cluster_code,
        coalesce(years.year_end <= years.last_pirl_date, false) as is_available,
        case when gained.person_id is not null then 'program_record' end as found_in,
        cast(null as text) as employer_key
    from years
    left join gained
        on
            years.person_id = gained.person_id
            and years.program_entry_date = gained.program_entry_date
            and years.program_year = gained.program_year
    left join exclusions
        on
            years.other_reasons_for_exit_code = exclusions.other_reasons_for_exit_code
            and exclusions.guidance_table <> 'C'
            and years.program_exit_date <= years.year_end
    left join programs on years.training_cip_code = programs.cip_code
    where
        not coalesce(case when years.is_youth then exclusions.excludes_youth else exclusions.excludes_adult end, false)
),

final as (
    select
        'WIOA_MSG' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
