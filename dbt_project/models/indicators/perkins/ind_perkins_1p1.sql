-- One row per postsecondary CTE concentrator who completed a program: placement in the second quarter after it.
with concentrators as (select * from {{ ref('int_postsecondary__concentrator') }}),

college as (select * from {{ ref('fct_postsecondary_enrollment') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

quarters as (select * from {{ ref('dim_calendar_quarter') }}),

availability as (select * from {{ ref('availability') }}),

-- A reporting year runs from July and is named by the year it ends in.
completers as (
    select
        cast(extract(year from concentrators.completion_date + interval '6 months') as text) as cohort_period,
        cast(concentrators.person_id as text) as unit_id,
        concentrators.person_id,
        cast(null as text) as school_id,
        cast(null as text) as district_id,
        concentrators.cip_code,
        concentrators.career_cluster_code,
        quarters.quarter_index as measured_quarter_index,
        quarters.begin_date as opens,
        quarters.end_date as closes
    from concentrators
    inner join quarters on control.quarter_index(concentrators.completion_date) + 2 = quarters.quarter_index
),

enrolled as ({{ ind_first_spell('completers') }}),

judged as ({{ ind_placed('completers') }}),

final as (
    select
        'PERKINS_1P1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
