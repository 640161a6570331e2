"""The gate decides once, wholly, and never keeps a value."""

import csv
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg import sql

from ingest.sync import sync_catalogue
from quality_checks.context import validate
from quality_checks.gate import run_gate
from quality_checks.rejects import write_reject_file
from quality_checks.scorecard import rule_counts, scorecard
from quality_checks.sync import sync_rules
from tests.integration.quality_data import Row, Sent, deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

CANARY = "Zyxwvcanary"
CANARY_SSN = "123456789"


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    deliver(warehouse, state, "k12/school", "north", "2016", good_rows("k12/school", "2016", 5))
    run_gate(warehouse, "k12/school")
    return state


def _students(count: int, first: int = 1) -> list[Row]:
    return good_rows("k12/student", "2016", count, first)


def _delivery(warehouse: Warehouse, delivery_id: int) -> Row:
    return warehouse.fetch_dicts("select * from control.delivery where delivery_id = %s", [delivery_id])[0]


def test_good_rows_are_accepted_and_a_second_run_changes_nothing(warehouse: Warehouse, state: State) -> None:
    delivery_id = deliver(warehouse, state, "k12/student", "north", "2016", _students(50))
    result = run_gate(warehouse, "k12/student")
    assert [decision.status for decision in result.decisions] == ["accepted"]
    before = _delivery(warehouse, delivery_id)
    assert (before["accepted_count"], before["rejected_count"], before["quarantined_count"]) == (50, 0, 0)

    assert run_gate(warehouse, "k12/student").decisions == ()
    assert _delivery(warehouse, delivery_id) == before


def test_rejected_rows_are_set_aside_and_every_row_is_accounted_for(
    warehouse: Warehouse, state: State
) -> None:
    rows = _students(100)
    rows[3]["birthdate"] = Sent("30/30/2001")
    rows[3]["last_name"] = None
    rows[70]["student_id_state"] = rows[10]["student_id_state"]
    delivery_id = deliver(
        warehouse, state, "k12/student", "north", "2017", [r | {"school_year": 2017} for r in rows]
    )
    run_gate(warehouse, "k12/student")

    found = warehouse.fetch_all(
        "select row_number, rule_code from quality.rejected_row where delivery_id = %s order by 1, 2",
        [delivery_id],
    )
    assert found == [(4, "K12STU-REQ-last_name"), (4, "K12STU-TYP-birthdate"), (71, "K12STU-101")]
    decided = _delivery(warehouse, delivery_id)
    assert (decided["status"], decided["accepted_count"], decided["rejected_count"]) == ("accepted", 98, 2)


def test_a_warning_counts_and_sets_no_row_aside(warehouse: Warehouse, state: State) -> None:
    rows = _students(40, 500)
    rows[0]["ssn"] = CANARY_SSN
    delivery_id = deliver(warehouse, state, "k12/student", "south", "2016", rows)
    result = run_gate(warehouse, "k12/student")
    assert {count.rule.code: count.failed for count in result.rules if count.failed} == {"K12STU-103": 1}
    assert _delivery(warehouse, delivery_id)["accepted_count"] == 40


def test_too_many_rejected_rows_hold_the_delivery(warehouse: Warehouse, state: State) -> None:
    rows = [
        row | {"student_id_state": None} if number < 10 else row for number, row in enumerate(_students(100))
    ]
    delivery_id = deliver(
        warehouse, state, "k12/student", "south", "2018", [r | {"school_year": 2018} for r in rows]
    )
    run_gate(warehouse, "k12/student")
    decided = _delivery(warehouse, delivery_id)
    assert decided["status"] == "held"
    assert decided["status_reason"] == "10 of 100 rows are rejected, more than the 5 % tolerated"
    assert (decided["accepted_count"], decided["quarantined_count"], decided["rejected_count"]) == (0, 90, 10)


def test_codes_that_nobody_agreed_on_hold_the_delivery(warehouse: Warehouse, state: State) -> None:
    rows = [row | {"sex": Sent("Q")} for row in _students(20)]
    delivery_id = deliver(
        warehouse, state, "k12/student", "north", "2018", [r | {"school_year": 2018} for r in rows]
    )
    result = run_gate(warehouse, "k12/student")
    assert [decision.delivery_id for decision in result.held] == [delivery_id]
    assert result.held[0].reason == "K12STU-SET-sex: 20 of 20 rows fail, more than the 2 % tolerated"


def test_one_slip_in_a_small_file_holds_nothing(warehouse: Warehouse, state: State) -> None:
    rows = good_rows("k12/cte_course", "2016", 5)
    rows[0]["credits_earned"] = Sent("half")
    deliver(warehouse, state, "k12/cte_course", "north", "2016", rows)
    assert run_gate(warehouse, "k12/cte_course").held == []


