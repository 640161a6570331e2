-- One row per person and academic year of an award: earnings in the fifth year after it.
with judged as ({{ ind_earnings_after('EARNINGS_AWARD_5Y', 'award', 5) }}),

final as (
    select
        'EARNINGS_AWARD_5Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
