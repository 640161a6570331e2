-- One row per person and academic year of an award with wages in the first year after it: a living wage.
with judged as ({{ ind_living_wage_after('LIVING_WAGE_AWARD_1Y', 'award', 1) }}),

final as (
    select
        'LIVING_WAGE_AWARD_1Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