def test_an_unknown_school_holds_until_the_directory_has_it(warehouse: Warehouse, state: State) -> None:
    rows = [row | {"school_id": "0199"} for row in good_rows("k12/enrollment", "2016", 10)]
    delivery_id = deliver(warehouse, state, "k12/enrollment", "north", "2016", rows)
    assert run_gate(warehouse, "k12/enrollment").held
    schools = [row | {"school_id": "0199"} for row in good_rows("k12/school", "2016", 1)]
    deliver(warehouse, state, "k12/school", "south", "2016", schools)

    assert run_gate(warehouse, "k12/enrollment").decisions == ()
    again = run_gate(warehouse, "k12/enrollment", include_held=True)
    assert [(d.delivery_id, d.status) for d in again.decisions] == [(delivery_id, "accepted")]


def test_a_file_without_rows_is_held(warehouse: Warehouse, state: State) -> None:
    deliver(warehouse, state, "k12/status", "north", "2016", [])
    result = run_gate(warehouse, "k12/status")
    assert [decision.reason for decision in result.held] == ["the file holds no row"]


def test_a_corrected_delivery_supersedes_the_earlier_one(warehouse: Warehouse, state: State) -> None:
    rows = good_rows("k12/diploma", "2016", 5)
    first = deliver(warehouse, state, "k12/diploma", "north", "2016", rows, sequence=1)
    run_gate(warehouse, "k12/diploma")
    third = deliver(warehouse, state, "k12/diploma", "north", "2016", rows, sequence=3)
    run_gate(warehouse, "k12/diploma")
    late = deliver(warehouse, state, "k12/diploma", "north", "2016", rows, sequence=2)
    other = deliver(warehouse, state, "k12/diploma", "south", "2016", rows, sequence=1)
    run_gate(warehouse, "k12/diploma")
    status = {number: _delivery(warehouse, number)["status"] for number in (first, third, late, other)}
    assert status == {first: "superseded", third: "accepted", late: "superseded", other: "accepted"}
    assert _delivery(warehouse, first)["status_reason"] == f"replaced by delivery {third}, sequence 3"


def test_a_held_correction_leaves_the_accepted_delivery_in_force(warehouse: Warehouse, state: State) -> None:
    rows = good_rows("k12/credential", "2016", 5)
    first = deliver(warehouse, state, "k12/credential", "north", "2016", rows, sequence=1)
    run_gate(warehouse, "k12/credential")
    broken = [row | {"credential_code": None} for row in rows]
    second = deliver(warehouse, state, "k12/credential", "north", "2016", broken, sequence=2)
    run_gate(warehouse, "k12/credential")
    assert [_delivery(warehouse, number)["status"] for number in (first, second)] == ["accepted", "held"]


def test_a_failure_in_between_leaves_the_delivery_waiting_and_a_rerun_decides_it(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = good_rows("k12/work_based_learning", "2016", 30)
    rows[0]["begin_date"] = None
    delivery_id = deliver(warehouse, state, "k12/work_based_learning", "north", "2016", rows)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("quality_checks.gate._store_suite", die)
        with pytest.raises(KeyboardInterrupt):
            run_gate(warehouse, "k12/work_based_learning")
    assert _delivery(warehouse, delivery_id)["status"] == "loaded"
    leftovers = "select count(*) from quality.rejected_row where delivery_id = %s"
    assert warehouse.fetch_value(leftovers, [delivery_id]) == 0

    run_gate(warehouse, "k12/work_based_learning")
    assert _delivery(warehouse, delivery_id)["status"] == "accepted"
    assert warehouse.fetch_value(leftovers, [delivery_id]) == 1


def test_two_gates_at_once_decide_a_delivery_once(warehouse: Warehouse, state: State) -> None:
    deliver(
        warehouse,
        state,
        "bridge/driver_license",
        "motor_vehicle",
        "2016",
        good_rows("bridge/driver_license", "2016", 9),
    )
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: run_gate(warehouse, "bridge/driver_license"), range(2)))
    assert sorted(len(result.decisions) for result in results) == [0, 1]


def test_rows_that_vanished_from_raw_stop_the_gate(warehouse: Warehouse, state: State) -> None:
    rows = good_rows("ui/employer", "2016", 3)
    delivery_id = deliver(warehouse, state, "ui/employer", "ui_agency", "2016", rows)
    warehouse.execute("delete from raw.ui__employer where delivery_id = %s and row_number = 2", [delivery_id])
    with pytest.raises(P20WError, match=r"loaded with 3 rows, but 2 are in the warehouse"):
        run_gate(warehouse, "ui/employer")
    assert _delivery(warehouse, delivery_id)["status"] == "loaded"


