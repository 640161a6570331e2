"""Loading a wage extract and judging its rows one by one, against a bare COPY of the same rows.

Judged are the rules that need a row alone; repeats, other files and earlier deliveries belong to `rules`.
"""

from pathlib import Path

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from ingest.loader import load_file
from ingest.raw_tables import partition_of
from ingest.sync import sync_catalogue
from quality_checks.batch import exclude_others
from quality_checks.catalogue import rule_set
from quality_checks.decisions import waiting
from quality_checks.findings import find
from quality_checks.rule import Rule
from quality_checks.sync import sync_rules
from tests.bench.layout_loads import copy_rendered, rendered
from tests.bench.measure import Measure, best_seconds
from tests.bench.rules import LAYOUT, deliver, deliver_employers
from warehouse.connection import Warehouse, open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import load_state

ROWS = 1_000_000
REPEATS = 3
VARIANT = "extract"


def measures(folder: Path) -> dict[str, Measure]:
    """Load, judge and copy several extracts in turn; the best of each."""
    home = Home(folder / "home")
    warehouse = open_warehouse(home)
    layout = load_catalogue().layout(LAYOUT)
    rules = [rule for rule in rule_set(LAYOUT).rules if rule.is_about_one_row]
    loaded, judged, bare = [], [], []
    try:
        sync_catalogue(warehouse, load_state())
        sync_rules(warehouse)
        deliver_employers(warehouse)
        for number in range(REPEATS):
            path = _extract(warehouse, layout, folder, f"{2016 + number}Q1")
            loaded.append(_seconds(lambda path=path: load_file(warehouse, path, variant=VARIANT)))  # type: ignore[misc]
            judged.append(_seconds(lambda: _judge(warehouse, layout, rules)))
            rows = rendered(warehouse, layout, folder / "rendered")
            bare.append(_seconds(lambda rows=rows: copy_rendered(warehouse, layout, rows)))  # type: ignore[misc]
            path.unlink()
            rows.unlink()
    finally:
        EmbeddedServer(home).remove()
    return {
        "load_and_row_rules_speed_to_bare_copy": _ratio(min(bare) / (min(loaded) + min(judged)), 0.8),
        "row_rules_to_bare_copy": _ratio(min(judged) / min(bare)),
    }


def _ratio(value: float, goal: float | None = None) -> Measure:
    return Measure(
        round(value, 3), "ratio", goal, "higher" if goal else "lower", "python -m tests.bench judged"
    )


def _seconds(action: object) -> float:
    return best_seconds(action, repeats=1)  # type: ignore[arg-type]


def _extract(warehouse: Warehouse, layout: Layout, folder: Path, period: str) -> Path:
    """Write a state's extract of made-up wages that break no rule."""
    delivery_id = deliver(warehouse, period, ROWS)
    version = layout.version_for(period, VARIANT)
    columns = [column for column in layout.columns_in(version) if column.headers_for(version)]
    path = folder / f"ui__wage__ui_agency__{period}.csv"
    with warehouse.connect() as connection, connection.cursor() as cursor, path.open("wb") as file:
        names = sql.SQL(", ").join(
            sql.SQL("{} as {}").format(
                sql.Identifier(column.name), sql.Identifier(column.headers_for(version)[0])
            )
            for column in columns
        )
        query = sql.SQL("copy (select {} from {}) to stdout (format csv, header true)").format(
            names, partition_of(layout, delivery_id)
        )
        with cursor.copy(query) as rows:
            for row in rows:
                file.write(row)
        cursor.execute(sql.SQL("truncate {}").format(partition_of(layout, delivery_id)))
        cursor.execute(
            "update control.delivery set status = 'withdrawn' where delivery_id = %s", [delivery_id]
        )
    return path


def _judge(warehouse: Warehouse, layout: Layout, rules: list[Rule]) -> None:
    """Find the rows of the newest delivery that break a rule, as the gate does."""
    with warehouse.connect() as connection:
        exclude_others(connection, layout)
        newest = waiting(connection, layout, ("loaded",), None)[-1:]
        find(connection, layout, rules, newest)
