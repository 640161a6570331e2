-- One row per graduate who entered a two-year college: enrollment at a four-year college after it.
with entrants as (select * from {{ ref('int_k12__college_entrant') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

institutions as (select * from {{ ref('dim_institution') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('COLLEGE_TRANSFER_2_4', ['window_years']) }}),

windows as (
    select
        entrants.*,
        cast(entrants.entry_date + make_interval(years => cast(parameters.window_years as integer)) as date) as closes
    from entrants
    cross join parameters
    where entrants.institution_level in ('2', 'L')
),

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
        windows.cohort_period,
        windows.unit_id,
        windows.person_id,
        windows.school_id,
        windows.district_id,
        windows.cip_code,
        windows.career_cluster_code,
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
