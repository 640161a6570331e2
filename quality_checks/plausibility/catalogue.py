"""The rules of the two gates, as the package has them and as the state changes them.

Belongs here: reading and checking the files in rules/ and a state's own. Must not come here: measuring.
"""

from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from quality_checks.plausibility.rule import CHANGEABLE, Gate, PlausibilityRule, changed
from quality_checks.rule import RuleCode
from quality_checks.state_rules import Reason
from warehouse.errors import P20WError
from warehouse.state import own_catalogue
from warehouse.state_sheet import StateSheetFile
from warehouse.yaml_lines import read_yaml

_RULES = Path(__file__).parent / "rules"
_PREFIX: dict[Gate, str] = {"linkage": "LINK", "release": "RELEASE"}


class GateSheet(BaseModel):
    """One file in a state's catalogue/plausibility/: only what differs from the package's rules of the gate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: dict[RuleCode, dict[str, Any]] = {}
    switched_off: dict[RuleCode, Reason] = {}
    rules: list[dict[str, Any]] = []


class GateRules(BaseModel):
    """All rules of one gate, and those that the state switched off with its reasons."""

    model_config = ConfigDict(frozen=True)

    gate: Gate
    rules: tuple[PlausibilityRule, ...]
    switched_off: tuple[tuple[PlausibilityRule, str], ...] = ()


def gate_rules(gate: Gate) -> GateRules:
    """Return the rules of a gate as the state has them; raise P20WError with file and line where its file is wrong."""
    own = own_catalogue()
    path = own / "plausibility" / f"{gate}.yml" if own else None
    given = _packaged(gate)
    return _StateFile(path).apply(given) if path and path.is_file() else given


def all_gate_rules() -> list[GateRules]:
    """Return the rules of both gates."""
    return [gate_rules(gate) for gate in get_args(Gate)]


@lru_cache
def _packaged(gate: Gate) -> GateRules:
    entries: list[dict[str, Any]] = [
        entry
        for path in sorted(_RULES.glob(f"{gate}*.yml"))
        for entry in read_yaml(path.read_text(encoding="utf-8"))
    ]
    measures = {entry["code"]: entry.get("measure") for entry in entries}
    for entry in entries:
        # Two limits of different severity on one number.
        if "measure_of" in entry:
            entry["measure"] = measures[entry.pop("measure_of")]
    rules = tuple(
        PlausibilityRule.model_validate({"gate": gate} | entry)
        for entry in sorted(entries, key=lambda entry: str(entry["code"]))
    )
    for rule in rules:
        if not rule.code.startswith(f"{_PREFIX[gate]}-") or [r.code for r in rules].count(rule.code) > 1:
            raise P20WError(
                f"rule code {rule.code} is not new or lacks the prefix {_PREFIX[gate]}", "Rename it."
            )
    return GateRules(gate=gate, rules=rules)


class _StateFile(StateSheetFile[GateSheet]):
    """A state's file about one gate."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, GateSheet)

    def apply(self, given: GateRules) -> GateRules:
        """Return the gate's rules with the file's changes."""
        known = {rule.code: rule for rule in given.rules}
        for place, codes in (("change", self.sheet.change), ("switched_off", self.sheet.switched_off)):
            for code in codes:
                if code not in known:
                    near = ", ".join(get_close_matches(code, known, n=3)) or "none"
                    self.refuse((place, code), f"there is no rule {code}; similar ones: {near}")
        for code, change in self.sheet.change.items():
            known[code] = self._changed(known[code], change)
        off = tuple((known.pop(code), reason) for code, reason in self.sheet.switched_off.items())
        own = [self._own(given.gate, number, entry) for number, entry in enumerate(self.sheet.rules)]
        return GateRules(gate=given.gate, rules=(*known.values(), *own), switched_off=off)

    def _changed(self, rule: PlausibilityRule, change: dict[str, Any]) -> PlausibilityRule:
        place = ("change", rule.code)
        if fixed := sorted(set(change) - CHANGEABLE):
            reason = f"{fixed[0]} stays; switch the rule off and add one of your own"
            self.refuse((*place, fixed[0]), reason)
        if unknown := sorted(set(change.get("settings") or {}) - set(rule.settings)):
            self.refuse((*place, "settings", unknown[0]), "the rule's measure does not use it")
        try:
            return changed(rule, change)
        except ValidationError as error:
            self.refuse_invalid(place, error)

    def _own(self, gate: Gate, number: int, entry: dict[str, Any]) -> PlausibilityRule:
        place = ("rules", str(number))
        try:
            rule = PlausibilityRule.model_validate(entry | {"gate": gate, "origin": "state"})
        except ValidationError as error:
            self.refuse_invalid(place, error)
        if not rule.code.startswith(f"{_PREFIX[gate]}-9"):
            self.refuse((*place, "code"), f"the code of a state's own rule is {_PREFIX[gate]}-900 to -999")
        return rule
