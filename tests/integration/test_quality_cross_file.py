"""Rules that look into another file: a row is warned about, and the warning goes when the other file says otherwise."""

from datetime import date

import pytest

from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.sync import sync_rules
from tests.integration.quality_data import deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.state import State, load_state


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    deliver(warehouse, state, "k12/school", "north", "2016", good_rows("k12/school", "2016", 3))
    run_gate(warehouse, "k12/school")
    return state


def _failed(warehouse: Warehouse, delivery_id: int, code: str) -> int:
    return int(
        warehouse.fetch_value(
            "select failed_count from quality.rule_result where delivery_id = %s and rule_code = %s",
            [delivery_id, code],
        )
    )


def test_a_diploma_waits_for_the_enrollments_before_it_is_warned_about(
    warehouse: Warehouse, state: State
) -> None:
    diplomas = deliver(warehouse, state, "k12/diploma", "north", "2016", good_rows("k12/diploma", "2016", 10))
    run_gate(warehouse, "k12/diploma")
    assert _failed(warehouse, diplomas, "K12DIP-106") == 0

    deliver(warehouse, state, "k12/enrollment", "north", "2016", good_rows("k12/enrollment", "2016", 8))
    run_gate(warehouse, "k12/enrollment")
    assert _failed(warehouse, diplomas, "K12DIP-106") == 2
    noted = warehouse.fetch_all(
        "select row_number from quality.noted_row where rule_code = 'K12DIP-106' order by 1"
    )
    assert noted == [(9,), (10,)]

    deliver(warehouse, state, "k12/enrollment", "north", "2016", good_rows("k12/enrollment", "2016", 10), 2)
    run_gate(warehouse, "k12/enrollment")
    assert _failed(warehouse, diplomas, "K12DIP-106") == 0


def test_two_schools_at_once_are_seen_across_submitters(warehouse: Warehouse, state: State) -> None:
    deliver(warehouse, state, "k12/enrollment", "north", "2016", good_rows("k12/enrollment", "2016", 10), 5)
    run_gate(warehouse, "k12/enrollment")
    rows = [row | {"school_id": "0102"} for row in good_rows("k12/enrollment", "2016", 3)]
    rows[2]["entry_date"] = date(2016, 2, 1)
    delivery_id = deliver(warehouse, state, "k12/enrollment", "south", "2016", rows)
    run_gate(warehouse, "k12/enrollment")
    assert _failed(warehouse, delivery_id, "K12ENR-111") == 3
