"""From a rule to the Great Expectations expectation that counts the rows which fail it.

Belongs here: the choice of expectation for each kind of rule, made fresh at every call. Must not come here: the
condition that sets rows aside (predicates), running a suite.
"""

from functools import cache
from typing import Any

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import sent_name
from quality_checks.comparisons import broken_files
from quality_checks.partners import partner_fails
from quality_checks.predicates import failing, key_columns, key_counts
from quality_checks.rule import Rule, tolerated_rows

_SEVERITY = {"reject": "critical", "hold": "critical", "warn": "warning"}


def expectation(rule: Rule, layout: Layout) -> Any:
    """Return a new expectation that counts the rows of a batch which fail the rule."""
    import great_expectations.expectations as gxe

    common = _common(rule)
    mostly = common | {"mostly": 1 - rule.tolerance}
    if rule.kind == "completeness":
        return gxe.ExpectColumnValuesToNotBeNull(column=_sent(rule, layout), **mostly)
    if rule.kind == "format":
        return gxe.ExpectColumnValuesToMatchRegex(column=rule.column, regex=rule.pattern, **mostly)
    if rule.kind == "range":
        return gxe.ExpectColumnValuesToBeBetween(
            column=rule.column, min_value=rule.minimum, max_value=rule.maximum, **mostly
        )
    if rule.kind == "date_order":
        earlier, later = rule.columns
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing", **mostly
        )
    if rule.kind == "uniqueness":
        query = _repeats(rule, layout)
        return keys_expectation()(unexpected_rows_query=query, tolerance=rule.tolerance, **common)
    if rule.kind == "cross_file":
        # Great Expectations puts its own table where {batch} stands.
        query = partner_fails(rule, layout, sql.SQL("select * from {{batch}}").format()).as_string()
        return keys_expectation()(unexpected_rows_query=query, tolerance=rule.tolerance, **common)
    if not rule.is_about_rows:
        query = broken_files(rule, layout).as_string()
        return keys_expectation()(unexpected_rows_query=query, tolerance=rule.tolerance, **common)
    return rows_expectation()(failing_rows=_count(rule, layout), tolerance=rule.tolerance, **common)


def marked_expectation(rule: Rule, number: int, rows: int) -> Any:
    """Return a new expectation over marked rows: how many are marked with the rule's number, out of so many rows."""
    return rows_expectation()(
        failing_rows=f"count(*) filter (where number = {number})",
        tolerance=rule.tolerance,
        rows=rows,
        **_common(rule),
    )


def _common(rule: Rule) -> dict[str, Any]:
    return {"meta": {"rule_code": rule.code, "owner": rule.owner}, "severity": _SEVERITY[rule.severity]}


@cache
def rows_expectation() -> Any:
    """Return the class of expectation whose failing rows an SQL aggregate counts.

    Great Expectations runs an `UnexpectedRowsExpectation` as two queries each. A batch has up to a hundred such
    rules; as aggregates they are all answered by one scan. Defined on first use, for the import costs seconds.
    """
    from great_expectations.expectations.expectation import BatchExpectation

    metric_name = _register_metric()

    class ExpectRowsToFollowRule(BatchExpectation):  # type: ignore[misc]  # untyped where it comes from
        failing_rows: str
        tolerance: float = 0.0
        rows: int | None = None
        metric_dependencies = (metric_name, "table.row_count")
        success_keys = ("failing_rows", "tolerance", "rows")

        def _validate(
            self,
            metrics: dict[str, Any],
            runtime_configuration: dict[str, Any] | None = None,
            execution_engine: Any = None,
        ) -> dict[str, Any]:
            rows = metrics["table.row_count"] if self.rows is None else self.rows
            return _outcome(metrics[metric_name], rows, self.tolerance)

    return ExpectRowsToFollowRule


@cache
def keys_expectation() -> Any:
    """Return the class of expectation that counts the rows of a query and, unlike its parent, never fetches one."""
    from great_expectations.expectations import UnexpectedRowsExpectation

    class ExpectKeysToBeUnique(UnexpectedRowsExpectation):  # type: ignore[misc]
        tolerance: float = 0.0
        metric_dependencies = ("unexpected_rows_query.row_count", "table.row_count")
        success_keys = ("unexpected_rows_query", "tolerance")

        def _validate(
            self,
            metrics: dict[str, Any],
            runtime_configuration: dict[str, Any] | None = None,
            execution_engine: Any = None,
        ) -> dict[str, Any]:
            return _outcome(
                metrics["unexpected_rows_query.row_count"], metrics["table.row_count"], self.tolerance
            )

    return ExpectKeysToBeUnique


def _outcome(failed: int, rows: int, tolerance: float) -> dict[str, Any]:
    return {
        "success": failed <= tolerated_rows(tolerance, rows),
        "result": {"element_count": rows, "unexpected_count": failed},
    }


def _register_metric() -> str:
    from great_expectations.compatibility.sqlalchemy import sqlalchemy
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.metrics.metric_provider import metric_partial
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

    class FailingRows(TableMetricProvider):  # type: ignore[misc]  # defining it registers it
        metric_name = "p20w.failing_rows"
        value_keys = ("failing_rows",)

        @metric_partial(  # type: ignore[untyped-decorator]
            engine=SqlAlchemyExecutionEngine,
            partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
            domain_type=MetricDomainTypes.TABLE,
        )
        def _sqlalchemy(
            cls,
            execution_engine: Any,
            metric_domain_kwargs: dict[str, Any],
            metric_value_kwargs: dict[str, Any],
            metrics: dict[str, Any],
            runtime_configuration: dict[str, Any],
        ) -> Any:
            return sqlalchemy.literal_column(metric_value_kwargs["failing_rows"]), metric_domain_kwargs, {}

    return str(FailingRows.metric_name)


def _sent(rule: Rule, layout: Layout) -> str:
    return sent_name(layout.columns_by_name[rule.column_name])


def _count(rule: Rule, layout: Layout) -> str:
    return sql.SQL("count(*) filter (where {})").format(failing(rule, layout)).as_string()


def _repeats(rule: Rule, layout: Layout) -> str:
    """Return a query with one row per row whose key stood in an earlier row of its delivery."""
    return (
        sql.SQL(
            "select generate_series(2, count(*)) as occurrence from {{batch}} where {counts}"
            " group by delivery_id, {columns} having count(*) > 1"
        )
        .format(counts=key_counts(rule, layout), columns=sql.SQL(", ").join(key_columns(rule, layout)))
        .as_string()
    )
