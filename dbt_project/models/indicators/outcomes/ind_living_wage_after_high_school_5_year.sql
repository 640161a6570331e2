-- One row per graduate with a regular diploma with wages in the fifth year after it: a living wage.
with judged as ({{ ind_living_wage_after('LIVING_WAGE_HS_5Y', 'high_school', 5) }}),

final as (
    select
        'LIVING_WAGE_HS_5Y' as indicator_code,
        '1.0' as indicator_version,
        {{ ind_origin_columns() }}
    from judged
)

select * from final
