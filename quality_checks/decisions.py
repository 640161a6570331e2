"""What follows from the findings for each delivery: accepted or held, with its counts.

Belongs here: the statements that decide and the words of a reason. Must not come here: finding failing rows.
"""

from collections.abc import Sequence

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Delivery, id_list
from quality_checks.catalogue import RuleSet
from quality_checks.delivery_statistics import FILLING
from quality_checks.precedence import Connection, repeated_keys, settle_precedence
from quality_checks.results import Decision
from warehouse.errors import P20WError

_WAITING = """
    select delivery_id, submitter, period, sequence, layout_version, row_count, coalesce(is_trimmed, false),
    coalesce(plain_numbers, '[]')
    from control.delivery
    where layout = %(layout)s and status = any(%(statuses)s) and (%(only)s::bigint is null or delivery_id = %(only)s)
    order by delivery_id for update
"""

# Why deliveries are held: one line per delivery and reason.
_REASONS = """
    select result.delivery_id, result.rule_code || ': ' || coalesce(
            result.detail, result.failed_count || ' of ' || result.evaluated_count || ' rows fail, more than the '
            || round(rule.tolerance::numeric * 100, 2)::float8 || ' %% tolerated')
    from quality.rule_result as result join judged_rule as rule using (rule_code)
    where result.delivery_id = any(%(ids)s) and rule.severity = 'hold' and not result.passed
    union all
    select delivery_id, rejected_count || ' of ' || row_count || ' rows are rejected, more than the '
        || round(%(tolerance)s::numeric * 100, 2)::float8 || ' %% tolerated'
    from judged_delivery where rejected_count > ceil(%(tolerance)s::numeric * row_count)
    union all
    select delivery_id, 'the file holds no row' from judged_delivery where row_count = 0 and not %(may_be_empty)s
    order by 1, 2
"""

_SETTLE = """
    update control.delivery as d set
        status = case when reason.text is null then 'accepted' else 'held' end,
        status_reason = reason.text,
        row_count = judged.row_count,
        rejected_count = judged.rejected_count,
        -- A held delivery stays out as a whole: its good rows wait in quarantine.
        accepted_count = case when reason.text is null then judged.row_count - judged.rejected_count else 0 end,
        quarantined_count = case when reason.text is null then 0 else judged.row_count - judged.rejected_count end,
        decided_at = now()
    from judged_delivery as judged
    left join unnest(%s::bigint[], %s::text[]) as reason(delivery_id, text) using (delivery_id)
    where d.delivery_id = judged.delivery_id
"""

_DECISIONS = """
    select delivery_id, submitter, period, status, status_reason, row_count, accepted_count, quarantined_count,
        rejected_count
    from control.delivery where delivery_id = any(%s) order by delivery_id
"""


def waiting(
    connection: Connection, layout: Layout, statuses: Sequence[str], only: int | None = None
) -> list[Delivery]:
    """Return the layout's deliveries of these statuses, or the one of them, and keep others from deciding on them."""
    wanted = {"layout": layout.key, "statuses": list(statuses), "only": only}
    rows = connection.execute(_WAITING, wanted).fetchall()
    return [Delivery(*row) for row in rows]


def decide(
    connection: Connection, layout: Layout, rule_set: RuleSet, deliveries: Sequence[Delivery]
) -> tuple[Decision, ...]:
    """Settle every delivery from the findings recorded in this transaction; return what was decided."""
    ids = [delivery.delivery_id for delivery in deliveries]
    connection.execute(_judged(layout, deliveries))
    _check_rows(connection, deliveries)
    reasons = _reasons(connection, layout, rule_set, ids)
    connection.execute(_SETTLE, [list(reasons), list(reasons.values())])
    changed = settle_precedence(connection, layout, ids)
    _remember(connection, sorted({*ids, *changed}))
    return tuple(Decision(*row) for row in connection.execute(_DECISIONS, [ids]).fetchall())


def _judged(layout: Layout, deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the statement that counts delivered and rejected rows; both were counted in the rows themselves."""
    return sql.SQL(
        "create temporary table judged_delivery on commit drop as"
        " select d.delivery_id, coalesce(delivered.rows, 0) as row_count, coalesce(rejected.rows, 0) as rejected_count"
        " from (select delivery_id from control.delivery where delivery_id in ({ids})) as d"
        " left join (select delivery_id, cast(sum(row_count) as bigint) as rows from quality.delivery_statistic"
        "     where measure = {filling} and column_name = {column} and delivery_id in ({ids})"
        "     group by delivery_id) as delivered using (delivery_id)"
        " left join (select delivery_id, count(distinct row_number) as rows from quality.rejected_row"
        "     where delivery_id in ({ids}) group by delivery_id) as rejected using (delivery_id)"
    ).format(
        ids=id_list(deliveries),
        filling=sql.Literal(FILLING),
        # Filled or blank, it stands in every row.
        column=sql.Literal(layout.columns[0].name),
    )


def _check_rows(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Raise P20WError when the raw table does not hold the rows that the loader counted."""
    counted: dict[int, int] = dict(
        connection.execute("select delivery_id, row_count from judged_delivery").fetchall()
    )
    for delivery in deliveries:
        if counted[delivery.delivery_id] != delivery.row_count:
            raise P20WError(
                f"Delivery {delivery.delivery_id} was loaded with {delivery.row_count} rows,"
                f" but {counted[delivery.delivery_id]} are in the warehouse.",
                "Restore the raw table, or withdraw the delivery and load its file again.",
            )


def _reasons(connection: Connection, layout: Layout, rule_set: RuleSet, ids: list[int]) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    parameters = {"ids": ids, "tolerance": rule_set.rejected_tolerance, "may_be_empty": layout.may_be_empty}
    for delivery_id, reason in connection.execute(_REASONS, parameters).fetchall():
        reasons.setdefault(delivery_id, []).append(reason)
    for delivery_id, count in repeated_keys(connection, layout, ids).items():
        reasons.setdefault(delivery_id, []).append(f"{count} keys stand more than once in this amendment")
    return {delivery_id: "; ".join(found) for delivery_id, found in reasons.items()}


def _remember(connection: Connection, ids: list[int]) -> None:
    connection.execute(
        "insert into control.delivery_event (delivery_id, event, detail)"
        " select delivery_id, status, status_reason from control.delivery where delivery_id = any(%s)"
        " order by delivery_id",
        [ids],
    )
