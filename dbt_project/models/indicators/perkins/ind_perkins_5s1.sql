-- One row per CTE concentrator with a regular diploma: a recognized postsecondary credential.
with judged as ({{ ind_graduates_with('credential_source', who='is_concentrator') }}),

final as (
    select
        'PERKINS_5S1' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
