-- One row per person and career pathway left: earnings of the second and third quarter after it together.
with leavers as ({{ ind_pathway_leavers(3) }}),

judged as (
    select
        leavers.*,
        true as is_met,
        leavers.second_usd + leavers.third_usd as earned_usd
    from leavers
    where not leavers.is_available or (leavers.second_usd > 0 and leavers.third_usd > 0)
),

final as (
    select
        'AQCP_INITIAL_EARNINGS' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }},
        pathway_code
    from judged
)

select * from final
