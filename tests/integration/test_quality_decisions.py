"""Corrections, amendments, withdrawals and a steward's word: which rows count, now and on any earlier day."""

import datetime
import itertools

import pytest
from psycopg import sql

from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.stewardship import accept_held, withdraw
from quality_checks.sync import sync_rules
from tests.integration.quality_data import Row, Sent, deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

LAYOUT = "k12/school"
TABLE = "k12__school"


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    return state


_periods = map(str, itertools.count(2016))


@pytest.fixture
def period(state: State) -> str:
    """A school year that no other test uses."""
    return next(_periods)


def _schools(period: str, names: dict[int, str]) -> list[Row]:
    rows = good_rows(LAYOUT, "2016", max(names))
    year = {"school_year": int(period)}
    return [rows[number - 1] | year | {"school_name": name} for number, name in sorted(names.items())]


def _send(
    warehouse: Warehouse,
    state: State,
    period: str,
    sequence: int,
    names: dict[int, str],
    amends: bool = False,
) -> int:
    rows = _schools(period, names)
    delivery_id = deliver(
        warehouse, state, LAYOUT, "north", period, rows, sequence=sequence, is_amendment=amends
    )
    run_gate(warehouse, LAYOUT)
    return delivery_id


def _statuses(warehouse: Warehouse, period: str) -> dict[int, str]:
    return dict(
        warehouse.fetch_all(
            "select sequence, status from control.delivery where layout = %s and period = %s",
            (LAYOUT, period),
        )
    )


def _now(warehouse: Warehouse) -> datetime.datetime:
    now: datetime.datetime = warehouse.fetch_value("select clock_timestamp()")
    return now


def _in_force(warehouse: Warehouse, period: str, at: datetime.datetime | None = None) -> dict[str, str]:
    """School -> name, in force at a time; fails when one school has two rows."""
    rows = warehouse.fetch_all(
        sql.SQL(
            "select r.school_id, r.school_name from control.rows_in_force(null::raw.{}, %s) as r"
            " join control.delivery as d using (delivery_id) where d.period = %s order by 1"
        ).format(sql.Identifier(TABLE)),
        (at or _now(warehouse), period),
    )
    assert len({school for school, _ in rows}) == len(rows)
    return dict(rows)


def _names(warehouse: Warehouse, period: str, at: datetime.datetime | None = None) -> str:
    return "".join(_in_force(warehouse, period, at).values())


@pytest.mark.parametrize("order", list(itertools.permutations(range(5), 5))[::17])
def test_the_rows_in_force_follow_the_sequence_whatever_order_the_files_came_in(
    warehouse: Warehouse, state: State, period: str, order: tuple[int, ...]
) -> None:
    sent = [
        (1, {1: "a", 2: "b", 3: "c"}, False),
        (2, {1: "A", 4: "D"}, True),
        (3, {1: "p", 2: "q", 3: "r"}, False),
        (4, {2: "Q", 4: "S"}, True),
        (5, {4: "T", 5: "U"}, True),
    ]
    for number in order:
        sequence, names, amends = sent[number]
        _send(warehouse, state, period, sequence, names, amends)
    assert _names(warehouse, period) == "pQrTU"
    assert _statuses(warehouse, period) == {
        1: "superseded",
        2: "superseded",
        3: "accepted",
        4: "accepted",
        5: "accepted",
    }
    third = warehouse.fetch_value(
        "select delivery_id from control.delivery where layout = %s and period = %s and sequence = 3",
        (LAYOUT, period),
    )
    withdraw(warehouse, third, "sent by mistake", "steward")
    assert _names(warehouse, period) == "AQcTU"


