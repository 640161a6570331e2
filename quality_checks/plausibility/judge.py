"""Measuring and judging: every rule's numbers in one table, and Great Expectations over it.

Belongs here: the order of the steps, the suite. Must not come here: what is measured (the rules), what follows from a
finding (linkage and governance, by way of orchestration).
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from quality_checks.context import validate
from quality_checks.plausibility.catalogue import gate_rules
from quality_checks.plausibility.results import Broken, Finding, GateRun
from quality_checks.plausibility.rule import Gate, Group, PlausibilityRule
from quality_checks.suites import SuiteRun
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

Connection = psycopg.Connection[Any]

_TABLE = """
    drop table if exists pg_temp.plausibility_measure;
    create temporary table plausibility_measure
        (rule_code text, subject text, value float8, minimum float8, maximum float8) on commit drop
"""
_BROKEN = """
    select rule_code, subject, value from plausibility_measure
    where value < minimum or value > maximum order by rule_code, subject
"""
_SEVERITY = {"hold": "critical", "warn": "warning"}


def judge_linkage(warehouse: Warehouse, run_id: str) -> GateRun:
    """Judge a linkage run, compared with the live one, or with the one that it replaced if it is live itself."""
    with warehouse.connect() as connection:
        row = connection.execute(
            "select linkage_run_id from control.linkage_run where linkage_run_id ="
            " (select case status when 'candidate' then"
            " (select linkage_run_id from control.linkage_run where status = 'live') else based_on end"
            " from control.linkage_run where linkage_run_id = %s)",
            [run_id],
        ).fetchone()
        values = {"run": uuid.UUID(run_id), "before": row[0] if row else None}
        return judge(connection, "linkage", run_id, values)


def judge_release(connection: Connection) -> GateRun:
    """Judge what a release would be made from, inside the release's own transaction."""
    return judge(connection, "release", "release", {})


def judge(connection: Connection, gate: Gate, subject: str, values: Mapping[str, Any]) -> GateRun:
    """Measure what every rule of a gate is about and let Great Expectations judge it.

    Raises:
        P20WError: Great Expectations and the gate itself found different rules broken.
    """
    rules = gate_rules(gate).rules
    connection.execute(_TABLE)
    for rule in rules:
        _measure(connection, rule, values)
    findings = _findings(connection, rules)
    suite = _run_suite(connection, gate, rules)
    if wrong := [f.rule.code for f in findings if len(f.broken) != suite.failed[f.rule.code]]:
        raise P20WError(
            f"Two ways of checking rule {wrong[0]} found different numbers.",
            "Correct the rule's measure or limits; nothing was decided.",
        )
    return GateRun(gate, subject, findings, suite)


def _measure(connection: Connection, rule: PlausibilityRule, values: Mapping[str, Any]) -> None:
    there = connection.execute(
        "select bool_and(to_regclass(relation) is not null) from unnest(%s::text[]) as relation",
        [list(rule.needs)],
    ).fetchone()
    if rule.needs and not (there and there[0]):
        return
    given = {**values, **rule.settings, "plausibility_code": rule.code, **_limits(rule)}
    connection.execute(
        f"insert into plausibility_measure"
        f" select %(plausibility_code)s, subject, value::float8, %(plausibility_low)s, %(plausibility_high)s"
        f" from ({rule.measure}) as measured where value is not null".encode(),
        given,
    )
    for subject, limits in rule.limits_of.items():
        connection.execute(
            "update plausibility_measure set minimum = %s, maximum = %s where rule_code = %s and subject = %s",
            [limits.minimum, limits.maximum, rule.code, subject],
        )


def _limits(rule: PlausibilityRule) -> dict[str, float | None]:
    return {"plausibility_low": rule.minimum, "plausibility_high": rule.maximum}


def _findings(connection: Connection, rules: Sequence[PlausibilityRule]) -> tuple[Finding, ...]:
    evaluated: dict[str, int] = {
        code: count
        for code, count in connection.execute(
            "select rule_code, count(*) from plausibility_measure group by rule_code"
        )
    }
    broken: dict[str, list[Broken]] = {rule.code: [] for rule in rules}
    known = {rule.code: rule for rule in rules}
    for code, subject, value in connection.execute(_BROKEN):
        broken[code].append(Broken(subject, value, known[code].limits_for(subject)))
    return tuple(Finding(rule, evaluated.get(rule.code, 0), tuple(broken[rule.code])) for rule in rules)


def _run_suite(connection: Connection, gate: Gate, rules: Sequence[PlausibilityRule]) -> SuiteRun:
    import great_expectations
    import great_expectations.expectations as gxe

    name = f"plausibility__{gate}"
    suite = great_expectations.ExpectationSuite(
        name=name,
        expectations=[
            gxe.ExpectColumnValuesToBeBetween(
                column=group.column,
                min_value=group.limits.minimum,
                max_value=group.limits.maximum,
                severity=_SEVERITY[rule.severity],
                meta={"rule_code": rule.code, "owner": rule.owner},
            )
            for rule in rules
            for group in rule.groups
        ],
    )
    result = validate(connection, _numbers(rules), suite)
    failed = dict.fromkeys((rule.code for rule in rules), 0)
    for entry in result.results:
        code = entry.expectation_config.meta["rule_code"]
        if entry.exception_info.get("raised_exception") is not False:
            raise P20WError(
                f"Great Expectations could not evaluate rule {code}.", "Check the rule in the catalogue."
            )
        failed[code] += int(entry.result.get("unexpected_count") or 0)
    worst = result.get_max_severity_failure()
    return SuiteRun(name, bool(result.success), len(rules), failed, worst and str(worst.value))


def _numbers(rules: Sequence[PlausibilityRule]) -> sql.Composed:
    """A query with one row per measured number, which stands in the column of its rule and limits."""
    columns = [_column(rule, group) for rule in rules for group in rule.groups]
    return sql.SQL("select subject, {} from plausibility_measure").format(sql.SQL(", ").join(columns))


def _column(rule: PlausibilityRule, group: Group) -> sql.Composed:
    own = [subject for subject in rule.limits_of if group.subject in (None, subject)]
    among = sql.SQL("= any" if group.subject else "<> all")
    return sql.SQL(
        "case when rule_code = {code} and subject {among}(array[{own}]::text[]) then value end as {name}"
    ).format(
        code=sql.Literal(rule.code),
        among=among,
        own=sql.SQL(", ").join(map(sql.Literal, own)),
        name=sql.Identifier(group.column),
    )
