-- One row per person and academic year of an award: earnings in the first year after it.
with origins as (select * from {{ ref('int_outcome__origin') }}),

availability as (select * from {{ ref('availability') }}),

earnings as (select * from {{ ref('int_person__annual_earnings') }}),

college as (
    select * from {{ ref('fct_postsecondary_enrollment') }}
    where not is_dual
),

parameters as (
    {{ ind_parameters(
        'EARNINGS_AWARD_1Y', ['min_quarters', 'minimum_wage_usd', 'hours_per_year', 'exclude_enrolled']
    ) }}
),

judged as (
    {{ ind_attached_earnings('award', 1) }}
),

final as (
    select
        'EARNINGS_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
