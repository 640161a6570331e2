-- One row per graduate with a regular diploma: wages in the fourth quarter after it.
with judged as ({{ ind_employed_after('high_school', 4) }}),

final as (
    select
        'EMPLOYED_HS_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
