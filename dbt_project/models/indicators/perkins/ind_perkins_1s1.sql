-- One row per CTE concentrator in an adjusted cohort: four-year graduation.
with concentrators as ({{ ind_concentrators_of('ind_acgr_4_year') }}),

final as (
    select
        'PERKINS_1S1' as indicator_code,
        '1.0' as indicator_version,
        concentrators.*
    from concentrators
)

select * from final
