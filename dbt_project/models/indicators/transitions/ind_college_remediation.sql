-- One row per graduate in a college of the state that reports courses: a developmental course in the first year.
with entrants as (select * from {{ ref('int_k12__college_entrant') }}),

courses as (select * from {{ ref('fct_postsecondary_course') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('COLLEGE_REMEDIATION', ['window_days']) }}),

windows as (
    select
        entrants.*,
        entrants.entry_date + cast(parameters.window_days as integer) as closes
    from entrants
    cross join parameters
),

-- Only who is known with courses is asked: colleges elsewhere tell of none.
taken as (
    select
        windows.unit_id,
        bool_or(courses.is_developmental) as is_developmental
    from windows
    inner join courses
        on
            windows.person_id = courses.person_id
            and windows.entry_date <= courses.begin_date
            and windows.closes >= courses.begin_date
    where not courses.is_dual
    group by windows.unit_id
),

judged as (
    select
        windows.cohort_period,
        windows.unit_id,
        windows.person_id,
        windows.school_id,
        windows.district_id,
        windows.cip_code,
        windows.career_cluster_code,
        coalesce(windows.closes <= availability.last_postsecondary_date, false) as is_available,
        case when taken.is_developmental then 'unit_record' end as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    inner join taken on windows.unit_id = taken.unit_id
),

final as (
    select
        'COLLEGE_REMEDIATION' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
