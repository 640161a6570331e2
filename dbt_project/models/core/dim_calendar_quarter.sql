-- One row per calendar quarter from 2000 to 2050.
with quarters as (
    select
        quarter_index,
        quarter_index / 4 as calendar_year,
        quarter_index % 4 + 1 as quarter
    from generate_series(2000 * 4, 2050 * 4 + 3) as series (quarter_index)
),

final as (
    select
        quarter_index,
        calendar_year,
        quarter,
        make_date(calendar_year, quarter * 3 - 2, 1) as begin_date,
        cast(make_date(calendar_year, quarter * 3 - 2, 1) + interval '3 months' - interval '1 day' as date) as end_date,
        case when quarter >= 3 then calendar_year + 1 else calendar_year end as school_year,
        case when quarter >= 3 then calendar_year else calendar_year - 1 end as program_year
    from quarters
)

select * from final
