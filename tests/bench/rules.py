"""The quality gate against one full scan of the same delivery, and how load and gate grow with its size."""

import json
import math
import time
from pathlib import Path

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.raw_tables import attach_partition, create_partition, partition_of
from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.sync import sync_rules
from tests.bench.measure import Measure, best_seconds
from warehouse.connection import Warehouse, open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import load_state

LAYOUT = "ui/wage"
ROWS = 2_000_000
SMALL_ROWS = 250_000
ACCOUNTS = 20_000
AGAIN = 4


def measures(folder: Path) -> dict[str, Measure]:
    """Judge a wage delivery of two million rows, and a smaller one."""
    home = Home(folder / "home")
    warehouse = open_warehouse(home)
    try:
        sync_catalogue(warehouse, load_state())
        sync_rules(warehouse)
        # The first use of Great Expectations in a process imports it, which is no cost of a delivery.
        deliver_employers(warehouse)
        deliver(warehouse, "2015Q1", 1_000)
        run_gate(warehouse, LAYOUT)
        small, large = (
            _judge(warehouse, period, rows) for period, rows in (("2016Q1", SMALL_ROWS), ("2017Q1", ROWS))
        )
        scan = best_seconds(lambda: scan_delivery(warehouse, large[0]))
        # In turn with the scan, so that what else the machine does falls on both.
        judged = large[2]
        for _ in range(AGAIN):
            judged = min(judged, _judge_again(warehouse, large[0]))
            scan = min(scan, best_seconds(lambda: scan_delivery(warehouse, large[0])))
        return {
            f"gate_seconds_{ROWS}_wage_rows": Measure(round(judged, 2), "seconds", None, "lower"),
            "gate_to_one_full_scan": Measure(round(judged / scan, 2), "ratio", 10, "lower"),
            "load_and_gate_growth": Measure(
                round(math.log(sum(large[1:]) / sum(small[1:])) / math.log(ROWS / SMALL_ROWS), 3),
                "exponent",
                1.1,
                "lower",
            ),
        }
    finally:
        EmbeddedServer(home).remove()


def _judge(warehouse: Warehouse, period: str, rows: int) -> tuple[int, float, float]:
    started = time.perf_counter()
    delivery_id = deliver(warehouse, period, rows)
    loaded = time.perf_counter()
    (decision,) = run_gate(warehouse, LAYOUT).decisions
    if decision.status != "accepted":
        raise RuntimeError(decision.reason)
    return delivery_id, loaded - started, time.perf_counter() - loaded


def _judge_again(warehouse: Warehouse, delivery_id: int) -> float:
    """Seconds of the whole gate over a delivery that it has decided on, as if it waited."""
    warehouse.execute(
        "update control.delivery set status = 'loaded', decided_at = null where delivery_id = %s",
        [delivery_id],
    )
    started = time.perf_counter()
    run_gate(warehouse, LAYOUT, only=delivery_id)
    return time.perf_counter() - started


def scan_delivery(warehouse: Warehouse, delivery_id: int) -> None:
    """Look at every value of every row of a delivery once and do nothing with it.

    The cheapest statement that reaches each value: it counts those that are not null, with as many workers as the
    gate has. Nothing is trimmed, compared or added up, so the scan is not made to look slow.
    """
    columns = load_catalogue().layout(LAYOUT).columns
    counts = sql.SQL(", ").join(
        sql.SQL("count({})").format(sql.Identifier(column.name)) for column in columns
    )
    warehouse.fetch_all(
        sql.SQL("select {} from {} where delivery_id = {}").format(
            counts, sql.Identifier("raw", "ui__wage"), sql.Literal(delivery_id)
        )
    )


def deliver(warehouse: Warehouse, period: str, rows: int) -> int:
    """Make a wage delivery inside the database, as the loader leaves it; return its id."""
    return _deliver(warehouse, LAYOUT, period, rows, _wages(period, rows))


def deliver_employers(warehouse: Warehouse) -> None:
    """Let in the accounts that the wage rows name, so that no rule fails on every row."""
    accounts = sql.SQL(
        "(calendar_year, employer_account_id) select '2015', 'E' || lpad(n::text, 6, '0') from generate_series(0, {}) as n"
    ).format(sql.Literal(ACCOUNTS - 1))
    _deliver(warehouse, "ui/employer", "2015", ACCOUNTS, accounts)
    run_gate(warehouse, "ui/employer")


def _deliver(warehouse: Warehouse, key: str, period: str, rows: int, values: sql.Composed) -> int:
    layout = load_catalogue().layout(key)
    numbers = [column.name for column in layout.columns if column.type in ("integer", "decimal")]
    with warehouse.connect() as connection:
        found = connection.execute(
            "insert into control.delivery (layout, submitter, period, sequence, layout_version, sha256, file_name,"
            " byte_count, status, row_count, loaded_at, is_trimmed, plain_numbers)"
            " values (%s, 'ui_agency', %s, 1, %s, gen_random_uuid()::text, 'bench', 1, 'loaded', %s, now(), true,"
            " %s::jsonb) returning delivery_id",
            [key, period, layout.version_for(period), rows, json.dumps(numbers)],
        ).fetchone()
        delivery_id = int(found[0]) if found else 0
        create_partition(connection, layout, delivery_id)
        connection.execute(sql.SQL("insert into {} {}").format(partition_of(layout, delivery_id), values))
        attach_partition(connection, layout, delivery_id)
    return delivery_id


def _wages(period: str, rows: int) -> sql.Composed:
    month = f"{int(period[-1]) * 3:02}{period[:4]}"
    return sql.SQL(
        "(ssn, last_name, first_name, middle_initial, state_code, total_gross_wages, total_ui_wages,"
        " weeks_worked, hours_worked, taxing_entity, employer_account_id, reporting_unit_id, reporting_period,"
        " first_employed, separation)"
        " select (100000000 + n * 211)::text, 'EXAMPLE' || n % 5000, 'NAME' || n % 700,"
        " chr(65 + cast(n % 26 as integer)), '05',"
        " to_char((100000 + n * 7919 % 2000000) / 100.0, 'FM99990.00'),"
        " to_char((100000 + n * 7919 % 2000000) / 100.0, 'FM99990.00'),"
        " lpad((n % 14)::text, 2, '0'), '480', 'UTAX', 'E' || lpad((n % {accounts})::text, 6, '0'), null, {month},"
        " '012012', case when n % 9 = 0 then '022030' end"
        " from generate_series(1, cast({rows} as bigint)) as n"
    ).format(
        accounts=sql.Literal(ACCOUNTS),
        month=sql.Literal(month),
        rows=sql.Literal(rows),
    )
