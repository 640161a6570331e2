-- One row per graduate with a regular diploma: a recognized postsecondary credential by then.
with judged as ({{ ind_graduates_with('credential_source') }}),

final as (
    select
        'HS_CREDENTIAL' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }}
    from judged
)

select * from final
