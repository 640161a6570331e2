-- One row per cell of a subgroup whose gap to the reference has widened by more than chance and the threshold.
with gaps as (
    select * from {{ ref('equity_gap') }}
    where cohort_period <> 'all' and is_large_enough and rate is not null and subgroup <> 'unknown'
),

parameters as ({{ ind_parameters('EQUITY', ['alert_points']) }}),

followed as (
    select
        *,
        lag(cohort_period) over in_order as previous_cohort_period,
        lag(gap_to_reference) over in_order as previous_gap,
        lag((gap_high - gap_low) / 2) over in_order as previous_half_width
    from gaps
    window
        in_order as (
            partition by
                indicator_code, indicator_version, organization_level, organization_id, pathway_level, pathway_id,
                subgroup_dimension, subgroup
            order by cohort_period asc
        )
),

final as (
    select
        {{ ind_cell_keys() }},
        reference_subgroup,
        previous_cohort_period,
        previous_gap,
        gap_to_reference,
        abs(gap_to_reference) - abs(previous_gap) as widening
    from followed
    cross join parameters
    where
        abs(gap_to_reference) - abs(previous_gap) >= cast(parameters.alert_points as numeric)
        and abs(gap_to_reference - previous_gap)
        > sqrt(previous_half_width ^ 2 + ((gap_high - gap_low) / 2) ^ 2)
)

select * from final
