-- One row per career pathway: those of the state's file, else the default ones.
with defaults as (select * from {{ ref('career_pathway_default') }}),

choices as (select * from {{ source('control', 'state_parameter') }}),

own as (
    select
        split_part(indicator_code, ':', 2) as pathway_code,
        max(value) filter (where parameter = 'name') as pathway_name,
        max(value) filter (where parameter = 'programs') as cip_prefixes,
        max(value) filter (where parameter = 'credentials') as credential_codes,
        max(value) filter (where parameter = 'sectors') as naics_sectors
    from choices
    where indicator_code like 'PATHWAY:%'
    group by indicator_code
),

final as (
    select * from own
    union all
    select * from defaults
    where not exists (select 1 from own)
)

select * from final
