-- One row per person and career pathway left: wages in a sector that it aims at, in the second quarter after.
with leavers as ({{ ind_pathway_leavers(2) }}),

pathways as (select * from {{ ref('career_pathway') }}),

employers as (select * from {{ ref('dim_employer') }}),

judged as (
    select
        leavers.*,
        leavers.second_usd > 0
        and coalesce(employers.naics_sector = any(string_to_array(pathways.naics_sectors, '|')), false) as is_met,
        cast(null as numeric) as earned_usd
    from leavers
    inner join pathways on leavers.pathway_code = pathways.pathway_code
    left join employers on leavers.employer_key = employers.employer_key
    -- A pathway that aims at no sector in particular cannot be judged.
    where pathways.naics_sectors <> ''
),

final as (
    select
        'AQCP_TARGET_SECTOR_Q2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }},
        pathway_code
    from judged
)

select * from final
