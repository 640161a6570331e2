-- One row per graduate with a regular diploma: earnings in the first year after it.
with judged as ({{ ind_earnings_after('EARNINGS_HS_1Y', 'high_school', 1) }}),

final as (
    select
        'EARNINGS_HS_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
