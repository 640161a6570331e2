-- One row per career pathway and program of instruction that belongs to it.
with pathways as (select * from {{ ref('career_pathway') }}),

programs as (select * from {{ ref('dim_program') }}),

final as (
    select distinct
        pathways.pathway_code,
        programs.cip_code
    from pathways
    cross join lateral unnest(string_to_array(pathways.cip_prefixes, '|')) as prefixes (cip_prefix)
    inner join programs on starts_with(programs.cip_code, prefixes.cip_prefix)
)

select * from final
