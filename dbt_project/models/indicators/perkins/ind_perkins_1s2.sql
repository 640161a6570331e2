-- One row per CTE concentrator in an adjusted cohort: five-year graduation.
with concentrators as ({{ ind_concentrators_of('ind_acgr_5_year') }}),

final as (
    select
        'PERKINS_1S2' as indicator_code,
        '1.0' as indicator_version,
        concentrators.*
    from concentrators
)

select * from final
