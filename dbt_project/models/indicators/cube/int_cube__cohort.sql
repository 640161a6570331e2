-- One row per indicator, version, cohort and cohort that it counts in: its own and, once complete, all together.
with outcomes as (select * from {{ ref('outcome') }}),

-- A cohort is complete when none of its units waits for data.
cohorts as (
    select
        indicator_code,
        indicator_version,
        cohort_period,
        not bool_or(outcome = 'not_yet_available') as is_complete,
        coalesce(bool_or(evidence_source = 'ui_wage'), false) as in_wages,
        coalesce(bool_or(evidence_source in ('nsc', 'unit_record')), false) as in_college
    from outcomes
    group by indicator_code, indicator_version, cohort_period
),

-- Where an indicator looks for its outcome is told by the evidence that it found in any cohort.
final as (
    select
        cohorts.indicator_code,
        cohorts.indicator_version,
        cohorts.cohort_period,
        counted.counted_in,
        cast(dense_rank() over by_cohort as integer) as cohort_key,
        cast(dense_rank() over by_cell as integer) as cell_cohort_key,
        bool_or(cohorts.in_wages) over by_indicator as in_wages,
        bool_or(cohorts.in_college) over by_indicator as in_college
    from cohorts
    cross join
        lateral unnest(
            case when cohorts.is_complete then array[cohorts.cohort_period, 'all'] else array[cohorts.cohort_period] end
        ) as counted (counted_in)
    window
        by_cohort as (order by cohorts.indicator_code, cohorts.indicator_version, cohorts.cohort_period),
        by_cell as (order by cohorts.indicator_code, cohorts.indicator_version, counted.counted_in),
        by_indicator as (partition by cohorts.indicator_code)
)

select * from final
