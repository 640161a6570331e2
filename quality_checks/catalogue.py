"""The rule catalogue: every rule of every layout, derived from the layout or written in rules/.

Belongs here: finding, reading and checking rules. Must not come here: SQL, the database, results.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from quality_checks.derived import BasicKind, basic_rules, usual_tolerance
from quality_checks.derived_comparisons import DistributionLimits, VolumeLimits, comparison_rules
from quality_checks.rule import ColumnName, Rule, Severity
from quality_checks.state_rules import with_changes
from warehouse.errors import P20WError
from warehouse.state import own_catalogue, own_volume
from warehouse.state_sheet import StateSheetFile
from warehouse.yaml_lines import read_yaml

_RULES = Path(__file__).parent / "rules"
# In an expression, `exit_date` is the date that was read and `exit_date__sent` the text that was sent.
AS_SENT = "__sent"


class RuleSheet(BaseModel):
    """One file in rules/: what is written by hand for a layout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,8}$")]
    owner: str
    rejected_tolerance: float = Field(ge=0, lt=1)
    basic: dict[ColumnName, dict[BasicKind, Severity]] = {}
    volume: VolumeLimits = VolumeLimits()
    distribution: DistributionLimits = DistributionLimits()
    rules: list[dict[str, Any]] = Field(min_length=1)


class OwnRuleSheet(RuleSheet):
    """The same for a layout of the state's own: what follows from the layout may be all that is judged."""

    rules: list[dict[str, Any]] = []


class RuleSet(BaseModel):
    """All rules of one layout, and the share of rejected rows above which a delivery is held."""

    model_config = ConfigDict(frozen=True)

    layout: str
    rejected_tolerance: float
    rules: tuple[Rule, ...]
    # Rules that the state does not want, with its reasons; nothing is judged by them.
    switched_off: tuple[tuple[Rule, str], ...] = ()

    def rule(self, code: str) -> Rule:
        """Return the rule of this code."""
        return next(rule for rule in self.rules if rule.code == code)


def load_rules(folder: Path | None = None) -> dict[str, RuleSet]:
    """Return the rule set of every layout that has one, by layout key; the installed ones as the state changes them."""
    own = own_catalogue()
    changes = own / "rules" if own and folder is None else None
    return _read_rules((folder or _RULES).resolve(), changes, own_volume() if folder is None else ())


def rule_set(layout_key: str) -> RuleSet:
    """Return the rule set of one layout; raise P20WError when nobody has written one."""
    sets = load_rules()
    if layout_key not in sets:
        raise P20WError(
            f"layout {layout_key!r} has no rules",
            f"Add quality_checks/rules/{layout_key}.yml; the gate lets nothing in unchecked.",
        )
    return sets[layout_key]


def rules_for(layout_key: str) -> list[Rule]:
    """Return the rules of one layout, basic rules first."""
    return list(rule_set(layout_key).rules)


def referenced_layouts(layout_key: str) -> list[str]:
    """Return the layouts whose rows this layout's rules look up: they are to be loaded first."""
    rules = rules_for(layout_key)
    references = {rule.refers_to.partition(".")[0] for rule in rules if rule.refers_to}
    references |= {rule.other for rule in rules if rule.other}
    return sorted(references - {layout_key})


def layouts_looking_into(layout_key: str) -> list[str]:
    """Return the other layouts whose cross_file rules look for rows of this one."""
    return sorted(
        key
        for key, rules in load_rules().items()
        if key != layout_key and any(rule.other == layout_key for rule in rules.rules)
    )


def columns_named(expression: str, layout: Layout) -> list[str]:
    """Return the layout's columns that an expression names, typed or as sent, in the order of the file."""
    words = {word.removesuffix(AS_SENT) for word in _words(expression)}
    return [column.name for column in layout.columns if column.name in words]


def typed_columns_named(expression: str, layout: Layout) -> list[str]:
    """Return the layout's columns whose typed value an expression names."""
    words = _words(expression)
    return [column.name for column in layout.columns if column.name in words]


def other_columns_named(rule: Rule) -> list[str]:
    """Return the columns of the other file that a cross_file rule's condition names, as `other.<name>`."""
    return sorted(set(re.findall(r"\bother\.([a-z_][a-z0-9_]*)", rule.fails or "")))


def _words(expression: str) -> set[str]:
    without_text = re.sub(r"'(?:[^']|'')*'", "''", expression)
    return set(re.findall(r"[a-z_][a-z0-9_]*", without_text))


@lru_cache(maxsize=4)
def _read_rules(
    folder: Path, changes: Path | None, volume: tuple[tuple[str, float], ...] = ()
) -> dict[str, RuleSet]:
    layouts = load_catalogue().layouts
    sets: dict[str, RuleSet] = {}
    codes: set[str] = set()
    for path in sorted(folder.rglob("*.yml")):
        key = f"{path.parent.name}/{path.stem}"
        if key not in layouts:
            raise P20WError(
                f"rules/{key}.yml is about a layout that does not exist", "Correct the file's name."
            )
        try:
            sheet = RuleSheet.model_validate(read_yaml(path.read_text(encoding="utf-8")))
            sets[key] = _rule_set(layouts[key], sheet)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise P20WError(
                f"rules/{key}.yml is wrong in {where}: {first['msg']}", f"Correct {path}."
            ) from None
        _add_codes(codes, sets[key])
    # Kinds of file that the state has added.
    own = [key for key in layouts if key not in sets] if changes else []
    for key in own:
        sets[key] = _own_rule_set(layouts[key], Path(f"{changes}/{key}.yml"))
        _add_codes(codes, sets[key])
    # The state's file speaks of several layouts at once; its catalogue, which comes after, of one.
    for key, fall in volume:
        if key in sets:
            sets[key] = _with_volume(sets[key], fall)
    for path in sorted(changes.rglob("*.yml")) if changes else ():
        key = f"{path.parent.name}/{path.stem}"
        if key not in sets:
            raise P20WError(f"rules/{key}.yml of the state is about no layout with rules", f"Rename {path}.")
        if key not in own:
            sets[key] = _with_changes(path, layouts[key], sets[key])
    return sets


