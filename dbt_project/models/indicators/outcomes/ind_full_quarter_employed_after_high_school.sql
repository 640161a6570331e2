-- One row per graduate with a regular diploma: one employer around the fourth quarter after it.
with judged as ({{ ind_full_quarter_employed_after('high_school', 4) }}),

final as (
    select
        'FULL_QUARTER_HS_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
