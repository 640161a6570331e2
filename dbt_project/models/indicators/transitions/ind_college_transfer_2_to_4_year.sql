-- One row per graduate who entered a two-year college: enrollment at a four-year college after it.
with entrants as ({{ ind_entrants_until_end_of('window_years', 'COLLEGE_TRANSFER_2_4') }}),

windows as (
    select * from entrants
    where institution_level in ('2', 'L')
),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

institutions as (select * from {{ ref('dim_institution') }}),

availability as (select * from {{ ref('availability') }}),

-- With or without an award of the first college.
moved as (
    select
        windows.unit_id,
        max(college.evidence_source) as evidence_source
    from windows
    inner join college
        on
            windows.person_id = college.person_id
            and windows.entry_date < college.begin_date
            and windows.closes >= college.begin_date
    inner join institutions on college.institution_key = institutions.institution_key
    where institutions.institution_level = '4' and not college.is_dual
    group by windows.unit_id
),

judged as (
    select
        {{ ind_unit('windows') }},
        coalesce(
            windows.closes <= least(availability.last_nsc_date, availability.last_postsecondary_date), false
        ) as is_available,
        moved.evidence_source as found_in,
        cast(null as text) as employer_key
    from windows
    cross join availability
    left join moved on windows.unit_id = moved.unit_id
),

final as (
    select
        'COLLEGE_TRANSFER_2_4' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
