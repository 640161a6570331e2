-- One row per person and academic year of an award: earnings in the tenth year after it.
with judged as ({{ ind_earnings_after('EARNINGS_AWARD_10Y', 'award', 10) }}),

final as (
    select
        'EARNINGS_AWARD_10Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
