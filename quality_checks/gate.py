"""The quality gate: judges the deliveries that wait for one layout and lets them in or holds them.

Belongs here: the order of the steps and their one transaction. Must not come here: rules, statements.
"""

import json
import time
from collections.abc import Sequence

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from quality_checks.batch import Delivery, exclude_others
from quality_checks.catalogue import RuleSet, rule_set
from quality_checks.decisions import decide, waiting
from quality_checks.findings import Connection, count_by_rule, find, record
from quality_checks.results import Decision, GateResult, RuleCount
from quality_checks.suites import SuiteRun, run_suite, run_suite_on_findings
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

# Up to so many rows Great Expectations evaluates each rule a second time, in its own way, and must count the same.
# Beyond, that would cost as much again as judging; a test proves for every rule that both ways agree.
JUDGED_TWICE = 50_000


def run_gate(
    warehouse: Warehouse, layout_key: str, *, include_held: bool = False, only: int | None = None
) -> GateResult:
    """Judge every loaded delivery of a layout, all in one transaction; a second run finds nothing to do.

    Args:
        warehouse: where the deliveries are.
        layout_key: such as k12/student.
        include_held: judge held deliveries again too, after a directory they refer to has come in.
        only: judge this delivery alone.
    """
    layout = load_catalogue().layout(layout_key)
    rules = rule_set(layout_key)
    started = time.monotonic()
    with warehouse.connect() as connection:
        exclude_others(connection, layout)
        statuses = ("loaded", "held") if include_held else ("loaded",)
        deliveries = waiting(connection, layout, statuses, only)
        if not deliveries:
            return GateResult(layout_key, seconds=time.monotonic() - started)
        find(connection, layout, rules.rules, deliveries)
        record(connection, layout, deliveries)
        suite = _run_suite(connection, layout, rules, deliveries)
        decisions = decide(connection, layout, rules, deliveries)
        counts = _rule_counts(connection, rules, decisions)
        _check_agreement(layout, counts, suite)
        _store_suite(connection, suite, deliveries)
    return GateResult(layout_key, decisions, counts, suite, time.monotonic() - started)


def _run_suite(
    connection: Connection, layout: Layout, rules: RuleSet, deliveries: Sequence[Delivery]
) -> SuiteRun:
    """Let Great Expectations judge: every row by itself while they are few, else the rows that were marked."""
    rows = sum(delivery.row_count for delivery in deliveries)
    if rows <= JUDGED_TWICE:
        return run_suite(connection, layout, rules.rules, deliveries)
    return run_suite_on_findings(connection, layout, rules.rules, rows)


def _rule_counts(
    connection: Connection, rules: RuleSet, decisions: Sequence[Decision]
) -> tuple[RuleCount, ...]:
    failed = count_by_rule(connection, rules.rules)
    rows = sum(decision.row_count for decision in decisions)
    return tuple(
        RuleCount(rule, rows, failed[rule.code], rule.tolerates(failed[rule.code], rows))
        for rule in rules.rules
    )


def _check_agreement(layout: Layout, counts: Sequence[RuleCount], suite: SuiteRun) -> None:
    """Raise P20WError when Great Expectations and the gate counted differently; nothing is decided then."""
    codes = [count.rule.code for count in counts if suite.failed[count.rule.code] != count.failed]
    if codes:
        raise P20WError(
            f"Two ways of checking rule {codes[0]} of {layout.key} counted different rows.",
            "Correct the rule's kind in quality_checks; no delivery was decided on.",
        )


def _store_suite(connection: Connection, suite: SuiteRun, deliveries: Sequence[Delivery]) -> None:
    ids = [delivery.delivery_id for delivery in deliveries]
    statistics = {
        "deliveries": ids,
        "row_count": suite.row_count,
        "worst": suite.worst,
        "failed": suite.failed,
    }
    connection.execute(
        "insert into quality.validation_result (suite, subject, success, statistics) values (%s, %s, %s, %s)",
        [suite.suite, f"deliveries {min(ids)} to {max(ids)}", suite.success, json.dumps(statistics)],
    )