def test_the_reject_file_returns_rows_as_sent_with_reason_and_repair(
    warehouse: Warehouse, state: State, tmp_path: Path
) -> None:
    rows = _students(60)
    rows[5] |= {"birthdate": None, "first_name": '=HYPERLINK("x")', "last_name": "-Dash", "zip_code": "-12"}
    delivery_id = deliver(
        warehouse, state, "k12/student", "north", "2019", [r | {"school_year": 2019} for r in rows]
    )
    run_gate(warehouse, "k12/student")
    path = tmp_path / "returns" / "rejected.csv"

    write_reject_file(warehouse, delivery_id, path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        (line,) = [line for line in csv.DictReader(file) if line["set_aside"] == "yes"]
    assert (line["record"], line["rule"], line["column"]) == ("6", "K12STU-REQ-birthdate", "birthDate")
    assert line["how_to_repair"].startswith("Fill in birthdate")
    assert line["firstName"] == '\'=HYPERLINK("x")'
    assert (line["lastSurname"], line["postalCode"]) == ("'-Dash", "-12")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_no_delivered_value_is_stored_with_the_results(
    warehouse: Warehouse, state: State, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rows = [
        row
        | {
            "first_name": CANARY,
            "ssn": CANARY_SSN,
            "sex": Sent(CANARY),
            "zip_code": CANARY,
            "birthdate": Sent(CANARY),
        }
        for row in _students(30)
    ]
    deliver(warehouse, state, "k12/student", "south", "2020", rows)
    result = run_gate(warehouse, "k12/student")
    assert result.held
    stored = warehouse.fetch_value(
        "select concat((select string_agg(x::text, ' ') from quality.rejected_row x),"
        " (select string_agg(x::text, ' ') from quality.noted_row x),"
        " (select string_agg(x::text, ' ') from quality.rule_result x),"
        " (select string_agg(x::text, ' ') from quality.validation_result x),"
        " (select string_agg(x::text, ' ') from control.delivery x),"
        " (select string_agg(x::text, ' ') from control.delivery_event x))"
    )
    output = capfd.readouterr()
    for text in (stored, repr(result), output.out, output.err, caplog.text):
        assert CANARY not in text
        assert CANARY_SSN not in text
    files = [file for file in warehouse.home.root.rglob("*") if file.is_file()]
    assert not [file for file in files if CANARY.encode() in file.read_bytes()]


def test_the_scorecard_adds_up(warehouse: Warehouse, state: State) -> None:
    lines = scorecard(warehouse)
    assert all(x["delivered"] == x["accepted"] + x["quarantined"] + x["rejected"] for x in lines)
    (line,) = [
        x for x in scorecard(warehouse, submitter="north", layout="k12/student") if x["period"] == "2017"
    ]
    assert (line["delivered"], line["accepted"], line["rejected"], line["held"]) == (100, 98, 2, 0)
    codes = {
        row["rule_code"] for row in rule_counts(warehouse, layout="k12/student") if row["period"] == "2017"
    }
    assert codes == {"K12STU-101", "K12STU-REQ-last_name", "K12STU-TYP-birthdate"}


def test_rules_are_synced_once(warehouse: Warehouse, state: State) -> None:
    assert sync_rules(warehouse) == 0
    warehouse.execute("update quality.rule set sentence = 'Changed.' where rule_code = 'K12STU-101'")
    assert sync_rules(warehouse) == 1


def test_a_failing_suite_does_not_tell_rows(warehouse: Warehouse, state: State) -> None:
    from great_expectations import ExpectationSuite

    query = sql.SQL("select cast('{}' as integer) as broken").format(sql.SQL(CANARY))
    with pytest.raises(P20WError) as caught, warehouse.connect() as connection:
        validate(connection, query, ExpectationSuite(name="broken"))
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_the_gate_decides_alike_on_the_oldest_supported_server(older_warehouse: Warehouse) -> None:
    state = load_state()
    sync_catalogue(older_warehouse, state)
    sync_rules(older_warehouse)
    rows = _students(50)
    rows[0]["last_name"] = None
    delivery_id = deliver(older_warehouse, state, "k12/student", "north", "2016", rows)
    assert [decision.accepted_count for decision in run_gate(older_warehouse, "k12/student").decisions] == [
        49
    ]
    assert _delivery(older_warehouse, delivery_id)["status"] == "accepted"
