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
        cast(last_enrollment.school_year as text) as cohort_period,
        cast(last_enrollment.person_id as text) as unit_id,
        last_enrollment.person_id,
        last_enrollment.school_id,
        schools.district_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        quarters.quarter_index as measured_quarter_index,
        quarters.begin_date as opens,
        quarters.end_date as closes
    from last_enrollment
    inner join concentrators on last_enrollment.person_id = concentrators.person_id
    inner join treatments on last_enrollment.exit_type_code = treatments.exit_type_code
    inner join quarters on control.quarter_index(last_enrollment.exit_date) + 2 = quarters.quarter_index
    left join schools on last_enrollment.school_id = schools.school_id
    where
        last_enrollment.exit_date is not null
        and treatments.leaver_type in ('graduate', 'completer', 'dropout', 'aged_out')
),

enrolled as ({{ ind_first_spell('leavers') }}),

judged as ({{ ind_placed('leavers') }}),

final as (
    select
        'PERKINS_3S1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
