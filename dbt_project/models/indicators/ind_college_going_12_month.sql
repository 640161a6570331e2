-- One row per graduate with a regular diploma: enrollment in any college within 12 months of it.
with diplomas as (select * from {{ ref('fct_diploma') }}),

enrollments as (select * from {{ ref('fct_postsecondary_enrollment') }}),

schools as (select * from {{ ref('dim_school') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

availability as (select * from {{ ref('availability') }}),

parameters as ({{ ind_parameters('COLLEGE_GOING_12M', ['window_days']) }}),

graduates as (
    select distinct on (diplomas.person_id)
        diplomas.person_id,
        diplomas.school_id,
        diplomas.school_year,
        diplomas.diploma_date,
        diplomas.diploma_date + cast(parameters.window_days as integer) as window_end
    from diplomas
    cross join parameters
    where diplomas.diploma_treatment = 'regular'
    order by diplomas.person_id asc, diplomas.diploma_date asc, diplomas.school_id asc
),

-- The window is open on the side of the diploma: the day after it is the first that counts, the 365th the last.
first_spell as (
    select distinct on (graduates.person_id)
        graduates.person_id,
        enrollments.evidence_source
    from graduates
    inner join enrollments
        on
            graduates.person_id = enrollments.person_id
            and graduates.diploma_date < enrollments.end_date
            and graduates.window_end >= enrollments.begin_date
    where not enrollments.is_dual
    order by graduates.person_id asc, enrollments.begin_date asc, enrollments.evidence_source desc
),

-- Both kinds of evidence must reach the end of the window; a state that has only one of them is judged by that one.
-- Classes whose first autumn lies before all college records cannot be judged, ever, and are left out.
judged as (
    select
        graduates.*,
        first_spell.evidence_source,
        coalesce(
            graduates.window_end <= least(availability.last_nsc_date, availability.last_postsecondary_date), false
        ) as is_available
    from graduates
    cross join availability
    left join first_spell on graduates.person_id = first_spell.person_id
    where coalesce(availability.first_college_date <= make_date(graduates.school_year, 9, 30), true)
),

final as (
    select
        'COLLEGE_GOING_12M' as indicator_code,
        '1.0' as indicator_version,
        cast(judged.school_year as text) as cohort_period,
        cast(judged.person_id as text) as unit_id,
        judged.person_id,
        judged.school_id,
        schools.district_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        case
            when not judged.is_available then 'not_yet_available'
            when judged.evidence_source is not null then 'yes'
            else 'no'
        end as outcome,
        cast(null as numeric(14, 2)) as amount_usd,
        case when judged.is_available then judged.evidence_source end as evidence_source,
        cast(null as text) as employer_key
    from judged
    left join schools on judged.school_id = schools.school_id
    left join concentrators on judged.person_id = concentrators.person_id
)

select * from final
