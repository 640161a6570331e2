"""Every fault of the library is found by the rule that is meant to find it, and by no other.

A clean synthetic state is delivered first; then each spoiled file comes as the correction of its clean twin, so that whatever
is found more often than before was planted.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.synthetic import write_state
from ingest.synthetic.faults import FAULTS, Fault
from orchestration.intake import prepare
from quality_checks.catalogue import referenced_layouts
from quality_checks.gate import run_gate
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, State, load_state

LEARNERS, SEED = 400, 7


@dataclass
class Outcome:
    """What became of one spoiled file."""

    row: int | None
    column: str
    header: str
    refusal: str = ""
    status: str = ""
    reason: str = ""
    # rule → rows found more than in the clean file
    more: dict[str, int] = field(default_factory=dict)
    # (row, column, rule) of the rows set aside that the clean file has not
    aside: set[tuple[int, str, str]] = field(default_factory=set)


def layouts_in_order() -> list[str]:
    """Layout keys, those that others refer to first."""
    order: list[str] = []

    def add(key: str) -> None:
        if key not in order:
            for other in sorted(referenced_layouts(key)):
                add(other)
            order.append(key)

    for key in load_catalogue().layouts:
        add(key)
    return order


def layout_of(path: Path) -> str:
    return "/".join(path.name.split("__")[:2])


@pytest.fixture(scope="module")
def outcomes(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Outcome]:
    root = tmp_path_factory.mktemp("states")
    state = load_state(DEMO_STATE)
    write_state(root / "clean", learners=LEARNERS, seed=SEED)
    write_state(root / "spoiled", learners=LEARNERS, seed=SEED, faults=True)
    prepare(warehouse, state)
    files = sorted((root / "clean" / "incoming").glob("*/*"))
    for key in layouts_in_order():
        for path in (path for path in files if layout_of(path) == key):
            load_file(warehouse, path, state=state)
        run_gate(warehouse, key)
    return dict(_spoiled(warehouse, root / "spoiled", state))


def _spoiled(warehouse: Warehouse, root: Path, state: State) -> Iterator[tuple[Path, Outcome]]:
    with (root / "truth" / "faults.csv").open() as file:
        planted = list(csv.DictReader(file))
    loaded: dict[Path, tuple[int, Outcome]] = {}
    for fault in planted:
        path = root / fault["file"]
        outcome = Outcome(
            int(fault["row"]) if fault["row"] else None, fault["column"], _header(path, fault["column"])
        )
        try:
            result = load_file(warehouse, path, sequence=2, state=state)
        except P20WError as error:
            outcome.refusal = str(error)
            yield path, outcome
        else:
            assert result.delivery_id is not None
            loaded[path] = (result.delivery_id, outcome)
    for key in sorted({layout_of(path) for path in loaded}):
        run_gate(warehouse, key)
    for path, (delivery_id, outcome) in loaded.items():
        _judged(warehouse, delivery_id, outcome)
        yield path, outcome


def _header(path: Path, column: str) -> str:
    if not column:
        return ""
    layout = load_catalogue().layout(layout_of(path))
    period = path.name.split(".")[0].split("__")[3]
    return next(iter(layout.columns_by_name[column].headers_for(layout.version_for(period))), "")


def _judged(warehouse: Warehouse, delivery_id: int, outcome: Outcome) -> None:
    outcome.status, outcome.reason = warehouse.fetch_all(
        "select status, coalesce(status_reason, '') from control.delivery where delivery_id = %s",
        (delivery_id,),
    )[0]
    (twin,) = warehouse.fetch_all(
        "select clean.delivery_id from control.delivery as clean join control.delivery as mine using (layout, submitter, period)"
        " where mine.delivery_id = %s and clean.sequence = 1", (delivery_id,)
    )[0]  # fmt: skip
    outcome.more = dict(
        warehouse.fetch_all(
            "select mine.rule_code, mine.failed_count - coalesce(clean.failed_count, 0) from quality.rule_result as mine"
            " left join quality.rule_result as clean on clean.delivery_id = %s and clean.rule_code = mine.rule_code"
            " where mine.delivery_id = %s and mine.failed_count > coalesce(clean.failed_count, 0)",
            (twin, delivery_id),
        )
    )
    outcome.aside = set(
        warehouse.fetch_all(
            "select row_number, column_name, rule_code from quality.rejected_row where delivery_id = %s"
            " except select row_number, column_name, rule_code from quality.rejected_row where delivery_id = %s",
            (delivery_id, twin),
        )
    )


def outcome_of(fault: Fault, outcomes: dict[Path, Outcome]) -> Outcome:
    stem = f"{fault.layout.replace('/', '__')}__{fault.submitter}__{fault.period}."
    return next(outcome for path, outcome in outcomes.items() if path.name.startswith(stem))


def faults_of(*fates: str) -> list[Fault]:
    return [fault for fault in FAULTS if fault.fate in fates]


def name_of(fault: Fault) -> str:
    return f"{fault.kind}-{fault.layout}"


def test_at_least_thirty_kinds_are_planted(outcomes: dict[Path, Outcome]) -> None:
    assert len({fault.kind for fault in FAULTS}) >= 30
    assert len(outcomes) == len(FAULTS)


@pytest.mark.parametrize("fault", faults_of("refused"), ids=name_of)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    fault: Fault, outcomes: dict[Path, Outcome]
) -> None:
    outcome = outcome_of(fault, outcomes)
    assert fault.found_by.lower() in outcome.refusal.lower()
    assert f"__{fault.submitter}__{fault.period}." in outcome.refusal
    if outcome.row:
        assert f"line {outcome.row + 1}" in outcome.refusal
    if outcome.row and outcome.column:
        assert outcome.header in outcome.refusal


@pytest.mark.parametrize("fault", faults_of("held"), ids=name_of)
def test_a_delivery_made_wrongly_is_held_by_its_rule_alone(
    fault: Fault, outcomes: dict[Path, Outcome]
) -> None:
    outcome = outcome_of(fault, outcomes)
    assert (outcome.refusal, outcome.status) == ("", "held")
    if fault.found_by in outcome.reason:
        assert set(outcome.more) <= {fault.found_by}
    else:
        assert set(outcome.more) == {fault.found_by}
        assert "rejected" in outcome.reason


@pytest.mark.parametrize("fault", faults_of("set_aside"), ids=name_of)
def test_a_row_that_cannot_be_used_is_set_aside_by_its_rule_alone(
    fault: Fault, outcomes: dict[Path, Outcome]
) -> None:
    outcome = outcome_of(fault, outcomes)
    assert (outcome.refusal, set(outcome.more)) == ("", {fault.found_by})
    assert (outcome.row, fault.column, fault.found_by) in outcome.aside
    assert {rule for _, _, rule in outcome.aside} == {fault.found_by}


@pytest.mark.parametrize("fault", faults_of("warned"), ids=name_of)
def test_a_value_that_cannot_be_right_is_counted_by_its_rule_alone(
    fault: Fault, outcomes: dict[Path, Outcome]
) -> None:
    outcome = outcome_of(fault, outcomes)
    assert (outcome.refusal, outcome.more) == ("", {fault.found_by: 1})


def test_no_delivery_without_a_planted_fault_is_held(
    outcomes: dict[Path, Outcome], warehouse: Warehouse
) -> None:
    assert outcomes
    held = warehouse.fetch_all(
        "select file_name, status_reason from control.delivery where sequence = 1 and status = 'held'"
    )
    assert held == []
