import datetime
from collections.abc import Iterator

import pytest

from ingest.calendar import sync_calendar, timeliness
from ingest.catalogue import load_catalogue
from orchestration.intake import prepare, take_in
from warehouse.connection import Warehouse
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Expectation


@pytest.fixture
def state() -> State:
    lines: list[dict[str, object]] = [
        {"layouts": ["ui/wage"], "from": "2024Q1", "due": {"days": 30}},
    ]
    return load_state().model_copy(
        update={
            "calendar": [Expectation.model_validate(line) for line in lines],
            "as_of": datetime.date(2025, 4, 15),
        }
    )


@pytest.fixture(autouse=True)
def _empty(warehouse: Warehouse) -> Iterator[None]:
    yield
    warehouse.execute("delete from control.delivery")


def _receive(warehouse: Warehouse, period: str, day: str, status: str = "held", amends: bool = False) -> None:
    warehouse.execute(
        "insert into control.delivery (layout, submitter, period, sha256, file_name, status, received_at, is_amendment)"
        " values ('ui/wage', 'ui_agency', %s, gen_random_uuid()::text, 'file', %s, %s, %s)",
        (period, status, f"{day} 12:00Z", amends),
    )


def test_what_came_late_or_not_at_all_is_told(warehouse: Warehouse, state: State) -> None:
    _receive(warehouse, "2024Q1", "2024-04-20")
    _receive(warehouse, "2024Q2", "2024-08-09")
    _receive(warehouse, "2024Q2", "2024-07-01", status="withdrawn")
    _receive(warehouse, "2024Q2", "2024-07-01", amends=True)
    _receive(warehouse, "2024Q2", "2024-09-01")
    assert sync_calendar(warehouse, state) > 0
    assert sync_calendar(warehouse, state) == 0
    told = [
        (x.period, str(x.due_on), str(x.received_on), x.days_late, x.status) for x in timeliness(warehouse)
    ]
    assert told == [
        ("2024Q1", "2024-04-30", "2024-04-20", -10, "on_time"),
        ("2024Q2", "2024-07-30", "2024-08-09", 10, "late"),
        ("2024Q3", "2024-10-30", "None", 167, "missing"),
        ("2024Q4", "2025-01-30", "None", 75, "missing"),
        ("2025Q1", "2025-04-30", "None", None, "expected"),
    ]
    assert [x.period for x in timeliness(warehouse, statuses=("late",), layout="ui/wage")] == ["2024Q2"]


def test_the_raw_asset_counts_what_is_missing_and_what_came_late(warehouse: Warehouse, state: State) -> None:
    prepare(warehouse, state)
    _receive(warehouse, "2024Q1", "2024-04-20")
    _receive(warehouse, "2024Q2", "2024-08-09")
    intake = take_in(warehouse, state, load_catalogue().layout("ui/wage"))
    assert (intake.missing, intake.late) == (2, 1)


def test_what_is_no_longer_in_the_calendar_is_no_longer_expected(warehouse: Warehouse, state: State) -> None:
    sync_calendar(warehouse, state)
    sync_calendar(warehouse, state.model_copy(update={"calendar": []}))
    assert timeliness(warehouse) == []
