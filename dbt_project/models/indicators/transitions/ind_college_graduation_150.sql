-- One row per first-time, full-time student of a fall term: an award of the same college within 150 % of normal time.
with college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

awards as (select * from {{ ref('fct_postsecondary_award') }}),

institutions as (select * from {{ ref('dim_institution') }}),

programs as (select * from {{ ref('dim_program') }}),

availability as (select * from {{ ref('availability') }}),

-- First-time and full-time are fixed at entry; only unit records tell them. College in high school changes neither.
first_fall as (
    select distinct on (college.person_id)
        college.person_id,
        college.institution_key,
        college.begin_date,
        college.cip_code,
        cast(extract(year from college.begin_date) as integer) as fall_year,
        case when institutions.institution_level = '4' then 6 else 3 end as years
    from college
    inner join institutions on college.institution_key = institutions.institution_key
    where
        college.entry_status = 'first_time'
        and college.enrollment_intensity = 'full_time'
        and not college.is_dual
        and extract(month from college.begin_date) between 8 and 10
    order by college.person_id asc, college.begin_date asc, college.institution_key asc
),

windows as (
    select
        *,
        cast(person_id as text) as unit_id,
        cast(fall_year as text) as cohort_period,
        make_date(fall_year + years, 8, 31) as closes
    from first_fall
),

awarded as (
    select
        windows.unit_id,
        max(awards.evidence_source) as evidence_source
    from windows
    inner join awards
        on
            windows.person_id = awards.person_id
            and windows.institution_key = awards.institution_key
            and windows.begin_date < awards.award_date
            and windows.closes >= awards.award_date
    group by windows.unit_id
),

judged as (
    select
        windows.cohort_period,
        windows.unit_id,
        windows.person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        windows.cip_code,
        programs.career_cluster_code,
        coalesce(windows.closes <= availability.last_postsecondary_date, false) as is_available,
        awarded.evidence_source as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    left join awarded on windows.unit_id = awarded.unit_id
    left join programs on windows.cip_code = programs.cip_code
),

final as (
    select
        'COLLEGE_GRADUATION_150' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
