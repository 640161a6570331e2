-- One row per person and academic year of an award: wages in the fourth quarter after it.
with origins as (select * from {{ ref('int_outcome__origin') }}),

wages as (select * from {{ ref('fct_wage_quarter') }}),

availability as (select * from {{ ref('availability') }}),

units as (
    {{ ind_origin_quarter('award', 4, 4) }}
),

judged as (
    select
        units.*,
        coalesce(wages.wage_usd > 0, false) as is_met,
        case when wages.wage_usd > 0 then wages.primary_employer_key end as employer_key
    from units
    left join wages
        on units.person_id = wages.person_id and units.measured_quarter_index = wages.quarter_index
),

final as (
    select
        'EMPLOYED_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
