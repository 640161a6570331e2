"""Core tables made by hand in the shape that dbt gives them: graduates of six districts, two of them small."""

from warehouse.connection import Warehouse

PEOPLE = 1200
#: Begins like a formula; a spreadsheet would run it.
FORMULA = "=cmd|' /C calc'!A0"

_TABLES = f"""
    drop table if exists core.dim_person, core.dim_school, core.fct_diploma, core.fct_wage_quarter,
        core.brg_person_subgroup, indicators.outcome, indicators.registry cascade;
    create table core.dim_person as
        select gen_random_uuid() as person_id, n, case when n % 2 = 0 then 'F' else 'M' end as sex,
            (array['White', 'Asian', 'HispanicorLatinoEthnicity', 'TwoorMoreRaces', 'AmericanIndianorAlaskaNative'])
                [case when n % 100 < 60 then 1 when n % 100 < 75 then 2 when n % 100 < 95 then 3
                    when n % 100 < 99 then 4 else 5 end] as race_ethnicity,
            2000 + n % 3 as birth_year
        from generate_series(1, {PEOPLE}) as n;
    create table core.dim_school as
        select 'S' || d as school_id, 'D' || d as district_id,
            case d when 1 then $${FORMULA}$$ else 'District ' || d end as district_name,
            case when d <= 3 then 'East' else 'West' end as region_name
        from generate_series(1, 6) as d;
    create table core.fct_diploma as
        select person_id, case when n % 400 = 0 then 'S6' when n % 90 = 0 then 'S5' else 'S' || (n % 4 + 1) end as school_id,
            2019 + n % 2 as school_year, make_date(2019 + n % 2, 6, 1 + n % 28) as diploma_date,
            'regular' as diploma_treatment
        from core.dim_person;
    create table core.fct_wage_quarter as
        select person_id, (2019 + n % 2) * 4 + 2 + q as quarter_index, 1000 + (n * 37 % 9001) + q::numeric / 7 as wage_usd
        from core.dim_person cross join generate_series(0, 5) as q where n % 5 > 0;
    create table core.brg_person_subgroup as
        select person_id, 'economic_disadvantage' as subgroup_dimension,
            case when n % 3 = 0 then 'yes' else 'no' end as subgroup from core.dim_person;
    create table indicators.registry (indicator_code text, indicator_version text, name text, unit text,
        definition text, denominator text, caveats text, is_computed boolean);
    insert into indicators.registry values ('COLLEGE_GOING_12M', '1.0', 'College going', 'percent',
        'Went to college.', 'Graduates of high school.', 'Private colleges may be missing.', true);
    create table indicators.outcome as
        select 'COLLEGE_GOING_12M' as indicator_code, (2019 + n % 2)::text as cohort_period, person_id::text as unit_id,
            person_id, case when n % 7 < 4 then 'yes' else 'no' end as outcome, null::numeric as amount_usd
        from core.dim_person;
"""
_SENDERS = {
    "k12/student": "north",
    "k12/diploma": "north",
    "k12/school": "north",
    "k12/status": "south",
    "postsecondary/enrollment": "higher_ed",
    "wioa/pirl": "workforce",
    "ui/wage": "ui_agency",
}


def make_state(warehouse: Warehouse) -> None:
    """Replace the tables, and have everything they are made from accepted."""
    with warehouse.connect() as connection:
        connection.execute(_TABLES.encode())
        connection.execute("delete from control.delivery")
        connection.cursor().executemany(
            "insert into control.delivery (layout, submitter, period, sha256, file_name, status, row_count,"
            " accepted_count, quarantined_count, rejected_count) values (%s, %s, '2019', %s, 'x', 'accepted', 1, 1, 0, 0)",
            [(layout, sender, layout) for layout, sender in _SENDERS.items()],
        )
