-- One row per graduate in a college of the state that reports courses: a developmental course in the first year.
with windows as ({{ ind_entrants_until_end_of('window_days', 'COLLEGE_REMEDIATION') }}),

courses as (select * from {{ ref('fct_postsecondary_course') }}),

availability as (select * from {{ ref('availability') }}),

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
        {{ ind_unit('windows') }},
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
