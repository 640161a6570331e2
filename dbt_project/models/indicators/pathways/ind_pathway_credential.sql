-- One row per person and career pathway entered: a recognized credential of the pathway (completer).
with judged as ({{ ind_pathway_credentialed() }}),

final as (
    select
        'AQCP_CREDENTIAL' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_judged() }},
        pathway_code
    from judged
)

select * from final
