-- One row per CTE concentrator who left secondary education: placement in the second quarter after the exit.
with enrollments as (select * from {{ ref('fct_k12_enrollment') }}),

treatments as (select * from {{ ref('k12_exit_treatment') }}),

concentrators as (select * from {{ ref('int_k12__concentrator') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

quarters as (select * from {{ ref('dim_calendar_quarter') }}),

schools as (select * from {{ ref('dim_school') }}),

availability as (select * from {{ ref('availability') }}),

last_enrollment as (
    select distinct on (person_id) *
    from enrollments
    order by person_id asc, entry_date desc, exit_date desc nulls first, school_id asc
),

-- Leavers graduated, completed otherwise, dropped out or aged out. Transfers, the dead and the still enrolled are none.
leavers as (
    select
        last_enrollment.person_id,
        last_enrollment.school_id,
        last_enrollment.school_year,
        control.quarter_index(last_enrollment.exit_date) + 2 as measured_quarter_index,
        concentrators.cip_code,
        concentrators.career_cluster_code
    from last_enrollment
    inner join concentrators on last_enrollment.person_id = concentrators.person_id
    inner join treatments on last_enrollment.exit_type_code = treatments.exit_type_code
    where
        last_enrollment.exit_date is not null
        and treatments.leaver_type in ('graduate', 'completer', 'dropout', 'aged_out')
),

enrolled as (
    select distinct on (leavers.person_id)
        leavers.person_id,
        college.evidence_source
    from leavers
    inner join quarters on leavers.measured_quarter_index = quarters.quarter_index
    inner join college
        on
            leavers.person_id = college.person_id
            and quarters.end_date >= college.begin_date
            and quarters.begin_date <= college.end_date
    where not college.is_dual
    order by leavers.person_id asc, college.evidence_source desc
),

-- Both wages and college terms must reach the quarter; a state without any college source is judged by wages.
-- Leavers measured before the first delivered wages cannot be judged, ever, and are left out.
judged as (
    select
        leavers.*,
        coalesce(leavers.measured_quarter_index <= least(
            availability.last_wage_quarter_index,
            control.quarter_index(least(availability.last_nsc_date, availability.last_postsecondary_date))
        ), false) as is_available,
        coalesce(enrolled.evidence_source, case when wages.wage_usd > 0 then 'ui_wage' end) as found_in,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key
    from leavers
    cross join availability
    left join enrolled on leavers.person_id = enrolled.person_id
    left join wages
        on
            leavers.person_id = wages.person_id
            and leavers.measured_quarter_index = wages.quarter_index
    where coalesce(leavers.measured_quarter_index >= availability.first_wage_quarter_index, true)
),

final as (
    select
        'PERKINS_3S1' as indicator_code,
        '1.0' as indicator_version,
        cast(judged.school_year as text) as cohort_period,
        cast(judged.person_id as text) as unit_id,
        judged.person_id,
        judged.school_id,
        schools.district_id,
        judged.cip_code,
        judged.career_cluster_code,
        case
            when not judged.is_available then 'not_yet_available'
            when judged.found_in is not null then 'yes'
            else 'no'
        end as outcome,
        cast(null as numeric(14, 2)) as amount_usd,
        case when judged.is_available then judged.found_in end as evidence_source,
        case when judged.is_available then judged.employer_key end as employer_key
    from judged
    left join schools on judged.school_id = schools.school_id
)

select * from final
