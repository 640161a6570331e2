-- One row per graduate with a regular diploma: a completed work-based learning experience.
with judged as ({{ ind_graduates_with('work_source') }}),

final as (
    select
        'HS_WORK_BASED_LEARNING' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
