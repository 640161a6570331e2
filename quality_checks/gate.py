"""The quality gate: judges the deliveries that wait for one layout and lets them in or holds them.

Belongs here: the order of the steps and their one transaction. Must not come here: rules, statements.
"""

import json
import time
from collections.abc import Sequence

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from quality_checks.batch import Connection, Delivery, exclude_others
from quality_checks.catalogue import RuleSet, layouts_looking_into, rule_set
from quality_checks.comparisons import compare
from quality_checks.decisions import decide, waiting
from quality_checks.findings import count_by_rule, find, record, record_again
from quality_checks.results import Decision, GateResult, RuleCount
from quality_checks.suites import SuiteRun, run_suite, run_suite_on_findings
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

# Up to so many rows Great Expectations evaluates each rule a second time, in its own way, and must count the same.
# Beyond, that would cost as much again as judging; a test proves for every rule that both ways agree.
JUDGED_TWICE = 50_000

_ACCEPTED_BEFORE = """
    select delivery_id, submitter, period, sequence, layout_version, row_count, coalesce(is_trimmed, false),
    coalesce(plain_numbers, '[]')
    from control.delivery as d
    where layout = %(layout)s and status = 'accepted' and (
        (submitter, period) in (select * from unnest(%(submitters)s::text[], %(periods)s::text[]))
        or exists (select from quality.rule_result as r
            where r.delivery_id = d.delivery_id and r.rule_code = any(%(codes)s) and r.failed_count > 0))
    order by delivery_id
"""


def run_gate(
    warehouse: Warehouse,
    layout_key: str,
    *,
    include_held: bool = False,
    only: int | None = None,
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
        compare(connection, layout, rules, deliveries)
        suite = _run_suite(connection, layout, rules, deliveries)
        decisions = decide(connection, layout, rules, deliveries)
        counts = _rule_counts(connection, rules, decisions)
        _check_agreement(layout, counts, suite)
        _store_suite(connection, suite, deliveries)
    for other_key in layouts_looking_into(layout_key):
        judge_partners_again(warehouse, other_key, layout_key, deliveries)
    return GateResult(layout_key, decisions, counts, suite, time.monotonic() - started)


def judge_partners_again(
    warehouse: Warehouse, layout_key: str, arrived_key: str, arrived: Sequence[Delivery]
) -> None:
    """Judge accepted deliveries anew by their cross_file rules about a file that has just been decided on.

    Those of the same submitters and periods, and those in which rows lacked a partner before. Such a rule warns
    only, so no decision changes: a warning comes, or goes.
    """
    layout = load_catalogue().layout(layout_key)
    rules = [rule for rule in rule_set(layout_key).rules if rule.other == arrived_key]
    with warehouse.connect() as connection:
        exclude_others(connection, layout)
        rows = connection.execute(
            _ACCEPTED_BEFORE,
            {
                "layout": layout_key,
                "codes": [rule.code for rule in rules],
                "submitters": [delivery.submitter for delivery in arrived],
                "periods": [delivery.period for delivery in arrived],
            },
        ).fetchall()
        if rows:
            deliveries = [Delivery(*row) for row in rows]
            find(connection, layout, rules, deliveries)
            record_again(connection, layout, rules, deliveries)


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
        RuleCount(
            rule,
            rows if rule.is_about_rows else len(decisions),
            failed[rule.code],
            rule.tolerates(failed[rule.code], rows),
        )
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
