-- One row per school or institution, program, indicator and cohort: the packet for the review of a program.
with cells as (select * from {{ ref('cell') }}),

registry as (select * from {{ ref('registry') }}),

programs as (select * from {{ ref('dim_program') }}),

schools as (select * from {{ ref('dim_school') }}),

institutions as (select * from {{ ref('dim_institution') }}),

final as (
    select
        cells.organization_level,
        cells.organization_id,
        coalesce(schools.school_name, institutions.institution_name) as organization_name,
        cells.pathway_id as cip_code,
        programs.cip_title,
        programs.career_cluster_name,
        cells.indicator_code,
        registry.name as indicator_name,
        registry.unit,
        cells.cohort_period,
        cells.denominator_count,
        cells.value,
        cells.interval_low,
        cells.interval_high,
        cells.coverage,
        cells.state_value as program_state_value,
        cells.peer_value,
        cells.previous_value,
        cells.target_value,
        cells.distance_to_target,
        cells.fitness
    from cells
    inner join registry
        on
            cells.indicator_code = registry.indicator_code
            and cells.indicator_version = registry.indicator_version
    left join programs on cells.pathway_id = programs.cip_code
    left join schools on cells.organization_id = schools.school_id
    left join institutions on cells.organization_id = institutions.institution_key
    where
        cells.organization_level in ('school', 'institution')
        and cells.pathway_level = 'cip'
        and cells.subgroup_dimension = 'all'
)

select * from final
