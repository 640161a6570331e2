-- One row per cell of the cube, with what belongs beside its number: interval, coverage, comparators, target, fitness.
-- Read several times and by index each time: materialising it would cost more.
with cells as not materialized (select * from {{ ref('cube') }}),

peers as (select * from {{ ref('peer_group') }}),

targets as (select * from {{ ref('indicator_target') }}),

parameters as (
    {{ ind_parameters('CELL', [
        'program_review_min_count', 'accountability_min_count', 'program_review_max_half_width',
        'accountability_max_half_width', 'program_review_min_coverage', 'accountability_min_coverage'
    ]) }}
),

-- The interval of a median is the notch of a box plot: 1.57 quartile ranges by the root of the count.
measured as (
    select
        *,
        coalesce(rate, median_amount_usd) as value,
        case
            when rate is not null then {{ ind_wilson('numerator_count', 'denominator_count', '-') }}
            else
                median_amount_usd
                - 1.57 * (third_quartile_usd - first_quartile_usd) / sqrt(nullif(denominator_count, 0))
        end as interval_low,
        case
            when rate is not null then {{ ind_wilson('numerator_count', 'denominator_count', '+') }}
            else
                median_amount_usd
                + 1.57 * (third_quartile_usd - first_quartile_usd) / sqrt(nullif(denominator_count, 0))
        end as interval_high,
        1 - cast(unlinked_count as double precision) / nullif(denominator_count, 0) as coverage
    from cells
),

final as (
    select
        measured.*,
        1 - measured.coverage as unknown_share,
        -- Who is unlinked is a no in the rate itself, which so is the lower bound.
        measured.rate as rate_all_unlinked_no,
        (measured.numerator_count + measured.unlinked_count)
        / nullif(cast(measured.denominator_count as double precision), 0) as rate_all_unlinked_yes,
        coalesce(state.rate, state.median_amount_usd) as state_value,
        peer.peer_count,
        peer.value as peer_value,
        previous.cohort_period as previous_cohort_period,
        previous.value as previous_value,
        coalesce(own_target.target_value, any_target.target_value) as target_value,
        measured.value - coalesce(own_target.target_value, any_target.target_value) as distance_to_target,
        case
            when measured.value is null then null
            when
                measured.denominator_count >= cast(parameters.accountability_min_count as integer)
                and measured.coverage >= cast(parameters.accountability_min_coverage as numeric)
                and (
                    measured.rate is null
                    or (measured.interval_high - measured.interval_low) / 2
                    <= cast(parameters.accountability_max_half_width as numeric)
                )
                then 'accountability'
            when
                measured.denominator_count >= cast(parameters.program_review_min_count as integer)
                and measured.coverage >= cast(parameters.program_review_min_coverage as numeric)
                and (
                    measured.rate is null
                    or (measured.interval_high - measured.interval_low) / 2
                    <= cast(parameters.program_review_max_half_width as numeric)
                )
                then 'program_review'
            else 'inform'
        end as fitness
    from measured
    cross join parameters
    left join cells as state
        on
            {{ ind_same_cell('measured', 'state', ['organization_level', 'organization_id']) }}
            and state.organization_id = 'all'
            and state.organization_level = 'state'
    left join lateral (
        select
            earlier.cohort_period,
            coalesce(earlier.rate, earlier.median_amount_usd) as value
        from cells as earlier
        where
            {{ ind_same_cell('measured', 'earlier', ['cohort_period']) }}
            and earlier.cohort_period < measured.cohort_period
            and measured.cohort_period <> 'all'
        order by earlier.cohort_period desc
        limit 1
    ) as previous on true
    left join lateral (
        select
            count(*) as peer_count,
            -- Medians cannot be pooled: theirs is the median of medians.
            coalesce(
                percentile_cont(0.5) within group (order by theirs.median_amount_usd),
                cast(sum(theirs.numerator_count) / sum(theirs.denominator_count) as double precision)
            ) as value
        from peers as own
        inner join peers as other
            on
                own.organization_level = other.organization_level
                and own.peer_group = other.peer_group
                and own.organization_id <> other.organization_id
        inner join cells as theirs on other.organization_id = theirs.organization_id
        where
            own.organization_level = measured.organization_level
            and own.organization_id = measured.organization_id
            and {{ ind_same_cell('theirs', 'measured', ['organization_id']) }}
    ) as peer on true
    left join targets as own_target
        on measured.indicator_code = own_target.indicator_code and measured.cohort_period = own_target.cohort_period
    left join targets as any_target
        on measured.indicator_code = any_target.indicator_code and any_target.cohort_period = 'all'
)

select * from final
