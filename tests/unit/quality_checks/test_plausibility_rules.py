"""The rules of the two gates, and what a state may change of them."""

from pathlib import Path

import pytest

from orchestration.manifest import load_manifest
from quality_checks.plausibility.catalogue import all_gate_rules, gate_rules
from quality_checks.plausibility.results import Broken, Finding
from quality_checks.plausibility.rule import Limits
from warehouse.errors import P20WError


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    path = tmp_path / "catalogue" / "plausibility" / "linkage.yml"
    path.parent.mkdir(parents=True)
    return path


OWN = """\
change:
  LINK-201: {minimum: 0.3, limits_of: {k12 and wioa: {minimum: 0.05}}, settings: {least_persons: 50}}
  LINK-402: {severity: hold}
switched_off:
  LINK-302: Deaths are not reported in this state.
rules:
  - code: LINK-901
    sentence: No person has forty wage records.
    repair: Look at the person with p20w link explain.
    severity: warn
    owner: steward
    maximum: 39
    measure: select 'largest person' as subject, 1 as value
"""


def test_a_state_changes_limits_adds_rules_and_switches_off(own: Path) -> None:
    before = gate_rules("linkage")
    own.write_text(OWN)
    known = gate_rules("linkage")
    rules = {rule.code: rule for rule in known.rules}
    rate = rules["LINK-201"]
    assert (rate.minimum, rate.settings, rate.origin) == (0.3, {"least_persons": 50}, "changed")
    assert rate.limits_for("k12 and wioa").minimum == 0.05
    assert rate.limits_for("k12 and ui").minimum == 0.3
    assert [group.column for group in rate.groups] == ["link_201", "link_201_1"]
    assert rules["LINK-402"].severity == "hold"
    assert rules["LINK-901"].origin == "state"
    assert [(rule.code, reason) for rule, reason in known.switched_off] == [
        ("LINK-302", "Deaths are not reported in this state.")
    ]
    own.unlink()
    assert gate_rules("linkage") == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("change:\n  LINK-999: {minimum: 1}\n", r"LINK-999 \(line 2\): there is no rule LINK-999"),
        ("change:\n  LINK-201: {measure: select 1}\n", r"measure \(line 2\): measure stays"),
        (
            "change:\n  LINK-201: {settings: {most: 1}}\n",
            r"settings\.most \(line 2\): the rule's measure does not",
        ),
        ("change:\n  LINK-201: {minimum: 2, maximum: 1}\n", r"LINK-201 \(line 2\): the minimum is above"),
        ("rules:\n  - {code: LINK-101}\n", r"rules\.0.* \(line 2\)"),
        ("switch: 1\n", r"switch \(line 1\)"),
    ],
)
def test_a_fault_in_the_states_file_is_told_with_its_line(own: Path, text: str, told: str) -> None:
    own.write_text(text)
    with pytest.raises(P20WError, match=rf"catalogue/plausibility/linkage\.yml is wrong in .*{told}"):
        gate_rules("linkage")


def test_a_rule_needs_only_relations_that_somebody_makes() -> None:
    """Else it would be passed over in silence."""
    manifest = load_manifest()
    made = {f"{node['schema']}.{node['alias']}" for node in manifest["nodes"].values() if "alias" in node}
    made |= {f"{source['schema']}.{source['identifier']}" for source in manifest["sources"].values()}
    needed = {name for known in all_gate_rules() for rule in known.rules for name in rule.needs}
    assert needed - made == set()


def test_a_finding_tells_the_first_places_and_numbers_only_where_it_may() -> None:
    rule = gate_rules("linkage").rules[2]
    broken = tuple(Broken(f"pair {n}", 0.0123, Limits(minimum=0.02)) for n in range(5))
    told = Finding(rule, 9, broken)
    assert told.detail is not None
    assert told.detail.startswith("pair 0: 0.0123, at least 0.02; pair 1")
    assert told.detail.endswith("; 2 more")
    secret = Finding(rule.model_copy(update={"tells_value": False}), 9, broken)
    assert secret.detail == "pair 0; pair 1; pair 2; 2 more"
    assert Finding(rule, 9, ()).detail is None
