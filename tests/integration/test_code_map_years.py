"""A submitter's codes are read as they were meant in the year of the file, by the gate as by staging."""

from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.scorecard import rule_counts
from quality_checks.sync import sync_rules
from tests.integration.quality_data import Row, Sent, deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Submitter

BY_YEAR = [{"to": 2016, "codes": {"1": "M", "2": "F"}}, {"from": 2017, "codes": {"m": "M", "f": "F"}}]


def _state() -> State:
    state = load_state()
    content = state.submitters["north"].model_dump(by_alias=True)
    content["code_maps"] = content["code_maps"] | {"sex": BY_YEAR}
    return state.model_copy(
        update={"submitters": state.submitters | {"north": Submitter.model_validate(content)}}
    )


def _students(period: str, sexes: list[str]) -> list[Row]:
    rows = good_rows("k12/student", period, len(sexes))
    return [row | {"sex": Sent(sex)} for row, sex in zip(rows, sexes, strict=True)]


def test_a_code_that_was_not_agreed_on_for_the_year_is_a_finding_with_its_count(warehouse: Warehouse) -> None:
    state = _state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    early = deliver(warehouse, state, "k12/student", "north", "2016", _students("2016", ["1", "2"] * 40))
    # Three of the new year's rows still hold the old code.
    later = _students("2018", ["m"] * 37 + ["1"] * 3)
    late = deliver(warehouse, state, "k12/student", "north", "2018", later)
    run_gate(warehouse, "k12/student")
    found = {
        row["delivery_id"]: row["failed_count"]
        for row in rule_counts(warehouse, layout="k12/student")
        if row["rule_code"] == "K12STU-SET-sex" and row["failed_count"]
    }
    statuses = dict(warehouse.fetch_all("select delivery_id, status from control.delivery"))
    assert (found, statuses) == ({late: 3}, {early: "accepted", late: "held"})
