"""Agreements are checked by file and line, and say which clause is missing for what."""

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from governance.agreements.agreement import Agreement
from governance.agreements.coverage import NoAgreement, Question, require
from governance.agreements.deliveries import agreed_deliveries, uncovered
from governance.agreements.register import SCHEMA, agreements, check_file, schema_text
from governance.agreements.reminders import reminders
from ingest.catalogue import load_catalogue
from orchestration.commands.agreement import command
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, State, load_state

DAY = datetime.date(2026, 3, 1)
SHIPPED = DEMO_STATE.parent / "agreements"
WAGE = load_catalogue().layout("ui/wage")


def _said(name: str = "ui", **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((SHIPPED / f"{name}.yml").read_text())
    return {key: value for key, value in (said | changes).items() if value is not None}


def _written(folder: Path, name: str = "ui", **changes: Any) -> Path:
    path = folder / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(_said(name, **changes), sort_keys=False))
    return path


def _wage(use: str = "load", on: datetime.date = DAY, **changes: Any) -> list[Agreement]:
    known = [Agreement.model_validate(_said(**changes))]
    question = Question(WAGE, WAGE.columns, "ui_agency", use, on)  # type: ignore[arg-type]
    return require(known, load_state(), question)


def test_the_shipped_agreements_are_synthetic_and_cover_all_that_the_demonstration_sends() -> None:
    state = load_state()
    assert all(one.synthetic for one in agreements(state))
    assert uncovered(state, DAY) == []


def test_the_committed_schema_is_that_of_the_model() -> None:
    assert SCHEMA.read_text() == schema_text(), "renew it with python -m governance.agreements.register"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"destroy": "2030-01-01"}, r"ui\.yml is wrong in destroy \(line \d+\): it is not a known key"),
        ({"purpose": None}, r"ui\.yml is wrong in purpose: it is missing"),
        ({"inspection": None}, r"ui_confidentiality \(20 CFR 603.10\) asks for the clause inspection"),
        ({"destroy_by": "2020-01-01"}, r"destroy_by lies before expires"),
        (
            {"parties": {"providers": ["nobody"], "recipient": {"name": "X", "kind": "public_official"}}},
            r"parties\.providers\.0 \(line \d+\): nobody is no submitter and no agency",
        ),
        (
            {"parties": {"providers": ["ui"], "recipient": {"name": "X", "kind": "research_institution"}}},
            r"allows as recipient\.kind only public_official or agent_of_public_official",
        ),
        (
            {"elements": [{"layouts": ["ui/wages"]}]},
            r"elements\.0\.layouts\.0 \(line \d+\): there is no layout",
        ),
        (
            {"elements": [{"layouts": ["ui/wage"], "columns": ["salary"]}]},
            r"elements\.0\.columns\.0 \(line \d+\): ui/wage has no column salary",
        ),
    ],
)
def test_a_fault_is_told_by_file_line_and_what_is_wrong(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(P20WError, match=told):
        check_file(_written(tmp_path, **changes), load_state())


def test_a_clause_given_twice_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path)
    path.write_text(path.read_text() + "cost: Somebody else pays for all of it.\n")
    with pytest.raises(P20WError, match="the key cost is given twice"):
        check_file(path, load_state())


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"elements": [{"layouts": ["ui/employer"]}]}, "elements: no agreement names ui/wage"),
        (
            {"parties": {"providers": ["workforce"], "recipient": {"name": "X", "kind": "public_official"}}},
            "parties.providers",
        ),
        ({"expires": "2026-02-28"}, "expires: UI ended on 2026-02-28"),
        ({"effective": "2026-03-02"}, "effective: UI begins on 2026-03-02"),
        ({"permits": ["aggregates"]}, "permits: UI: load is not among"),
        (
            {"elements": [{"layouts": ["ui/wage"], "classes": ["none", "direct"]}]},
            "elements: UI does not name the column total_gross_wages (class wage_confidential)",
        ),
        (
            {"legal_basis": ["other_law"], "citation": "A law of the state."},
            "legal_basis: UI has none of ui_confidentiality",
        ),
    ],
)
def test_what_is_not_allowed_names_the_clause_that_is_missing(changes: dict[str, Any], clause: str) -> None:
    with pytest.raises(NoAgreement) as caught:
        _wage(**changes)
    assert f"the missing clause is {clause}" in caught.value.message
    assert caught.value.message.startswith("ui/wage from ui_agency: ")


