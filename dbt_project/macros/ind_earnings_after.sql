{#- Earnings in a calendar year after an origin (high_school or award): the first full year is 1. Every macro is a query of the origin's units
    with what ind_origin_columns reads. -#}

{#- Whoever is attached to the labour market, with annual earnings in dollars of one year, and those who wait for data. -#}
{% macro ind_earnings_after(code, origin, years) %}
    with origins as (select * from {{ ref('int_outcome__origin') }}),

    availability as (select * from {{ ref('availability') }}),

    earnings as (select * from {{ ref('int_person__annual_earnings') }}),

    college as (
        select * from {{ ref('fct_postsecondary_enrollment') }}
        where not is_dual
    ),

    parameters as (
        {{ ind_parameters(code, ['min_quarters', 'minimum_wage_usd', 'hours_per_year', 'exclude_enrolled']) }}
    ),

    measured as (
        {{ ind_origin_year(origin, years) }}
    )

    select
        measured.*,
        true as is_met,
        measured.real_wage_usd as earned_usd
    from measured
    cross join parameters
    where
        not measured.is_available
        or (
            measured.quarter_count >= cast(parameters.min_quarters as integer)
            and measured.wage_usd
            >= cast(parameters.minimum_wage_usd as numeric) * cast(parameters.hours_per_year as numeric)
            and not (
                cast(parameters.exclude_enrolled as boolean)
                and exists(
                    select 1 from college
                    where
                        college.person_id = measured.person_id
                        and college.begin_date <= make_date(measured.measured_year, 12, 31)
                        and college.end_date >= make_date(measured.measured_year, 1, 1)
                )
            )
        )
{% endmacro %}


{#- Of those with wages: at least a living wage. Both are dollars of the year measured; a year without a threshold cannot be judged. -#}
{% macro ind_living_wage_after(code, origin, years) %}
    with origins as (select * from {{ ref('int_outcome__origin') }}),

    availability as (select * from {{ ref('availability') }}),

    earnings as (select * from {{ ref('int_person__annual_earnings') }}),

    thresholds as (select * from {{ ref('living_wage') }}),

    parameters as ({{ ind_parameters(code, ['household']) }}),

    measured as (
        {{ ind_origin_year(origin, years) }}
    )

    select
        measured.*,
        coalesce(measured.wage_usd >= thresholds.annual_usd, false) as is_met,
        cast(null as numeric) as earned_usd
    from measured
    cross join parameters
    inner join thresholds
        on measured.measured_year = thresholds.calendar_year and parameters.household = thresholds.household
    where not measured.is_available or measured.wage_usd > 0
{% endmacro %}
