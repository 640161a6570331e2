-- One row per person and academic year of an award with wages in the first year after it: a living wage.
with origins as (select * from {{ ref('int_outcome__origin') }}),

availability as (select * from {{ ref('availability') }}),

earnings as (select * from {{ ref('int_person__annual_earnings') }}),

thresholds as (select * from {{ ref('living_wage') }}),

parameters as ({{ ind_parameters('LIVING_WAGE_AWARD_1Y', ['household']) }}),

measured as (
    {{ ind_origin_year('award', 1) }}
),

-- Both the earnings and the threshold are dollars of the year measured; a year without a threshold cannot be judged.
judged as (
    select
        measured.*,
        coalesce(measured.wage_usd >= thresholds.annual_usd, false) as is_met,
        cast(null as numeric) as earned_usd
    from measured
    cross join parameters
    inner join thresholds
        on measured.measured_year = thresholds.calendar_year and parameters.household = thresholds.household
    where not measured.is_available or measured.wage_usd > 0
),

final as (
    select
        'LIVING_WAGE_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
