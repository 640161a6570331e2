"""A state's own file changes the package's rules, and a fault in it is named by line."""

from pathlib import Path

import pytest

from orchestration.rule_list import rule_lines
from quality_checks.catalogue import _read_rules, rule_set
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE

pytestmark = pytest.mark.slow

OWN = """\
rejected_tolerance: 0.02
change:
  UIWAGE-106: {maximum: 13, sentence: A quarter has 13 weeks at most., severity: hold}
  UIWAGE-107: {severity: hold}
switched_off:
  UIWAGE-103: The numbers are checked before they are sent.
rules:
  - code: UIWAGE-901
    kind: format
    column: taxing_entity
    pattern: ^[A-Z]{4}$
    sentence: The taxing entity is four letters.
    repair: Use the list of the agency.
    severity: warn
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    path = tmp_path / "catalogue" / "rules" / "ui" / "wage.yml"
    path.parent.mkdir(parents=True)
    return path


def test_a_state_changes_adds_and_switches_off_rules_and_leaves_the_others(own: Path) -> None:
    before = {rule.code: rule for rule in rule_set("ui/wage").rules}
    own.write_text(OWN)
    # A process reads its rules once.
    _read_rules.cache_clear()
    rules = rule_set("ui/wage")
    found = {rule.code: rule for rule in rules.rules}
    assert rules.rejected_tolerance == 0.02
    weeks, names, added = found["UIWAGE-106"], found["UIWAGE-107"], found["UIWAGE-901"]
    assert (weeks.maximum, weeks.severity, weeks.tolerance, weeks.origin) == (13, "hold", 0.02, "changed")
    assert (names.severity, names.tolerance) == ("hold", 0.5)
    assert (added.origin, added.owner, added.tolerance) == ("state", "ui", 0.05)
    assert [(rule.code, reason) for rule, reason in rules.switched_off] == [
        ("UIWAGE-103", "The numbers are checked before they are sent.")
    ]
    assert set(before) - set(found) == {"UIWAGE-103"}
    untouched = set(before) & set(found) - {"UIWAGE-106", "UIWAGE-107"}
    assert all(found[code] == before[code] for code in untouched)


def test_the_list_shows_origin_and_the_reason_of_a_rule_that_is_off(own: Path) -> None:
    own.write_text(OWN)
    lines = {line.split()[0]: line for line in rule_lines("ui/wage")}
    assert "changed" in lines["UIWAGE-106"] and "state" in lines["UIWAGE-901"]
    assert lines["UIWAGE-103"].endswith("Switched off: The numbers are checked before they are sent.")
    assert "package" in lines["UIWAGE-104"]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (
            "change:\n  UIWAGE-116: {severity: warn}\n",
            r"change.UIWAGE-116 \(line 2\).*similar ones: .*UIWAGE-106",
        ),
        ("change:\n  UIWAGE-106:\n    severity: error\n", r"severity \(line 3\).*reject, hold, warn"),
        ("change:\n  UIWAGE-106:\n    maximum: 13\n", r"\(line 2\).*sentence is to be said anew"),
        ("change:\n  UIWAGE-106:\n    column: ssn\n", r"\(line 3\).*another rule"),
        ("change:\n  UIWAGE-106:\n    tolerance: 2\n", r"tolerance \(line 3\): Input should be less than 1"),
        ("switched_off:\n  UIWAGE-106: no\n", r"switched_off.UIWAGE-106 \(line 2\)"),
        ("rules:\n  - code: UIWAGE-110\n", r"rules.0.code \(line 2\).*UIWAGE-900 to UIWAGE-999"),
        ("severities: {}\n", r"severities \(line 1\)"),
        ("change: [\n", r"not valid YAML"),
        (OWN.replace("column: taxing_entity", "column: tax"), r"rules.0 \(line 8\): .*names column tax"),
        (OWN.replace("kind: format", "kind: guess"), r"rules.0.kind \(line 9\)"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(own: Path, said: str, complaint: str) -> None:
    own.write_text(said)
    with pytest.raises(P20WError, match=complaint):
        rule_set("ui/wage")


def test_rules_about_a_layout_without_rules_are_refused(own: Path) -> None:
    own.with_name("wages.yml").write_text(OWN)
    with pytest.raises(P20WError, match=r"rules/ui/wages.yml"):
        rule_set("ui/wage")


def test_a_limit_in_the_states_catalogue_comes_before_that_in_its_file(own: Path) -> None:
    usual = rule_set("ui/wage").rule("UIWAGE-VOL-rows")
    state = DEMO_STATE.read_text(encoding="utf-8").replace("layouts: [nsc/detail]\n", "layouts: [ui/wage]\n")
    (own.parents[3] / "state.yml").write_text(
        state.replace("fall_between_periods: 0.99", "fall_between_periods: 0.9")
    )
    in_file = rule_set("ui/wage").rule("UIWAGE-VOL-rows")
    assert (usual.between_periods, usual.origin) == (0.6, "package")
    assert (in_file.between_periods, in_file.fall, in_file.origin) == (0.9, usual.fall, "changed")
    own.write_text("change:\n  UIWAGE-VOL-rows: {between_periods: 0.7}\n")
    _read_rules.cache_clear()
    assert rule_set("ui/wage").rule("UIWAGE-VOL-rows").between_periods == 0.7
    # A rule that names no limit in its sentence needs no other one.
    assert rule_set("ui/wage").rule("UIWAGE-VOL-rows").sentence == usual.sentence
