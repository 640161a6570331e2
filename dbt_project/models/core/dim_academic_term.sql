-- One row per academic term (autumn, spring, summer), 2000 to 2050.
with years as (
    select calendar_year
    from generate_series(2000, 2050) as series (calendar_year)
),

-- Arkansas counts autumn as quarters three and four, spring as one and two, summer as two and three.
terms as (
    select
        term,
        first_quarter,
        last_quarter,
        years_to_spring
    from (
        values ('SP', 1, 2, 0), ('SU', 2, 3, 0), ('FA', 3, 4, 1)
    ) as listed (term, first_quarter, last_quarter, years_to_spring)
),

final as (
    select
        cast(years.calendar_year as text) || terms.term as academic_term,
        terms.term,
        years.calendar_year,
        years.calendar_year + terms.years_to_spring as academic_year,
        years.calendar_year * 4 + terms.first_quarter - 1 as first_quarter_index,
        years.calendar_year * 4 + terms.last_quarter - 1 as last_quarter_index
    from years
    cross join terms
)

select * from final
