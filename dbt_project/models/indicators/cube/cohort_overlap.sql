-- One row per indicator, version and two of its cohorts with people in common, or a cohort and itself: how many people.
with outcomes as (select * from {{ ref('outcome') }}),

counted as (
    select
        indicator_code,
        indicator_version,
        person_id,
        array_agg(distinct cohort_period) as cohorts
    from outcomes
    group by indicator_code, indicator_version, person_id
),

pairs as (
    select
        counted.indicator_code,
        counted.indicator_version,
        one.cohort_period,
        another.cohort_period as other_cohort_period
    from counted
    cross join lateral unnest(counted.cohorts) as one (cohort_period)
    cross join lateral unnest(counted.cohorts) as another (cohort_period)
    where one.cohort_period <= another.cohort_period
),

final as (
    select
        indicator_code,
        indicator_version,
        cohort_period,
        other_cohort_period,
        count(*) as person_count
    from pairs
    group by indicator_code, indicator_version, cohort_period, other_cohort_period
)

select * from final
