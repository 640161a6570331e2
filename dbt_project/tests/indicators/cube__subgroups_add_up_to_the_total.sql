-- What:    the subgroups of one dimension do not add up to the cell of all, in some organisation or pathway.
-- Matters: each dimension divides everybody; the disclosure check and every gap rely on it.
-- Resolve: look for persons without a row of the dimension in brg_person_subgroup, or with two.
{{ config(meta={'dagster': {'ref': {'name': 'cube'}}}) }}
with cells as (select * from {{ ref('cube') }}),

divided as (
    select
        indicator_code,
        indicator_version,
        cohort_period,
        organization_level,
        organization_id,
        pathway_level,
        pathway_id,
        subgroup_dimension,
        sum(denominator_count) as denominator_count,
        sum(numerator_count) as numerator_count
    from cells
    where subgroup_dimension <> 'all'
    group by
        indicator_code, indicator_version, cohort_period,
        organization_level, organization_id, pathway_level, pathway_id, subgroup_dimension
)

select
    divided.indicator_code,
    divided.cohort_period,
    divided.organization_id,
    divided.pathway_id,
    divided.subgroup_dimension
from divided
inner join cells
    on
        divided.indicator_code = cells.indicator_code
        and divided.indicator_version = cells.indicator_version
        and divided.cohort_period = cells.cohort_period
        and divided.organization_level = cells.organization_level
        and divided.organization_id = cells.organization_id
        and divided.pathway_level = cells.pathway_level
        and divided.pathway_id = cells.pathway_id
where
    cells.subgroup_dimension = 'all'
    and (
        divided.denominator_count <> cells.denominator_count
        or divided.numerator_count <> cells.numerator_count
    )
