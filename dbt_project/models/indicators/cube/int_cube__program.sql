-- One row per program, cluster and career pathway of units, and pathway level that they count in.
with outcomes as (select * from {{ ref('outcome') }}),

named as (
    select distinct
        cip_code,
        career_cluster_code,
        pathway_code
    from outcomes
),

final as (
    select
        named.cip_code,
        named.career_cluster_code,
        named.pathway_code,
        levels.pathway_level,
        levels.pathway_id,
        cast(
            dense_rank() over (order by named.cip_code, named.career_cluster_code, named.pathway_code) as integer
        ) as program_key,
        -- 0 is all pathways.
        cast(
            dense_rank() over (order by levels.pathway_level <> 'all', levels.pathway_level, levels.pathway_id) - 1
            as integer
        ) as cell_program_key
    from named
    cross join
        lateral (
            values
            ('all', 'all'),
            ('career_cluster', named.career_cluster_code),
            ('cip', named.cip_code),
            ('pathway', named.pathway_code)
        ) as levels (pathway_level, pathway_id)
    where levels.pathway_id is not null
)

select * from final
