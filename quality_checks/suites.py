"""A layout's rules as one Great Expectations suite, and what a run of it says.

Belongs here: building suites, running them, reading their counts. Must not come here: deciding on deliveries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.layout import Layout
from quality_checks.batch import Delivery, batch_query
from quality_checks.context import validate
from quality_checks.expectations import expectation
from quality_checks.rule import Rule
from warehouse.connection import Warehouse
from warehouse.errors import P20WError


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
    """Return a new suite with one expectation per rule."""
    import great_expectations

    return great_expectations.ExpectationSuite(
        name=layout.table, expectations=[expectation(rule, layout) for rule in rules]
    )


def run_suite(
    warehouse: Warehouse, layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]
) -> SuiteRun:
    """Run the layout's suite over the rows of these deliveries."""
    result = validate(warehouse, batch_query(layout, rules, deliveries), build_suite(layout, rules))
    failed = {}
    row_count = 0
    for entry in result.results:
        code = entry.expectation_config.meta["rule_code"]
        if entry.exception_info.get("raised_exception") is not False:
            # The exception's own text may quote rows.
            raise P20WError(
                f"Great Expectations could not evaluate rule {code}.",
                f"Check the rule in quality_checks/rules/{layout.key}.yml.",
            )
        # Nothing is counted where there is no row.
        failed[code] = int(entry.result.get("unexpected_count") or 0)
        row_count = max(row_count, entry.result.get("element_count") or 0)
    worst = result.get_max_severity_failure()
    return SuiteRun(layout.table, bool(result.success), row_count, failed, worst and str(worst.value))
