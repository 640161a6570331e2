-- One row per CTE concentrator with a regular diploma: work-based learning.
with judged as ({{ ind_graduates_with('work_source', who='is_concentrator') }}),

final as (
    select
        'PERKINS_5S3' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