def test_every_earlier_answer_can_be_given_again(warehouse: Warehouse, state: State, period: str) -> None:
    answers: list[tuple[datetime.datetime, str]] = [(_now(warehouse), "")]

    def note(names: str) -> None:
        assert _names(warehouse, period) == names
        answers.append((_now(warehouse), names))

    first = _send(warehouse, state, period, 1, {1: "a", 2: "b"})
    note("ab")
    second = _send(warehouse, state, period, 2, {2: "B", 3: "C"}, amends=True)
    note("aBC")
    third = _send(warehouse, state, period, 3, {1: "x", 2: "y"})
    note("xy")
    withdraw(warehouse, third, "the wrong year", "steward")
    note("aBC")
    withdraw(warehouse, second, "the wrong schools", "steward")
    note("ab")
    withdraw(warehouse, first, "the wrong state", "steward")
    note("")
    assert [_names(warehouse, period, at) for at, _ in answers] == [names for _, names in answers]
    counted = "select row_count = accepted_count + quarantined_count + rejected_count from control.delivery where period = %s"
    assert all(holds for (holds,) in warehouse.fetch_all(counted, (period,)))


def test_an_amendment_without_a_delivery_to_amend_waits_for_it(
    warehouse: Warehouse, state: State, period: str
) -> None:
    amendment = _send(warehouse, state, period, 2, {1: "A"}, amends=True)
    assert _names(warehouse, period) == ""
    reason = "select status_reason from control.delivery where delivery_id = %s"
    assert (
        warehouse.fetch_value(reason, (amendment,))
        == "it amends nothing: no delivery of a lower sequence is in force"
    )
    base = _send(warehouse, state, period, 1, {1: "a", 2: "b"})
    assert _names(warehouse, period) == "Ab"
    assert warehouse.fetch_value(reason, (amendment,)) is None
    withdraw(warehouse, base, "again, please", "steward")
    assert _names(warehouse, period) == ""


def test_a_rejected_row_of_an_amendment_replaces_nothing(
    warehouse: Warehouse, state: State, period: str
) -> None:
    _send(warehouse, state, period, 1, {number: "a" for number in range(1, 31)})
    rows = _schools(period, {number: "B" for number in range(1, 31)})
    rows[4]["school_name"] = None
    amendment = deliver(warehouse, state, LAYOUT, "north", period, rows, sequence=2, is_amendment=True)
    run_gate(warehouse, LAYOUT)
    assert sorted(_names(warehouse, period)) == ["B"] * 29 + ["a"]
    counts = "select accepted_count, rejected_count from control.delivery where delivery_id = %s"
    assert warehouse.fetch_all(counts, (amendment,)) == [(29, 1)]


def test_a_key_twice_in_one_amendment_is_found(warehouse: Warehouse, state: State, period: str) -> None:
    _send(warehouse, state, period, 1, {number: "a" for number in range(1, 31)})
    rows = _schools(period, {number: "B" for number in range(1, 31)})
    rows[9] = rows[8] | {"school_name": "C"}
    amendment = deliver(warehouse, state, LAYOUT, "north", period, rows, sequence=2, is_amendment=True)
    run_gate(warehouse, LAYOUT)
    found = "select rule_code from quality.rejected_row where delivery_id = %s"
    assert warehouse.fetch_all(found, (amendment,)) == [("K12SCH-101",)]
    assert sorted(_names(warehouse, period)) == ["B"] * 29 + ["a"]


