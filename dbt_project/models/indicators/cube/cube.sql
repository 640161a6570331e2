-- One row per indicator, version, cohort, organisation, pathway and subgroup: true counts, not yet disclosure-checked.
with outcomes as (select * from {{ ref('outcome') }}),

-- A cohort is complete when none of its units waits for data; only complete cohorts are pooled under 'all'.
cohorts as materialized (
    select
        indicator_code,
        indicator_version,
        cohort_period,
        unnest(
            case
                when bool_or(outcome = 'not_yet_available') then array[cohort_period]
                else array[cohort_period, 'all']
            end
        ) as counted_in
    from outcomes
    group by indicator_code, indicator_version, cohort_period
),

-- Units are counted once under their finest keys, so that the many cells are sums of few rows.
counted as (
    select
        {{ ind_cube_keys() }},
        count(*) filter (where outcome <> 'not_yet_available') as denominator_count,
        count(*) filter (where outcome = 'yes') as numerator_count,
        count(*) filter (where outcome = 'not_yet_available') as not_yet_available_count,
        count(*) filter (where is_unlinked) as unlinked_count
    from (select * from {{ ref('int_outcome__subgrouped') }}) as observations
    group by {{ ind_cube_keys() }}
),

paid as (
    select
        {{ ind_cube_keys() }},
        employer_key,
        count(*) as unit_count
    from (select * from {{ ref('int_outcome__subgrouped') }}) as observations
    where employer_key is not null
    group by {{ ind_cube_keys() }}, employer_key
),

earned as (
    select
        {{ ind_cube_keys() }},
        amount_usd
    from (select * from {{ ref('int_outcome__subgrouped') }}) as observations
    where amount_usd is not null
),

count_cells as (
    {{ ind_cells('counted', [
        'sum(denominator_count) as denominator_count',
        'sum(numerator_count) as numerator_count',
        'sum(not_yet_available_count) as not_yet_available_count',
        'sum(unlinked_count) as unlinked_count'
    ]) }}
),

employer_cells as (
    {{ ind_cells('paid', ['sum(unit_count) as unit_count'], extra='employer_key') }}
),

employers as (
    select
        {{ ind_cell_keys() }},
        count(*) as employer_count,
        cast(max(unit_count) / sum(unit_count) as double precision) as top_employer_share
    from employer_cells
    group by {{ ind_cell_keys() }}
),

median_cells as (
    {{ ind_cells('earned', [
        'percentile_cont(array[0.25, 0.5, 0.75]) within group (order by amount_usd) as quartiles'
    ]) }}
),

final as (
    select
        {{ ind_cell_keys() }},
        cast(count_cells.denominator_count as bigint) as denominator_count,
        cast(count_cells.numerator_count as bigint) as numerator_count,
        cast(count_cells.not_yet_available_count as bigint) as not_yet_available_count,
        cast(count_cells.unlinked_count as bigint) as unlinked_count,
        -- A median has no rate: everyone in it has earned.
        case
            when median_cells.quartiles is null
                then cast(count_cells.numerator_count / nullif(count_cells.denominator_count, 0) as double precision)
        end as rate,
        cast(median_cells.quartiles[2] as numeric(14, 2)) as median_amount_usd,
        cast(median_cells.quartiles[1] as numeric(14, 2)) as first_quartile_usd,
        cast(median_cells.quartiles[3] as numeric(14, 2)) as third_quartile_usd,
        coalesce(employers.employer_count, 0) as employer_count,
        employers.top_employer_share
    from count_cells
    left join employers using ({{ ind_cell_keys() }}) -- noqa: ST07
    left join median_cells using ({{ ind_cell_keys() }}) -- noqa: ST07
    -- A cell in which everybody waits is told of the whole state only.
    where
        count_cells.denominator_count > 0
        or (organization_level = 'state' and pathway_level = 'all' and subgroup_dimension = 'all')
)

select * from final
