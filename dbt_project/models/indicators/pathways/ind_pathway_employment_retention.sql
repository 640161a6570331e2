-- One row per person and career pathway left: of those with wages in the second quarter after it, wages in the fourth.
with leavers as ({{ ind_pathway_leavers(4) }}),

judged as (
    select
        leavers.*,
        leavers.fourth_usd > 0 as is_met,
        cast(null as numeric) as earned_usd
    from leavers
    where not leavers.is_available or leavers.second_usd > 0
),

final as (
    select
        'AQCP_RETAINED_Q4' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }},
        pathway_code
    from judged
)

select * from final
