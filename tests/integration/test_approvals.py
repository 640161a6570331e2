"""A change of a layout, a rule or a parameter takes effect only when the agencies that it touches have approved it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from click.testing import CliRunner

from governance.approvals.waiting import AwaitingApproval
from ingest.catalogue import load_catalogue
from orchestration.approvals import (
    all_items,
    changes_of,
    require_approved_definitions,
    with_approved_linkage,
)
from orchestration.commands.approvals import command
from orchestration.elements import definitions
from orchestration.intake import load_by_hand, prepare, take_in
from orchestration.pipeline import fingerprint
from orchestration.status import status_lines
from quality_checks.catalogue import _read_rules
from tests.integration.published_cube import make_cube, small_state
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError
from warehouse.state import DEMO_STATE, load_state

STATUS = load_catalogue().layout("k12/status")
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)
LOOSER = "rejected_tolerance: 0.5\n"
LONGER = "columns:\n  - name: total_ui_wages\n    position: [64, 78]\n"


@pytest.fixture(scope="module")
def folder(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a state whose installation has approved everything as it was."""
    folder = tmp_path_factory.mktemp("state")
    (folder / "state.yml").write_text(DEMO_STATE.read_text())
    (folder / "agreements").symlink_to(DEMO_STATE.parent / "agreements")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("P20W_STATE", str(folder / "state.yml"))
        patch.setattr("warehouse.connection.open_warehouse", lambda: warehouse)
        yield folder


@pytest.fixture(autouse=True)
def _cleared(folder: Path) -> Iterator[None]:
    yield
    for path in (folder / "catalogue").rglob("*.yml"):
        path.unlink()
    (folder / "state.yml").write_text(DEMO_STATE.read_text())
    _read_rules.cache_clear()


def _change(folder: Path, name: str, text: str) -> None:
    path = folder / "catalogue" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    load_catalogue.__globals__["_read_catalogue"].cache_clear()
    _read_rules.cache_clear()


def _put(warehouse: Warehouse, year: str) -> Path:
    path = warehouse.home.incoming / "north" / f"k12__status__north__{year}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "\n" + "".join(f"{year}|{n}|IDEA||\n" for n in range(40)))
    os.utime(path, (time.time() - 100,) * 2)
    return path


