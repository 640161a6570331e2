-- One row per year from 2000 to 2050: as a school year and academic year, and as a program year.
select
    calendar_year as school_year,
    cast(calendar_year - 1 as text) || '-' || right(cast(calendar_year as text), 2) as school_year_name,
    make_date(calendar_year - 1, 7, 1) as begin_date,
    make_date(calendar_year, 6, 30) as end_date,
    calendar_year - 1 as program_year,
    'PY' || cast(calendar_year - 1 as text) as program_year_name,
    (calendar_year - 1) * 4 + 2 as first_quarter_index,
    calendar_year * 4 + 1 as last_quarter_index
from generate_series(2000, 2050) as series (calendar_year)