def test_agreements_cover_together_what_none_covers_alone() -> None:
    wages = Agreement.model_validate(
        _said(elements=[{"layouts": ["ui/wage"], "classes": ["wage_confidential"]}])
    )
    rest = Agreement.model_validate(
        _said(agreement="UI-2", elements=[{"layouts": ["ui/wage"], "classes": ["none", "direct", "quasi"]}])
    )
    question = Question(WAGE, WAGE.columns, "ui_agency", "load", DAY)
    assert require([wages, rest], load_state(), question) == [wages, rest]


def test_the_last_day_counts_and_the_next_does_not() -> None:
    assert _wage(on=DAY, expires=DAY.isoformat())
    with pytest.raises(NoAgreement):
        _wage(on=DAY + datetime.timedelta(days=1), expires=DAY.isoformat())


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    content = yaml.safe_load(DEMO_STATE.read_text())
    (tmp_path / "state.yml").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    return load_state()


def test_an_answer_changes_with_the_agreement_and_with_the_day(own_state: State, tmp_path: Path) -> None:
    form = WAGE.versions_of("icesa")[0]
    before = agreed_deliveries(own_state, DAY)
    with pytest.raises(NoAgreement, match="no agreement names ui/wage"):
        before.check(WAGE, form, "ui_agency")
    _written(tmp_path / "agreements", expires="2026-03-31")
    asked = agreed_deliveries(own_state, DAY)
    asked.check(WAGE, form, "ui_agency")
    later = agreed_deliveries(own_state, DAY + datetime.timedelta(days=60))
    assert len({before.stamp("ui/wage"), asked.stamp("ui/wage"), later.stamp("ui/wage")}) == 3
    assert before.stamp("k12/student") == asked.stamp("k12/student")
    off = own_state.model_copy(
        update={"governance": own_state.governance.model_copy(update={"agreements": "none"})}
    )
    agreed_deliveries(off, DAY).check(load_catalogue().layout("k12/student"), "2015", "north")


def test_what_ends_is_told_in_time_and_what_has_ended_until_it_is_renewed(
    own_state: State, tmp_path: Path
) -> None:
    _written(tmp_path / "agreements", expires="2026-03-31")
    assert reminders(own_state, datetime.date(2025, 12, 1)) == []
    (soon,) = reminders(own_state, DAY)
    assert (soon.is_over, soon.sentence) == (False, "agreement UI ends on 2026-03-31, in 30 days")
    (over,) = reminders(own_state, datetime.date(2026, 4, 1))
    assert over.is_over and "ui/employer, ui/wage wait for a renewal" in over.sentence
    renewed = _said(agreement="UI-2", effective="2026-04-01")
    (tmp_path / "agreements" / "ui_2.yml").write_text(yaml.safe_dump(renewed))
    assert reminders(own_state, datetime.date(2026, 4, 1)) == []


def test_the_command_lists_shows_and_checks(own_state: State, tmp_path: Path) -> None:
    path = _written(tmp_path / "agreements")
    listed = CliRunner().invoke(command, ["list"]).output
    assert "UI " in listed and "in force" in listed and "(synthetic)" in listed
    shown = CliRunner().invoke(command, ["show", "ui"]).output
    assert "20 CFR 603.10" in shown and "ui/wage, ui/employer: all columns" in shown
    checked = CliRunner().invoke(command, ["check"])
    assert checked.exit_code == 1 and "k12/student from north" in checked.output
    assert CliRunner().invoke(command, ["check", str(path)]).output == "UI is right.\n"
    told = CliRunner().invoke(command, ["elements", "ui/wage", "k12/school"]).output.splitlines()
    assert told[0].split() == ["ui/wage.ssn", "ui_agency", "UI", "until", "2099-12-31"]
    assert told[-1].endswith("no agreement")


def test_two_files_of_one_name_are_refused(own_state: State, tmp_path: Path) -> None:
    _written(tmp_path / "agreements")
    (tmp_path / "agreements" / "zz.yml").write_text(yaml.safe_dump(_said()))
    with pytest.raises(P20WError, match=r"zz\.yml is wrong in agreement \(line 1\): ui\.yml has the name UI"):
        agreements(own_state)
