"""When a delivery may no longer be kept: by the state's rules, by its agreements, by the earlier of both."""

import datetime
from pathlib import Path

import pytest

from governance.retention.due import Due, Kept, due_by
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, State, load_state

WAGES = Kept(1, "ui/wage", "ui", "2014Q3", "wages", "0" * 64, 10, "accepted")


def state_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, retention: str, destroy_by: str = "2104-12-31"
) -> State:
    """The synthetic state with these rules, and with this day in the agreement on wages."""
    (tmp_path / "agreements").mkdir()
    for agreement in (DEMO_STATE.parent / "agreements").glob("*.yml"):
        text = agreement.read_text()
        if agreement.name == "ui.yml":
            text = text.replace("expires: 2099-12-31", "expires: 2020-12-31").replace(
                "2104-12-31", destroy_by
            )
        (tmp_path / "agreements" / agreement.name).write_text(text)
    file = tmp_path / "state.yml"
    file.write_text(f"{DEMO_STATE.read_text()}\n{retention}\n")
    for preset in DEMO_STATE.parent.glob("*.yml"):
        if preset != DEMO_STATE:
            (tmp_path / preset.name).write_text(preset.read_text())
    monkeypatch.setenv("P20W_STATE", str(file))
    return load_state()


def due(state: State, delivery: Kept = WAGES) -> Due:
    found = due_by(state, delivery)
    assert found is not None
    return found


def test_years_count_from_the_end_of_the_periods_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_with(tmp_path, monkeypatch, "retention: [{rule: WAGES, layouts: [ui/wage], keep_years: 7}]")
    assert due(state)[1:] == (datetime.date(2021, 12, 31), "rule WAGES (7 years after the period's year)")


def test_the_earliest_of_rules_and_agreement_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = """
retention:
  - {rule: WAGES, layouts: [ui/wage], keep_years: 20}
  - {rule: UNTIL, layouts: [ui/wage, ui/employer], destroy_on: 2033-06-30}
"""
    state = state_with(tmp_path, monkeypatch, rules, destroy_by="2033-05-01")
    assert due(state)[1:] == (datetime.date(2033, 5, 1), "agreement UI (destroy_by)")
    assert due(state, WAGES._replace(period="2001Q1")).rule.startswith("rule WAGES")


def test_a_renewed_agreement_moves_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_with(tmp_path, monkeypatch, "", destroy_by="2025-01-01")
    assert due(state).on == datetime.date(2025, 1, 1)
    renewed = (tmp_path / "agreements" / "ui.yml").read_text()
    renewed = renewed.replace("agreement: UI", "agreement: UI-2").replace("2025-01-01", "2040-01-01")
    (tmp_path / "agreements" / "ui_2.yml").write_text(renewed)
    assert due(state)[1:] == (datetime.date(2040, 1, 1), "agreement UI-2 (destroy_by)")


def test_of_what_nobody_speaks_nothing_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_with(tmp_path, monkeypatch, "")
    assert due_by(state, WAGES._replace(submitter="somebody_else")) is None


@pytest.mark.parametrize("rule", ["keep_years: 7, destroy_on: 2030-01-01", ""])
def test_a_rule_says_years_or_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    with pytest.raises(P20WError, match=r"keep_years or destroy_on|given twice"):
        state_with(tmp_path, monkeypatch, f"retention: [{{rule: WAGES, layouts: [ui/wage], {rule}}}]")
