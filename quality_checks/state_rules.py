"""What one state has otherwise in the rules of a layout: rules of its own, other limits, rules switched off.

Belongs here: reading a state's own file of rules and bringing it in. Must not come here: the package's rules
(catalogue), SQL.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from quality_checks.derived import usual_tolerance
from quality_checks.rule import Rule, RuleCode, Severity
from warehouse.errors import P20WError
from warehouse.yaml_lines import line_of

# What a rule is about; with another one of these it would be another rule, which has another code.
_IDENTITY = frozenset(
    {"code", "layout", "kind", "origin", "column", "columns", "other", "partner", "refers_to"}
)
# These change no row's verdict, so the rule's sentence stays true.
_BESIDE = frozenset({"severity", "tolerance", "owner", "reference", "repair", "sentence"})

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


class _StateFile:
    """The state's file with its text, so that every fault has its line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = ""
        try:
            self.text = path.read_text(encoding="utf-8")
            self.sheet = StateSheet.model_validate(yaml.safe_load(self.text) or {})
        except OSError as error:
            self._refuse((), f"it cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self._refuse((), "it is not UTF-8")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._refuse((), "it is not valid YAML", line=mark.line + 1 if mark else None)
        except ValidationError as error:
            self._refuse_invalid((), error)

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
                self._refuse(("rules", str(number)), f"the code {rule.code} is used twice")
            own[rule.code] = rule
        return Changed((*known.values(), *own.values()), switched_off, self.sheet.rejected_tolerance)

    def _require_known(self, known: Mapping[str, Rule]) -> None:
        for place, codes in (("change", self.sheet.change), ("switched_off", self.sheet.switched_off)):
            for code in codes:
                if code not in known:
                    near = ", ".join(get_close_matches(code, known, n=3)) or "none"
                    self._refuse((place, code), f"the layout has no rule {code}; similar ones: {near}")
        if both := sorted(set(self.sheet.change) & set(self.sheet.switched_off)):
            self._refuse(("switched_off", both[0]), "a rule is changed or switched off, not both")

    def _changed(self, rule: Rule, change: dict[str, Any], check: Callable[[Rule], None]) -> Rule:
        place = ("change", rule.code)
        if fixed := sorted(_IDENTITY & set(change)):
            reason = f"another {fixed[0]} makes another rule; switch this one off and add one of your own"
            self._refuse((*place, fixed[0]), reason)
        if set(change) - _BESIDE and "sentence" not in change:
            self._refuse(place, "what makes a row fail is changed, so its sentence is to be said anew")
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
            self._refuse((*place, "code"), reason)
        tolerance = usual_tolerance(self._severity(place, entry))
        given = {"owner": owner, "tolerance": tolerance} | entry
        return self._rule(place, given | {"layout": layout, "origin": "state"}, check)

    def _severity(self, place: tuple[str, ...], content: Mapping[str, Any]) -> Severity:
        severity = content.get("severity")
        for known in get_args(Severity):
            if severity == known:
                return cast(Severity, known)
        self._refuse((*place, "severity"), f"the severity is one of {', '.join(get_args(Severity))}")

    def _rule(self, place: tuple[str, ...], content: dict[str, Any], check: Callable[[Rule], None]) -> Rule:
        try:
            rule = Rule.model_validate(content)
            check(rule)
        except ValidationError as error:
            self._refuse_invalid(place, error)
        except P20WError as error:
            self._refuse(place, error.message.rstrip("."))
        return rule

    def _refuse_invalid(self, place: tuple[str, ...], error: ValidationError) -> NoReturn:
        first = error.errors()[0]
        inside = tuple(str(step) for step in first["loc"])
        self._refuse((*place, *inside), first["msg"].removeprefix("Value error, "))

    def _refuse(self, place: tuple[str, ...], reason: str, line: int | None = None) -> NoReturn:
        for length in range(len(place), 0, -1):
            line = line or line_of(self.text, place[:length])
        where = f" in {'.'.join(place)}" if place else ""
        at = f" (line {line})" if line else ""
        raise P20WError(
            f"rules/{self.path.parent.name}/{self.path.name} is wrong{where}{at}: {reason}.",
            f"Correct {self.path}.",
        ) from None
