"""The basic rules that follow from a layout alone: required values, readable values, known codes.

Belongs here: deriving rules, their codes and usual severities. Must not come here: rules that somebody
wrote by hand (those are in rules/), SQL.
"""

from collections.abc import Mapping
from typing import Literal

from ingest.layout import Column, Layout
from quality_checks.rule import Rule, Severity

BasicKind = Literal["completeness", "type", "code_set"]

_MARKS: dict[BasicKind, str] = {"completeness": "REQ", "type": "TYP", "code_set": "SET"}
_TYPED = {"date": "date of the calendar", "integer": "whole number", "decimal": "number"}

# A row is set aside when what it is about cannot be read. An optional value that cannot be read is left
# out and counted; a delivery in which that happens often was made wrongly and is held.
_USUAL_TOLERANCE: dict[Severity, float] = {"reject": 0.01, "hold": 0.02, "warn": 0.05}


def basic_rules(
    layout: Layout, prefix: str, owner: str, exceptions: Mapping[str, Mapping[BasicKind, Severity]]
) -> list[Rule]:
    """Return the rules that the layout's columns imply.

    Args:
        layout: the contract of the file.
        prefix: beginning of every rule code of the layout.
        owner: agency that can put a failing row right.
        exceptions: column -> kind -> severity, where a column differs from the usual.
    """
    rules = []
    for column in layout.columns:
        for kind in _kinds(column):
            severity = exceptions.get(column.name, {}).get(kind) or _severity(layout, column, kind)
            rules.append(
                Rule(
                    code=f"{prefix}-{_MARKS[kind]}-{column.name}",
                    layout=layout.key,
                    kind="cross_column" if _is_dated(column, kind) else kind,
                    fails=_missing_since(column) if _is_dated(column, kind) else None,
                    sentence=_sentence(column, kind),
                    repair=_repair(layout, column, kind),
                    severity=severity,
                    owner=owner,
                    reference=_reference(column),
                    tolerance=usual_tolerance(severity),
                    column=column.name,
                )
            )
    return rules


def usual_tolerance(severity: Severity) -> float:
    """Return the share of rows that may fail a rule of this severity before the rule counts as broken."""
    return _USUAL_TOLERANCE[severity]


def _kinds(column: Column) -> list[BasicKind]:
    kinds: list[BasicKind] = []
    if column.required or column.required_from:
        kinds.append("completeness")
    if column.type in _TYPED:
        kinds.append("type")
    if column.type == "code":
        kinds.append("code_set")
    return kinds


def _severity(layout: Layout, column: Column, kind: BasicKind) -> Severity:
    if column.name in layout.key_columns:
        return "reject"
    if column.required and column.type != "code":
        return "reject"
    return "hold"


def _is_dated(column: Column, kind: BasicKind) -> bool:
    """Return whether the rule is about the files from some year on."""
    return kind == "completeness" and column.required_from is not None


def _missing_since(column: Column) -> str:
    name = column.name if column.type == "text" else f"{column.name}__sent"
    return f"{name} is null and code_year >= {column.required_from}"


def _sentence(column: Column, kind: BasicKind) -> str:
    if kind == "completeness":
        return f"Column {column.name} is filled in on every row."
    if kind == "type":
        return f"Column {column.name} holds a {_TYPED[column.type]} or is blank."
    return f"Column {column.name} holds a code that the agency and the warehouse have agreed on."


def _repair(layout: Layout, column: Column, kind: BasicKind) -> str:
    if kind == "completeness":
        return f"Fill in {column.name}: {column.description}."
    if kind == "type" and column.type == "date":
        formats = sorted({version.date_format for version in layout.versions.values() if version.date_format})
        return f"Write the date as {' or '.join(formats)}, as the layout of the period says."
    if kind == "type":
        return "Write digits without signs for thousands or currency."
    return "Use an agreed code, or ask the warehouse to add the new code to the agency's code map."


def _reference(column: Column) -> str:
    if column.element:
        return f"PIRL {column.element}"
    return f"CEDS {column.ceds}" if column.ceds else ""
