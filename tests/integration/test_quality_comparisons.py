"""A file beside the comparable earlier one: what has become far less, far more, or otherwise spread."""

import pytest

from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.stewardship import accept_held
from quality_checks.sync import sync_rules
from tests.integration.quality_data import Row, deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

KEY = "ui/wage"


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    employers = good_rows("ui/employer", "2016", 1)
    deliver(warehouse, state, "ui/employer", "ui_agency", "2016", employers)
    run_gate(warehouse, "ui/employer")
    return state


def wages(period: str, count: int, **changed: str) -> list[Row]:
    return [row | changed for row in good_rows(KEY, period, count)]


def send(
    warehouse: Warehouse, state: State, period: str, rows: list[Row], sequence: int = 1, amends: bool = False
) -> tuple[str, dict[str, str | None]]:
    """Deliver and judge; return the status, and the words of each rule about the whole file that was broken."""
    delivery_id = deliver(
        warehouse, state, KEY, "ui_agency", period, rows, sequence=sequence, is_amendment=amends
    )
    run_gate(warehouse, KEY)
    return str(status_of(warehouse, delivery_id)), words_of(warehouse, delivery_id)


def status_of(warehouse: Warehouse, delivery_id: int) -> object:
    return warehouse.fetch_value("select status from control.delivery where delivery_id = %s", [delivery_id])


def words_of(warehouse: Warehouse, delivery_id: int) -> dict[str, str | None]:
    return dict(
        warehouse.fetch_all(
            "select rule_code, detail from quality.rule_result join quality.rule using (rule_code)"
            " where delivery_id = %s and kind in ('volume', 'distribution') and not passed order by 1",
            [delivery_id],
        )
    )


def test_a_first_file_is_compared_with_nothing(warehouse: Warehouse, state: State) -> None:
    assert send(warehouse, state, "2016Q1", wages("2016Q1", 300)) == ("accepted", {})
    evaluated = warehouse.fetch_value(
        "select sum(evaluated_count) from quality.rule_result where rule_code in ('UIWAGE-VOL-rows', 'UIWAGE-DIS-filled')"
    )
    assert evaluated == 0


def test_a_file_with_far_fewer_rows_is_held_until_a_steward_accepts_it(
    warehouse: Warehouse, state: State
) -> None:
    rows = wages("2016Q2", 90)
    delivery_id = deliver(warehouse, state, KEY, "ui_agency", "2016Q2", rows)
    (decision,) = run_gate(warehouse, KEY).decisions
    assert (decision.status, decision.quarantined_count) == ("held", 90)
    assert decision.reason == "UIWAGE-VOL-rows: 90 rows, 70 % fewer than the 300 of 2016Q1"
    # Judged again it is found by the same rule, and does not become its own measure.
    (again,) = run_gate(warehouse, KEY, include_held=True).decisions
    assert again.reason == decision.reason
    assert accept_held(warehouse, delivery_id, "A strike closed the offices.", "steward") == "accepted"


def test_the_same_quarter_of_the_year_before_is_the_measure(warehouse: Warehouse, state: State) -> None:
    # The quarter before has 90 rows, by which 280 would be far more.
    assert send(warehouse, state, "2017Q1", wages("2017Q1", 280)) == ("accepted", {})


def test_a_correction_is_measured_by_what_it_corrects(warehouse: Warehouse, state: State) -> None:
    status, words = send(warehouse, state, "2017Q1", wages("2017Q1", 200), sequence=2)
    assert (status, list(words)) == ("held", ["UIWAGE-VOL-rows"])
    assert words["UIWAGE-VOL-rows"] == "200 rows, 29 % fewer than the 280 of sequence 1"
    # The held one does not count: the whole file that follows is compared with the one in force.
    assert send(warehouse, state, "2017Q1", wages("2017Q1", 285), sequence=3) == ("accepted", {})


def test_an_amendment_of_a_few_rows_is_not_judged(warehouse: Warehouse, state: State) -> None:
    assert send(warehouse, state, "2017Q1", wages("2017Q1", 3), sequence=4, amends=True) == ("accepted", {})


def test_a_file_with_far_more_rows_is_told_and_comes_in(warehouse: Warehouse, state: State) -> None:
    status, words = send(warehouse, state, "2018Q1", wages("2018Q1", 900))
    assert (status, words) == (
        "accepted",
        {"UIWAGE-VOL-growth": "900 rows, 216 % more than the 285 of 2017Q1"},
    )


def test_an_emptied_optional_column_is_told_with_its_name(warehouse: Warehouse, state: State) -> None:
    rows = wages("2019Q1", 900, weeks_worked="13")
    status, words = send(warehouse, state, "2019Q1", rows)
    assert (status, words) == (
        "accepted",
        {"UIWAGE-DIS-filled": "weeks_worked is filled in on 100 % of the rows, 0 % in 2018Q1"},
    )
    assert send(warehouse, state, "2020Q1", wages("2020Q1", 900, weeks_worked="13")) == (
        "accepted",
        {},
    )
    rows = wages("2020Q1", 900, weeks_worked="13")
    half: list[Row] = [row | {"weeks_worked": None} for row in rows[:450]]
    status, words = send(warehouse, state, "2020Q1", half + rows[450:], sequence=2)
    assert words == {
        "UIWAGE-DIS-filled": "weeks_worked is filled in on 50 % of the rows, 100 % in sequence 1"
    }


def test_codes_are_compared_as_standard_codes_and_kept_as_counts(warehouse: Warehouse, state: State) -> None:
    spread = [
        row | {"sex": "M" if place % 2 else "F"}
        for place, row in enumerate(good_rows("k12/student", "2016", 400))
    ]
    turned = [row | {"school_year": 2017, "sex": "F"} for row in spread]
    deliver(warehouse, state, "k12/student", "south", "2016", spread)
    second = deliver(warehouse, state, "k12/student", "south", "2017", turned)
    # Both wait at once: the later year is still measured by the earlier one.
    result = run_gate(warehouse, "k12/student")
    assert [decision.status for decision in result.decisions] == ["accepted", "accepted"]
    assert words_of(warehouse, second) == {
        "K12STU-DIS-sex": "one code stands in 100 % of the codes, 50 % in 2016"
    }
    kept = warehouse.fetch_all(
        "select category, row_count from quality.delivery_statistic"
        " where delivery_id = %s and column_name = 'sex' order by measure desc, category",
        [second],
    )
    assert kept == [("filled", 400), ("F", 400)]


def test_no_value_of_a_person_is_kept_among_the_counts(warehouse: Warehouse, state: State) -> None:
    categories = {
        row[0] for row in warehouse.fetch_all("select distinct category from quality.delivery_statistic")
    }
    standard = {row[0] for row in warehouse.fetch_all("select standard_code from control.code_map")}
    assert categories <= standard | {"filled", "blank"}
