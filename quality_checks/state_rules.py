"""What one state has otherwise in the rules of a layout: rules of its own, other limits, rules switched off.

Belongs here: reading a state's own file of rules and bringing it in. Must not come here: the package's rules
(catalogue), SQL.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from quality_checks.derived import usual_tolerance
from quality_checks.rule import Rule, RuleCode, Severity
from warehouse.errors import P20WError
from warehouse.state_sheet import StateSheetFile

# What a rule is about; with another one of these it would be another rule, which has another code.
_IDENTITY = frozenset(
    {"code", "layout", "kind", "origin", "column", "columns", "other", "partner", "refers_to"}
)
# With another one of these the rule's sentence stays true: it names no limit.
_BESIDE = frozenset({"severity", "tolerance", "owner", "reference", "repair", "sentence"})
_LIMITS_OF_FILES = frozenset({"fall", "rise", "between_periods", "shift", "stability", "least_rows"})

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]


class StateSheet(BaseModel):
    """One file in a state's catalogue/rules/: only what differs from the package's rules of the layout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rejected_tolerance: float | None = Field(default=None, ge=0, lt=1)
    change: dict[RuleCode, dict[str, Any]] = {}
    switched_off: dict[RuleCode, Reason] = {}
    rules: list[dict[str, Any]] = []


@dataclass(frozen=True)
class Changed:
    """A layout's rules as a state has them.

    Attributes:
        rules: those that judge.
        switched_off: those that do not, each with the state's reason.
        rejected_tolerance: the state's own, if it has one.
    """

    rules: tuple[Rule, ...]
    switched_off: tuple[tuple[Rule, str], ...] = ()
    rejected_tolerance: float | None = None


def with_changes(
    path: Path, prefix: str, owner: str, rules: Sequence[Rule], check: Callable[[Rule], None]
) -> Changed:
    """Return a layout's rules with what the state's file says; raise P20WError with file and line where it is wrong.

    Args:
        path: the state's file.
        prefix: beginning of the layout's rule codes.
        owner: who can put a failing row right, unless a rule of the state names somebody else.
        rules: the package's rules.
        check: raises P20WError when a rule does not fit the layout.
    """
    return _StateFile(path).apply(prefix, owner, rules, check)


class _StateFile(StateSheetFile[StateSheet]):
    """The state's file, and the rules that come out of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, StateSheet)

    def apply(self, prefix: str, owner: str, rules: Sequence[Rule], check: Callable[[Rule], None]) -> Changed:
        """Return the rules with the file's changes; see with_changes."""
        known = {rule.code: rule for rule in rules}
        self._require_known(known)
        for code, change in self.sheet.change.items():
            known[code] = self._changed(known[code], change, check)
        switched_off = tuple((known.pop(code), reason) for code, reason in self.sheet.switched_off.items())
        own: dict[str, Rule] = {}
        for number, entry in enumerate(self.sheet.rules):
            rule = self._own(("rules", str(number)), rules[0].layout, prefix, owner, entry, check)
            if rule.code in own:
                self.refuse(("rules", str(number)), f"the code {rule.code} is used twice")
            own[rule.code] = rule
        return Changed((*known.values(), *own.values()), switched_off, self.sheet.rejected_tolerance)

    def _require_known(self, known: Mapping[str, Rule]) -> None:
        for place, codes in (("change", self.sheet.change), ("switched_off", self.sheet.switched_off)):
            for code in codes:
                if code not in known:
                    near = ", ".join(get_close_matches(code, known, n=3)) or "none"
                    self.refuse((place, code), f"the layout has no rule {code}; similar ones: {near}")
        if both := sorted(set(self.sheet.change) & set(self.sheet.switched_off)):
            self.refuse(("switched_off", both[0]), "a rule is changed or switched off, not both")

    def _changed(self, rule: Rule, change: dict[str, Any], check: Callable[[Rule], None]) -> Rule:
        place = ("change", rule.code)
        if fixed := sorted(_IDENTITY & set(change)):
            reason = f"another {fixed[0]} makes another rule; switch this one off and add one of your own"
            self.refuse((*place, fixed[0]), reason)
        if set(change) - _BESIDE - _LIMITS_OF_FILES and "sentence" not in change:
            self.refuse(place, "what makes a row fail is changed, so its sentence is to be said anew")
        content = rule.model_dump() | change | {"origin": "changed"}
        # A tolerance follows its severity, unless somebody has chosen it.
        if "tolerance" not in change and rule.tolerance == usual_tolerance(rule.severity):
            content["tolerance"] = usual_tolerance(self._severity(place, content))
        return self._rule(place, content, check)

    def _own(
        self,
        place: tuple[str, ...],
        layout: str,
        prefix: str,
        owner: str,
        entry: dict[str, Any],
        check: Callable[[Rule], None],
    ) -> Rule:
        start, _, number = str(entry.get("code", "")).rpartition("-")
        if start != prefix or not re.fullmatch("9[0-9]{2}", number):
            reason = f"the code of a state's own rule is {prefix}-900 to {prefix}-999"
            self.refuse((*place, "code"), reason)
        tolerance = usual_tolerance(self._severity(place, entry))
        given = {"owner": owner, "tolerance": tolerance} | entry
        return self._rule(place, given | {"layout": layout, "origin": "state"}, check)

    def _severity(self, place: tuple[str, ...], content: Mapping[str, Any]) -> Severity:
        severity = content.get("severity")
        for known in get_args(Severity):
            if severity == known:
                return cast(Severity, known)
        self.refuse((*place, "severity"), f"the severity is one of {', '.join(get_args(Severity))}")

    def _rule(self, place: tuple[str, ...], content: dict[str, Any], check: Callable[[Rule], None]) -> Rule:
        try:
            rule = Rule.model_validate(content)
            check(rule)
        except ValidationError as error:
            self.refuse_invalid(place, error)
        except P20WError as error:
            self.refuse(place, error.message.rstrip("."))
        return rule
