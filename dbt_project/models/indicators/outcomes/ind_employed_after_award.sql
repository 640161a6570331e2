-- One row per person and academic year of an award: wages in the fourth quarter after it.
with judged as ({{ ind_employed_after('award', 4) }}),

final as (
    select
        'EMPLOYED_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
