-- One row per day from 2000 to 2050.
with quarters as (select * from {{ ref('dim_calendar_quarter') }}),

final as (
    select
        cast(days.calendar_date as date) as calendar_date,
        quarters.quarter_index,
        quarters.calendar_year,
        quarters.quarter,
        cast(extract(month from days.calendar_date) as integer) as month,
        quarters.school_year,
        quarters.program_year
    from quarters
    cross join
        lateral generate_series(
            cast(quarters.begin_date as timestamp), cast(quarters.end_date as timestamp), interval '1 day'
        ) as days (calendar_date)
)

select * from final