def test_a_key_twice_in_one_amendment_holds_it_where_no_rule_looks(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quality_checks import gate
    from quality_checks.catalogue import RuleSet, rule_set

    def without_uniqueness(layout: str) -> RuleSet:
        rules = rule_set(layout)
        return rules.model_copy(update={"rules": [r for r in rules.rules if r.kind != "uniqueness"]})

    monkeypatch.setattr(gate, "rule_set", without_uniqueness)
    rows = good_rows("k12/credential", "2016", 5)
    deliver(warehouse, state, "k12/credential", "north", "2016", rows)
    twice = deliver(
        warehouse, state, "k12/credential", "north", "2016", [rows[0], rows[0]], sequence=2, is_amendment=True
    )
    decided = {d.delivery_id: d for d in run_gate(warehouse, "k12/credential").decisions}
    assert (decided[twice].status, decided[twice].reason) == (
        "held",
        "1 keys stand more than once in this amendment",
    )


def test_a_steward_lets_a_held_delivery_in_and_its_rejected_rows_stay_aside(
    warehouse: Warehouse, state: State, period: str
) -> None:
    rows = _schools(period, {number: "a" for number in range(1, 11)})
    for row in rows[:3]:
        row["school_name"] = None
    held = deliver(warehouse, state, LAYOUT, "north", period, rows)
    run_gate(warehouse, LAYOUT)
    assert _statuses(warehouse, period) == {1: "held"}
    assert _names(warehouse, period) == ""
    with pytest.raises(P20WError, match="A reason is needed"):
        accept_held(warehouse, held, "  ", "steward")
    assert accept_held(warehouse, held, "Checked with the sender by telephone.", "steward") == "accepted"
    assert _names(warehouse, period) == "a" * 7
    counts = "select accepted_count, quarantined_count, rejected_count from control.delivery where delivery_id = %s"
    assert warehouse.fetch_all(counts, (held,)) == [(7, 0, 3)]
    event = "select detail, actor from control.delivery_event where delivery_id = %s and event = 'accepted'"
    assert warehouse.fetch_all(event, (held,)) == [("Checked with the sender by telephone.", "steward")]
    with pytest.raises(P20WError, match=f"Delivery {held} is accepted, not held"):
        accept_held(warehouse, held, "again", "steward")


def test_a_late_acceptance_of_an_older_delivery_does_not_replace_a_newer_one(
    warehouse: Warehouse, state: State, period: str
) -> None:
    rows = _schools(period, {1: "a", 2: "b"})
    held = deliver(
        warehouse, state, LAYOUT, "north", period, [row | {"school_type": Sent("?")} for row in rows]
    )
    run_gate(warehouse, LAYOUT)
    if _statuses(warehouse, period) != {1: "held"}:
        warehouse.execute(
            "update control.delivery set status = 'held', quarantined_count = accepted_count, accepted_count = 0"
            " where delivery_id = %s",
            (held,),
        )
    _send(warehouse, state, period, 2, {1: "A", 2: "B"})
    assert accept_held(warehouse, held, "good enough", "steward") == "superseded"
    assert _names(warehouse, period) == "AB"


def test_a_held_delivery_is_judged_again_alone(warehouse: Warehouse, state: State) -> None:
    for year in ("2016", "2017"):
        rows = [
            row | {"school_id": "0777", "school_year": int(year)}
            for row in good_rows("k12/enrollment", year, 5)
        ]
        deliver(warehouse, state, "k12/enrollment", "south", year, rows)
    first, second = run_gate(warehouse, "k12/enrollment").held
    schools = [row | {"school_id": "0777"} for row in good_rows(LAYOUT, "2016", 1)]
    deliver(warehouse, state, LAYOUT, "south", "2016", schools)
    run_gate(warehouse, LAYOUT)
    again = run_gate(warehouse, "k12/enrollment", include_held=True, only=second.delivery_id)
    assert [(d.delivery_id, d.status) for d in again.decisions] == [(second.delivery_id, "accepted")]
    status = "select status from control.delivery where delivery_id = %s"
    assert warehouse.fetch_value(status, (first.delivery_id,)) == "held"


def test_a_withdrawn_delivery_is_withdrawn_once(warehouse: Warehouse, state: State, period: str) -> None:
    only = _send(warehouse, state, period, 1, {1: "a"})
    assert withdraw(warehouse, only, "wrong file", "steward") == []
    with pytest.raises(P20WError, match="withdrawn already"):
        withdraw(warehouse, only, "wrong file", "steward")
    with pytest.raises(P20WError, match=r"There is no delivery 999999\."):
        withdraw(warehouse, 999999, "wrong file", "steward")
