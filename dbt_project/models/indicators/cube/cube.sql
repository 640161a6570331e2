-- One row per indicator, version, cohort, organisation, pathway and subgroup: true counts, not yet disclosure-checked.
with units as (select * from {{ ref('int_outcome__unit') }}),

members as (select * from {{ ref('int_cube__member') }}),

cohorts as (select * from {{ ref('int_cube__cohort') }}),

organizations as (select * from {{ ref('int_cube__organization') }}),

programs as (select * from {{ ref('int_cube__program') }}),

subgroups as (select * from {{ ref('int_cube__subgroup') }}),

-- Units are counted once under their finest keys, so that the many cells are sums of few rows.
everybody as (
    {{ ind_summed('units', ind_counts()) }}
),

divided as (
    {{ ind_summed('units inner join members on units.person_id = members.person_id', ind_counts(), by_subgroup=true) }}
),

-- Disclosure control asks for the employers behind amounts alone.
paid as (
    select * from units
    where employer_number is not null and amount_usd is not null
),

paid_everybody as (
    {{ ind_summed('paid', 'count(*) as unit_count', extra='employer_number') }}
),

paid_divided as (
    {{ ind_summed(
        'paid inner join members on paid.person_id = members.person_id', 'count(*) as unit_count',
        extra='employer_number', by_subgroup=true
    ) }}
),

earned as (
    select * from units
    where amount_usd is not null
),

earned_divided as (
    select
        earned.*,
        members.subgroup_key
    from earned
    inner join members on earned.person_id = members.person_id
),

count_cells as (
    {{ ind_cells('everybody', 'divided', ind_counts_of_counts()) }}
),

employer_cells as (
    {{ ind_cells('paid_everybody', 'paid_divided', 'sum(unit_count) as unit_count', extra='employer_number') }}
),

employers as (
    {{ ind_employers('employer_cells') }}
),

median_cells as (
    {{ ind_cells('earned', 'earned_divided',
        'percentile_cont(array[0.25, 0.5, 0.75]) within group (order by amount_usd) as quartiles') }}
),

measured as (
    {{ ind_put_together() }}
),

cohort_cells as ({{ ind_cell_names('cohorts', 'cell_cohort_key, indicator_code, indicator_version, counted_in') }}),

organization_cells as (
    {{ ind_cell_names('organizations', 'cell_organization_key, organization_level, organization_id') }}
),

program_cells as ({{ ind_cell_names('programs', 'cell_program_key, pathway_level, pathway_id') }}),

final as (
    select
        cohort_cells.indicator_code,
        cohort_cells.indicator_version,
        cohort_cells.counted_in as cohort_period,
        organization_cells.organization_level,
        organization_cells.organization_id,
        program_cells.pathway_level,
        program_cells.pathway_id,
        subgroups.subgroup_dimension,
        subgroups.subgroup,
        cast(measured.denominator_count as bigint) as denominator_count,
        cast(measured.numerator_count as bigint) as numerator_count,
        cast(measured.not_yet_available_count as bigint) as not_yet_available_count,
        cast(measured.unlinked_count as bigint) as unlinked_count,
        -- A median has no rate: everyone in it has earned.
        case
            when measured.quartiles is null
                then cast(measured.numerator_count / nullif(measured.denominator_count, 0) as double precision)
        end as rate,
        cast(measured.quartiles[2] as numeric(14, 2)) as median_amount_usd,
        cast(measured.quartiles[1] as numeric(14, 2)) as first_quartile_usd,
        cast(measured.quartiles[3] as numeric(14, 2)) as third_quartile_usd,
        coalesce(measured.employer_count, 0) as employer_count,
        measured.top_employer_share
    from measured
    inner join cohort_cells on measured.cell_cohort_key = cohort_cells.cell_cohort_key
    inner join organization_cells on measured.cell_organization_key = organization_cells.cell_organization_key
    inner join program_cells on measured.cell_program_key = program_cells.cell_program_key
    inner join subgroups on measured.subgroup_key = subgroups.subgroup_key
    -- A cell in which everybody waits is told of the whole state only.
    where
        measured.denominator_count > 0
        or measured.cell_organization_key + measured.cell_program_key + measured.subgroup_key = 0
)

select * from final