def _add_codes(codes: set[str], known: RuleSet) -> None:
    """Note the codes of a rule set; raise P20WError when another one has one of them."""
    repeated = [rule.code for rule in known.rules if rule.code in codes]
    if repeated:
        raise P20WError(
            f"rule code {repeated[0]} is used twice",
            f"A code is never used for another rule; rules/{known.layout}.yml can give a prefix of its own.",
        )
    codes.update(rule.code for rule in known.rules)


def _own_rule_set(layout: Layout, path: Path) -> RuleSet:
    """Return the rules of a layout that the package does not have: those that follow from it, and the state's."""
    prefix = f"{layout.source[:4]}{layout.file_type[:4]}".replace("_", "").upper().ljust(4, "X")
    usual = {"prefix": prefix, "owner": layout.source, "rejected_tolerance": 0.02}
    if not path.is_file():
        return _of_the_state(_rule_set(layout, OwnRuleSheet.model_validate(usual)))
    file = StateSheetFile(path, OwnRuleSheet, usual)
    try:
        return _of_the_state(_rule_set(layout, file.sheet))
    except ValidationError as error:
        file.refuse_invalid(("rules",), error)
    except P20WError as error:
        file.refuse(("rules",), error.message.rstrip("."))


def _of_the_state(given: RuleSet) -> RuleSet:
    rules = tuple(rule.model_copy(update={"origin": "state"}) for rule in given.rules)
    return given.model_copy(update={"rules": rules})


def _with_changes(path: Path, layout: Layout, given: RuleSet) -> RuleSet:
    prefix, owner = given.rules[0].code.partition("-")[0], given.rules[0].owner
    changed = with_changes(path, prefix, owner, given.rules, lambda rule: _check_columns(layout, rule))
    tolerance = given.rejected_tolerance if changed.rejected_tolerance is None else changed.rejected_tolerance
    return RuleSet(
        layout=layout.key,
        rejected_tolerance=tolerance,
        rules=changed.rules,
        switched_off=changed.switched_off,
    )


def _with_volume(given: RuleSet, fall: float) -> RuleSet:
    """The rules with the state's limit for files that shrink by nature from period to period."""
    change = {"between_periods": fall, "origin": "changed"}
    rules = [rule.model_copy(update=change) if rule.fall is not None else rule for rule in given.rules]
    return given.model_copy(update={"rules": tuple(rules)})


def _rule_set(layout: Layout, sheet: RuleSheet) -> RuleSet:
    rules = basic_rules(layout, sheet.prefix, sheet.owner, sheet.basic)
    rules += [_written_rule(layout, sheet, entry) for entry in sheet.rules]
    rules += comparison_rules(layout, sheet.prefix, sheet.owner, sheet.volume, sheet.distribution)
    for rule in rules:
        _check_columns(layout, rule)
    seen: set[str] = set()
    for rule in rules:
        if rule.code in seen or not rule.code.startswith(f"{sheet.prefix}-"):
            raise P20WError(
                f"rule code {rule.code} is not new or lacks the prefix {sheet.prefix}", "Rename it."
            )
        seen.add(rule.code)
    return RuleSet(layout=layout.key, rejected_tolerance=sheet.rejected_tolerance, rules=tuple(rules))


def _written_rule(layout: Layout, sheet: RuleSheet, entry: dict[str, Any]) -> Rule:
    usual = {
        "layout": layout.key,
        "owner": sheet.owner,
        "tolerance": usual_tolerance(entry.get("severity", "reject")),
    }
    return Rule.model_validate(usual | entry)


def _check_columns(layout: Layout, rule: Rule) -> None:
    """Raise P20WError when a rule names a column that the layout does not have, or a wrong kind of one."""
    columns = layout.columns_by_name
    named = [*rule.columns, *([rule.column] if rule.column else [])]
    if unknown := [name for name in named if name not in columns]:
        raise P20WError(f"rule {rule.code} names column {unknown[0]}, which {layout.key} does not have", "")
    wanted = {"date_order": {"date"}, "range": {"integer", "decimal"}, "format": {"text"}}.get(rule.kind)
    if wanted and (wrong := [name for name in named if columns[name].type not in wanted]):
        raise P20WError(f"rule {rule.code} is of kind {rule.kind}, which column {wrong[0]} cannot have", "")
    if rule.other:
        _check_other(layout, rule)
    elif rule.fails and rule.column not in columns_named(rule.fails, layout):
        raise P20WError(f"rule {rule.code} is shown at column {rule.column}, which it does not judge", "")


def _check_other(layout: Layout, rule: Rule) -> None:
    """Raise P20WError when a cross_file rule looks into what does not exist, or for periods that the other never has."""
    layouts = load_catalogue().layouts
    if rule.other not in layouts:
        raise P20WError(f"rule {rule.code} looks into {rule.other}, which is no layout", "")
    named = {*rule.columns, *other_columns_named(rule)}
    if unknown := sorted(named - set(layouts[rule.other].columns_by_name)):
        raise P20WError(f"rule {rule.code} names column {unknown[0]}, which {rule.other} does not have", "")
    if rule.same_submitter and layouts[rule.other].period != layout.period:
        raise P20WError(
            f"rule {rule.code} would never judge: {rule.other} is not delivered by the same period as {layout.key}",
            "Say same_submitter: false.",
        )
