"""A layout's rules as one Great Expectations suite, and what a run of it says.

Belongs here: building suites, running them, reading their counts. Must not come here: deciding on deliveries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Delivery, batch_query
from quality_checks.context import validate
from quality_checks.expectations import expectation, marked_expectation
from quality_checks.rule import Rule
from warehouse.errors import P20WError

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class SuiteRun:
    """What one run of a suite found: counts only.

    Attributes:
        suite: name of the suite.
        success: whether every rule stayed within its tolerance.
        row_count: rows of the batch.
        failed: rule code -> rows that failed.
        worst: the severest severity among the rules that did not hold, as Great Expectations names it.
    """

    suite: str
    success: bool
    row_count: int
    failed: dict[str, int]
    worst: str | None


def build_suite(layout: Layout, rules: Sequence[Rule]) -> Any:
    """Return a new suite with one expectation per rule, each of the kind that Great Expectations has for it."""
    import great_expectations

    return great_expectations.ExpectationSuite(
        name=layout.table, expectations=[expectation(rule, layout) for rule in rules]
    )


def run_suite(
    connection: Connection, layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]
) -> SuiteRun:
    """Run the layout's suite over the rows of these deliveries, without a look at what the gate found."""
    # It reads by itself whatever the loader has seen, as it judges by itself whatever the gate has found.
    unseen = [replace(delivery, is_trimmed=False, plain_numbers=()) for delivery in deliveries]
    query = batch_query(layout, rules, unseen)
    return read_run(layout.table, validate(connection, query, build_suite(layout, rules)))


def run_suite_on_findings(
    connection: Connection, layout: Layout, rules: Sequence[Rule], row_count: int
) -> SuiteRun:
    """Run the layout's suite over the table `finding`, in which the gate has marked each failing row."""
    import great_expectations

    suite = great_expectations.ExpectationSuite(
        name=layout.table,
        expectations=[marked_expectation(rule, number, row_count) for number, rule in enumerate(rules)],
    )
    found = validate(connection, sql.SQL("select number from finding").format(), suite)
    return replace(read_run(layout.table, found), row_count=row_count)


def read_run(name: str, result: Any) -> SuiteRun:
    """Return a suite's result as counts; raise P20WError when an expectation could not be evaluated."""
    failed = {}
    row_count = 0
    for entry in result.results:
        code = entry.expectation_config.meta["rule_code"]
        if entry.exception_info.get("raised_exception") is not False:
            # The exception's own text may quote rows.
            raise P20WError(
                f"Great Expectations could not evaluate rule {code} of {name}.",
                "Check the rule in the catalogue.",
            )
        # Nothing is counted where there is no row.
        failed[code] = int(entry.result.get("unexpected_count") or 0)
        row_count = max(row_count, entry.result.get("element_count") or 0)
    worst = result.get_max_severity_failure()
    return SuiteRun(name, bool(result.success), row_count, failed, worst and str(worst.value))
