"""Wages and status panel of 40 quarters built whole, and with one quarter more, at two sizes: seconds of the models' SQL."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.sync import sync_catalogue
from orchestration.manifest import project_dir
from tests.bench.measure import Measure
from tests.integration.wage_history import SELECTED
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.migration import migrate
from warehouse.server import DATABASE, EmbeddedServer
from warehouse.state import load_state

SMALL, LARGE = 4_000, 16_000
FIRST_QUARTER, QUARTERS = 2014 * 4, 40

_PEOPLE = """
insert into staging.person_key (person_id, source, source_key)
select md5(n::text)::uuid, source, source || n
from generate_series(1, %(people)s) as n cross join unnest(array['k12', 'ui']) as source
"""
_BIRTHS = """
insert into core.person_attribute (person_id, attribute, value, source, decided_by, report_count, other_report_count,
    last_reported_year)
select md5(n::text)::uuid, 'birth_year', (1998 + n %% 6)::text, 'k12', 'only_value', 1, 0, 2014
from generate_series(1, %(people)s) as n
"""
# Three of four people have wages in a quarter, every tenth of them of two employers, one of a hundred the same of both.
_WAGES = """
insert into staging.stg_ui__wages_keyed
    (delivery_id, row_number, source_key, employer_account_id, reporting_unit_id, quarter_index, total_gross_wages)
select quarter, n * 2 + job, 'ui' || n, 'E' || (n * 7 + quarter / 9 + job * 13) %% (%(people)s / 20), 'U', quarter,
    3000 + n %% 5000 + case when n %% 100 = 0 then 0 else job * 700 end
from generate_series(%(first)s::int, %(last)s::int) as quarter
cross join generate_series(1, %(people)s) as n
cross join generate_series(0, 1) as job
where (n + quarter) %% 4 > 0 and (job = 0 or n %% 10 = 0)
"""
# With a quarter come names spelled anew, which linkage gives to people who had wages before.
_SPELLED_ANEW = """
insert into staging.person_key (person_id, source, source_key)
select md5(n::text)::uuid, 'ui', 'again' || n from generate_series(1, %(people)s, 100) as n
"""


def measures(folder: Path) -> dict[str, Measure]:
    """The ratio at the larger size, and how the whole build grows."""
    small, large = (_seconds(folder / str(people), people) for people in (SMALL, LARGE))
    growth = math.log(large[0] / small[0]) / math.log(LARGE / SMALL)
    return {
        "build_new_quarter_to_whole": Measure(round(large[1] / large[0], 3), "ratio", 0.1, "lower"),
        "build_growth": Measure(round(growth, 3), "exponent", 1.1, "lower"),
        f"build_seconds_{LARGE}_people": Measure(round(large[0], 2), "seconds", None, "lower"),
        f"build_new_quarter_seconds_{LARGE}_people": Measure(round(large[1], 2), "seconds", None, "lower"),
    }


def _seconds(folder: Path, people: int) -> tuple[float, float]:
    """Of a whole build of 40 quarters, and of a build with one quarter more."""
    with _warehouse(folder) as warehouse:
        _dbt(
            folder,
            "build",
            "--select",
            "+person_quarter_status",
            "+dim_employer",
            "--exclude-resource-type",
            "test",
        )
        _fill(warehouse, people, FIRST_QUARTER, FIRST_QUARTER + QUARTERS - 1, (_PEOPLE, _BIRTHS))
        whole = _dbt(folder, "run", "--full-refresh", "--select", *SELECTED)
        _fill(warehouse, people, FIRST_QUARTER + QUARTERS, FIRST_QUARTER + QUARTERS, (_SPELLED_ANEW,))
        return whole, _dbt(folder, "run", "--select", *SELECTED)


def _fill(warehouse: Warehouse, people: int, first: int, last: int, statements: tuple[str, ...]) -> None:
    with warehouse.connect() as connection:
        connection.execute("set local session_replication_role = replica")
        for statement in (*statements, _WAGES):
            connection.execute(statement, {"people": people, "first": first, "last": last})  # type: ignore[call-overload]
        connection.execute("analyze staging.person_key, staging.stg_ui__wages_keyed, core.person_attribute")


def _dbt(folder: Path, *arguments: str) -> float:
    """Run dbt in this process; return the seconds of models and hooks together, without dbt's own start."""
    from dbt.cli.main import dbtRunner

    from orchestration.dbt_program import parsed

    places = ["--profiles-dir", ".", "--target-path", str(folder), "--log-path", str(folder), "--quiet"]
    result = dbtRunner(manifest=parsed()).invoke([*arguments, *places, "--threads", "1"])
    if not result.success:
        raise RuntimeError(result.exception or "dbt failed")
    results: Any = result.result
    return float(sum(node.execution_time for node in results))


@contextmanager
def _warehouse(folder: Path) -> Iterator[Warehouse]:
    folder.mkdir(parents=True)
    home = Home(folder / "home").ensure()
    server = EmbeddedServer(home)
    server.start()
    there = Path.cwd()
    try:
        warehouse = Warehouse(home, server.url(DATABASE), is_embedded=True)
        migrate(warehouse)
        sync_catalogue(warehouse, load_state())
        os.environ.update(warehouse.dbt_environment())
        os.chdir(project_dir())
        yield warehouse
        warehouse.close()
    finally:
        os.chdir(there)
        server.remove()
