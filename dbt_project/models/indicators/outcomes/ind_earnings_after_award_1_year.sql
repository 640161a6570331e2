-- One row per person and academic year of an award: earnings in the first year after it.
with judged as ({{ ind_earnings_after('EARNINGS_AWARD_1Y', 'award', 1) }}),

final as (
    select
        'EARNINGS_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
