"""A cube and a registry made by hand, in the shape that dbt gives them, with numbers nobody else has."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from warehouse.connection import Warehouse

RATE = "COLLEGE_GOING_12M"
WAGE = "WIOA_MEDIAN_EARNINGS_Q2"

_TABLES = """
    drop table if exists indicators.cube, indicators.registry, indicators.cohort_overlap, core.dim_school, core.dim_program;
    create table indicators.cube (
        indicator_code text, indicator_version text, cohort_period text, organization_level text,
        organization_id text, pathway_level text, pathway_id text, subgroup_dimension text, subgroup text,
        denominator_count bigint, numerator_count bigint, not_yet_available_count bigint, rate numeric,
        median_amount_usd numeric(14, 2), employer_count bigint, top_employer_share numeric,
        unlinked_count bigint default 0, first_quartile_usd numeric(14, 2), third_quartile_usd numeric(14, 2));
    create table indicators.registry (
        indicator_code text, indicator_version text, name text, unit text, definition text, numerator text,
        denominator text, exclusions text, sources text, lag text, citation text, caveats text, parameters text,
        is_computed boolean default true);
    create table indicators.cohort_overlap (
        indicator_code text, indicator_version text, cohort_period text, other_cohort_period text, person_count bigint);
    create table core.dim_school (
        school_id text, school_name text, district_id text, district_name text, region_name text, school_type text);
    create table core.dim_program (
        cip_code text, cip_title text, career_cluster_code text, career_cluster_name text);
    insert into core.dim_school values
        ('1', 'One', 'D1', 'Alder Valley', 'East', 'high'), ('2', 'Two', 'D2', 'Birch County', 'East', 'high'),
        ('3', 'Three', 'D3', 'Cedar City', 'West', 'high'), ('4', 'Four', 'D4', 'Dogwood', 'West', 'high');
    insert into core.dim_program values ('51.3801', 'Nursing', '08', 'Health Science');
"""


@dataclass(frozen=True)
class Row:
    """One row of the cube; `place` names the dimension and category of a one-way table."""

    cohort: str
    place: tuple[str, str]
    people: int
    outcome: int
    code: str = RATE
    median: float | None = None
    employers: int | None = None
    share: float | None = None
    waiting: int = 0
    version: str = "1.0"


def make_cube(warehouse: Warehouse, rows: Sequence[Row]) -> None:
    """Replace the cube by these rows and describe both indicators."""
    with warehouse.connect() as connection:
        connection.execute(_TABLES)
        # As dbt's hook does: the publisher reads these.
        for relation in (
            *("indicators.cube", "indicators.registry", "indicators.cohort_overlap"),
            *("core.dim_school", "core.dim_program"),
        ):
            connection.execute("select control.settle_relation(%s, %s)", relation.split("."))
        for code, unit in ((RATE, "percent"), (WAGE, "usd")):
            connection.execute(
                "insert into indicators.registry values (%s, '1.0', %s, %s, 'What it is.', 'Those who did.',"
                " 'All of them.', 'None.', 'Files.', 'A year.', 'A law.', 'Read with care.', 'none', default)",
                (code, f"The indicator {code}", unit),
            )
        for row in rows:
            _insert(connection, row)
        connection.execute(
            "insert into indicators.cohort_overlap select distinct indicator_code, indicator_version, cohort_period,"
            " cohort_period, denominator_count from indicators.cube where subgroup_dimension = 'all'"
            " and organization_level = 'state' and pathway_level = 'all'"
        )


def _insert(connection: Connection[tuple[object, ...]], row: Row) -> None:
    dimension, category = row.place
    organization = (dimension, category) if dimension in ("district", "school") else ("state", "all")
    pathway = (dimension, category) if dimension in ("career_cluster", "cip") else ("all", "all")
    placed = {"state", "district", "school", "career_cluster", "cip"}
    subgroup = ("all", "all") if dimension in placed else (dimension, category)
    rate = row.outcome / row.people if row.people and row.median is None else None
    values = (
        *(row.code, row.version, row.cohort, *organization, *pathway, *subgroup, row.people, row.outcome),
        *(row.waiting, rate, row.median, row.employers, row.share),
    )
    marks = ", ".join([*["%s"] * len(values), *["default"] * 3])
    connection.execute(f"insert into indicators.cube values ({marks})", values)


def small_state() -> list[Row]:
    """Two complete cohorts of a rate and one of a wage; one cohort still waits for files."""
    return [
        *(Row(cohort, ("state", "all"), 1237, 811) for cohort in ("2018", "2019")),
        *(Row(cohort, ("district", "D1"), 703, 463) for cohort in ("2018", "2019")),
        *(Row(cohort, ("district", "D2"), 417, 277) for cohort in ("2018", "2019")),
        *(Row(cohort, ("district", "D3"), 113, 69) for cohort in ("2018", "2019")),
        Row("2018", ("district", "D4"), 4, 2),
        Row("2019", ("district", "D4"), 4, 2),
        Row("2019", ("sex", "F"), 611, 433),
        Row("2019", ("sex", "M"), 626, 378),
        Row("2019", ("career_cluster", "08"), 331, 257),
        Row("2019", ("school", "1"), 351, 233),
        Row("2019", ("cip", "51.3801"), 173, 131),
        Row("2020", ("state", "all"), 907, 611, waiting=23),
        Row("2020", ("sex", "F"), 451, 307),
        Row("2020", ("sex", "M"), 456, 304),
        Row("all", ("state", "all"), 2474, 1622),
        Row("PY2019", ("state", "all"), 219, 219, WAGE, 7349.37, 41, 0.113),
        Row("PY2019", ("sex", "F"), 97, 97, WAGE, 7129.83, 23, 0.217),
        Row("PY2019", ("sex", "M"), 119, 119, WAGE, 7583.19, 27, 0.197),
        Row("PY2019", ("sex", "unknown"), 3, 3, WAGE, 6917.41, 2, 0.667),
    ]
