-- One row per person and academic year of an award: one employer around the fourth quarter after it.
with origins as (select * from {{ ref('int_outcome__origin') }}),

wages as (
    select * from {{ ref('fct_wage') }}
    where wage_usd > 0
),

availability as (select * from {{ ref('availability') }}),

units as (
    {{ ind_origin_quarter('award', 4, 5) }}
),

-- The same employer paid in the quarter, before it and after it.
stayed as (
    select
        units.unit_id,
        min(wages.employer_key) as employer_key
    from units
    inner join wages
        on
            units.person_id = wages.person_id
            and wages.quarter_index between units.measured_quarter_index - 1 and units.measured_quarter_index + 1
    group by units.unit_id, wages.employer_key
    having count(*) = 3
),

stayers as (
    select
        unit_id,
        min(employer_key) as employer_key
    from stayed
    group by unit_id
),

judged as (
    select
        units.*,
        stayers.unit_id is not null as is_met,
        stayers.employer_key
    from units
    left join stayers on units.unit_id = stayers.unit_id
),

final as (
    select
        'FULL_QUARTER_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