def _p20w(*arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exception is None, result.exception
    return result.output


def test_the_installation_approves_all_as_it_is_once(warehouse: Warehouse, folder: Path) -> None:
    state = load_state()
    assert _p20w("list") == "Nothing waits for an approval.\n"
    prepare(warehouse, state)
    told = warehouse.fetch_all("select origin, count(*) from control.approval group by 1")
    assert told == [("installation", sum(len(item.agencies) for item in all_items(state)))]
    prepare(warehouse, state)
    assert told == warehouse.fetch_all("select origin, count(*) from control.approval group by 1")
    assert _p20w("list") == "Nothing waits for an approval.\n"


def test_files_wait_for_the_approval_of_a_changed_rule(warehouse: Warehouse, folder: Path) -> None:
    state = load_state()
    prepare(warehouse, state)
    _change(folder, "rules/k12/status.yml", LOOSER)
    path = _put(warehouse, "2019")
    intake = take_in(warehouse, state, STATUS)
    sentence = "rule k12/status rejected_tolerance is changed and awaits the approval of k12"
    assert intake.loaded == 0 and f"Files of k12/status wait: {sentence}" in intake.refused[0]
    assert any(line == f"approval   {sentence}" for line in status_lines(warehouse))
    assert sentence in load_by_hand(path, None, None, None, None).sentence
    assert _p20w("diff") == f"{sentence}:\n  - rejected_tolerance: 0.05\n  + rejected_tolerance: 0.5\n"
    # Nobody else's files wait.
    changes_of(warehouse, state).require("ui/wage")
    before = fingerprint(warehouse)
    told = _p20w("approve", "--all", "--agency", "k12", "--by", "Office of school data")
    assert told == "k12 approved 1 item.\n"
    assert fingerprint(warehouse) != before
    assert take_in(warehouse, state, STATUS).loaded == 1
    actor = "select actor from control.approval where origin = 'agency'"
    assert warehouse.fetch_all(actor) == [("Office of school data",)]


def test_a_rule_taken_back_is_a_change_again(warehouse: Warehouse, folder: Path) -> None:
    prepare(warehouse, load_state())
    _change(
        folder, "rules/k12/status.yml", "switched_off:\n  K12STA-REQ-school_year: Nobody needs it here.\n"
    )
    with pytest.raises(AwaitingApproval, match="rule K12STA-REQ-school_year is changed"):
        changes_of(warehouse, load_state()).require("k12/status")


def test_a_changed_layout_waits_for_its_agency_alone(warehouse: Warehouse, folder: Path) -> None:
    state = load_state()
    prepare(warehouse, state)
    _change(folder, "layouts/ui/wage.yml", LONGER)
    with pytest.raises(
        AwaitingApproval, match="layout ui/wage 2014 is changed and awaits the approval of ui"
    ):
        changes_of(warehouse, state).require("ui/wage")
    diff = _p20w("diff", "ui/wage 2014")
    assert "  - columns.total_ui_wages.place: [64, 77]\n  + columns.total_ui_wages.place: [64, 78]\n" in diff
    with pytest.raises(AssertionError, match="Nothing of that waits for k12"):
        _p20w("approve", "ui/wage 2014", "--agency", "k12", "--by", "Office")
    _p20w("approve", "ui/wage 2014", "--agency", "ui", "--by", "Office of unemployment insurance")
    changes_of(warehouse, state).require("ui/wage")


def test_a_better_word_is_no_change(warehouse: Warehouse, folder: Path) -> None:
    prepare(warehouse, load_state())
    _change(folder, "layouts/k12/school.yml", "steward: Regional desk\n")
    changes_of(warehouse, load_state()).require("k12/school")


def test_a_changed_parameter_keeps_its_approved_value_until_all_have_approved(
    warehouse: Warehouse, folder: Path
) -> None:
    value = "select value from control.state_parameter where parameter = 'min_courses'"
    prepare(warehouse, load_state())
    file = folder / "state.yml"
    file.write_text(file.read_text().replace("min_courses: 2", "min_courses: 3"))
    prepare(warehouse, load_state())
    assert warehouse.fetch_value(value) == "2"
    assert "PERKINS_SECONDARY.min_courses is changed" in _p20w("list")
    agencies = ("k12", "nsc", "postsecondary", "ui")
    for agency in agencies:
        assert warehouse.fetch_value(value) == "2"
        _p20w("approve", "PERKINS_SECONDARY.min_courses", "--agency", agency, "--by", "Office")
        prepare(warehouse, load_state())
    assert warehouse.fetch_value(value) == "3"


def test_an_indicator_that_is_computed_otherwise_is_not_published_before_all_have_approved(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = load_state()
    prepare(warehouse, state)
    make_cube(warehouse, small_state())
    require_approved_definitions(warehouse, state)
    otherwise = definitions() | {"COLLEGE_GOING_12M": {"version": "1.0", "ind_college_going_12m": "another"}}
    monkeypatch.setattr("orchestration.approvals.definitions", lambda: otherwise)
    with pytest.raises(
        AwaitingApproval, match="rule COLLEGE_GOING_12M definition is changed and awaits"
    ) as found:
        require_approved_definitions(warehouse, state)
    agencies = ("k12", "nsc", "postsecondary")
    assert all(agency in str(found.value) for agency in agencies)
    assert '+ ind_college_going_12m: "another"' in _p20w("diff", "COLLEGE_GOING_12M definition")
    for agency in agencies:
        _p20w("approve", "COLLEGE_GOING_12M definition", "--agency", agency, "--by", "Office")
    require_approved_definitions(warehouse, state)


def test_linkage_settings_and_code_maps_wait_too(warehouse: Warehouse, folder: Path) -> None:
    prepare(warehouse, load_state())
    file, approved = folder / "state.yml", load_state().linkage
    changed = yaml.safe_load(file.read_text())
    changed["linkage"]["threshold"] = 0.97
    maps = changed["submitters"]["north"].setdefault("code_maps", {})
    maps["yes_no"] = {**maps.get("yes_no", {}), "J": "Yes"}
    file.write_text(yaml.safe_dump(changed))
    state = load_state()
    assert state.linkage.threshold == 0.97
    assert with_approved_linkage(warehouse, state).linkage == approved
    assert "rule linkage settings is changed" in _p20w("list")
    with pytest.raises(AwaitingApproval, match=r"layout k12/enrollment code maps is (new|changed)"):
        changes_of(warehouse, state).require("k12/enrollment")
    for agency in {submitter.agency for submitter in state.submitters.values()}:
        _p20w("approve", "linkage settings", "--agency", agency, "--by", "Office")
    assert with_approved_linkage(warehouse, state).linkage.threshold == 0.97


def test_a_state_that_wants_no_approvals_is_asked_for_none(warehouse: Warehouse, folder: Path) -> None:
    prepare(warehouse, load_state())
    file = folder / "state.yml"
    file.write_text(file.read_text().replace("approvals: required", "approvals: none"))
    _change(folder, "rules/k12/status.yml", "rejected_tolerance: 0.7\n")
    changes_of(warehouse, load_state()).require("k12/status")
    assert "Nothing waits" in _p20w("list")


def test_an_approval_is_never_changed(warehouse: Warehouse, folder: Path) -> None:
    prepare(warehouse, load_state())
    for statement in ("update control.approval set agency = 'k12'", "delete from control.approval"):
        with pytest.raises((DatabaseError, psycopg.Error)):
            warehouse.execute(statement)
