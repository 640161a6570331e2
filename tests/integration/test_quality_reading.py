"""What rules compare is read as control.to_* reads it, whatever the loader has seen and whatever stands beside."""

from dataclasses import replace

import pytest
from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from quality_checks.batch import Delivery, batch_query
from quality_checks.catalogue import rules_for
from quality_checks.decisions import waiting
from quality_checks.findings import count_by_rule, find
from quality_checks.sync import sync_rules
from tests.integration.quality_data import Sent, deliver, good_rows
from tests.unit.ingest.test_fixed_width import record, wage_file
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

WAGE = load_catalogue().layouts["ui/wage"]
NUMBERS = [column for column in WAGE.columns if column.type in ("integer", "decimal")]
ODD = [
    "0", "7", "07", "-7", "+7", " 7 ", "7 ", "1.5", "1.", ".5", ".", "..", "1.2.3", "1,5", "1e5", "0x1F", "1_000", "NaN",
    "Infinity", "", " ", "999999999", "9999999999", "2147483647", "2147483648", "-2147483648", "1" * 61, "1" * 63,
    "1" * 30 + "." + "1" * 40, "\u0663", "7\t", "A",
]  # fmt: skip


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    return state


def _delivery(warehouse: Warehouse, delivery_id: int) -> Delivery:
    with warehouse.connect() as connection:
        (found,) = waiting(connection, WAGE, ["loaded"], delivery_id)
    return found


def test_numbers_are_read_as_the_functions_of_the_warehouse_read_them(
    warehouse: Warehouse, state: State
) -> None:
    rows = []
    for place, text in enumerate(ODD):
        # Each beside plain numbers, and each beside another odd one.
        for other in ("5", ODD[place - 1]):
            for column in NUMBERS:
                rows.append({c.name: Sent(other) for c in NUMBERS} | {column.name: Sent(text)})
    delivery_id = deliver(warehouse, state, "ui/wage", "ui_agency", "2016Q1", rows)
    delivery = _delivery(warehouse, delivery_id)
    assert not delivery.is_trimmed
    batch = batch_query(WAGE, [], [delivery], NUMBERS)
    differs = sql.SQL(" or ").join(
        sql.SQL("batch.{0} is distinct from {1}(raw.{0})").format(
            sql.Identifier(column.name), sql.Identifier("control", f"to_{column.type}")
        )
        for column in NUMBERS
    )
    query = sql.SQL(
        "select count(*), count(*) filter (where {}) from ({}) as batch join raw.ui__wage as raw using (delivery_id, row_number)"
    ).format(differs, batch)
    with warehouse.connect() as connection:
        assert connection.execute(query).fetchone() == (len(rows), 0)


def test_what_the_loader_saw_changes_no_finding(
    warehouse: Warehouse, state: State, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("w") / "ui__wage__ui_agency__2017Q1.dat"
    usual = {
        "ssn": "234567890", "last_name": "ZWEI", "total_gross_wages": "00000000000100", "weeks_worked": "13",
        "employer_account_id": "1", "reporting_period": "032017",
    }  # fmt: skip
    wrong = [
        {"ssn": "000000000"}, {"weeks_worked": "15"}, {"total_ui_wages": "00000000000200"}, {"last_name": ""},
        {"reporting_period": "062017"}, {"separation": "012015", "first_employed": "012016"}, {}, {},
    ]  # fmt: skip
    path.write_bytes(wage_file(*(record(**usual | values) for values in wrong), total=100 * len(wrong)))
    loaded = load_file(warehouse, path, state=state)
    seen = _delivery(warehouse, loaded.delivery_id or 0)
    assert seen.is_trimmed
    assert set(seen.plain_numbers) == {"total_gross_wages", "total_ui_wages", "weeks_worked", "hours_worked"}
    rules = [rule for rule in rules_for("ui/wage") if rule.is_about_rows]
    counts = []
    for delivery in (seen, replace(seen, is_trimmed=False, plain_numbers=())):
        with warehouse.connect() as connection:
            find(connection, WAGE, rules, [delivery])
            counts.append(count_by_rule(connection, rules))
    assert counts[0] == counts[1]
    assert {code for code, count in counts[0].items() if count} >= {
        f"UIWAGE-{number}" for number in (101, 102, 103, 105, 106, 109)
    }


def test_a_padded_file_is_known_to_be_one(
    warehouse: Warehouse, state: State, tmp_path_factory: pytest.TempPathFactory
) -> None:
    status = load_catalogue().layouts["k12/status"]
    header = "|".join(column.headers_for("2019")[0] for column in status.columns)
    folder = tmp_path_factory.mktemp("s")
    for period, row, is_trimmed in (
        ("2020", "2020|1|Econ Dis|2019-09-01|", True),
        ("2021", "2021| 1|Econ Dis|2020-09-01|", False),
        ("2022", '2022|1|""|2021-09-01|', False),
    ):
        path = folder / f"k12__status__north__{period}.txt"
        path.write_text(f"{header}\n{row}\n")
        delivery_id = load_file(warehouse, path, state=state).delivery_id
        known = "select is_trimmed from control.delivery where delivery_id = %s"
        assert warehouse.fetch_value(known, [delivery_id]) is is_trimmed


def test_good_rows_of_a_delivery_that_nobody_looked_at_are_read(warehouse: Warehouse, state: State) -> None:
    delivery_id = deliver(
        warehouse, state, "ui/wage", "ui_agency", "2018Q1", good_rows("ui/wage", "2018Q1", 3)
    )
    assert (
        _delivery(warehouse, delivery_id).is_trimmed,
        _delivery(warehouse, delivery_id).plain_numbers,
    ) == (
        False,
        [],
    )
