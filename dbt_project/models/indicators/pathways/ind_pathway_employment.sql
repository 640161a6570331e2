-- One row per person and career pathway left: wages in the second quarter after it.
with leavers as ({{ ind_pathway_leavers(2) }}),

judged as (
    select
        leavers.*,
        leavers.second_usd > 0 as is_met,
        cast(null as numeric) as earned_usd
    from leavers
),

final as (
    select
        'AQCP_EMPLOYED_Q2' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }},
        pathway_code
    from judged
)

select * from final
