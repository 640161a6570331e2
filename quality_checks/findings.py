"""Which rows break which rules: found in one scan of the waiting rows, kept in a table of the transaction.

Belongs here: the statements that find, keep and count failing rows. Must not come here: what makes a row fail
(predicates), what follows from it (decisions).
"""

from collections.abc import Sequence

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Connection, Delivery, batch_query, plain_numbers
from quality_checks.lines import LINE_NUMBER, find_line_breaks
from quality_checks.partners import partner_fails
from quality_checks.predicates import failing
from quality_checks.repeats import find_repeats
from quality_checks.rule import Rule

#: Of a hold or warn rule so many rows of a delivery are kept with their line; all of them are counted.
MOST_NOTED_ROWS = 1000


def find(
    connection: Connection, layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]
) -> None:
    """Fill the temporary table `finding` with one row per failing row and rule."""
    _create_rule_numbers(connection, rules)
    connection.execute(_scan(layout, rules, deliveries))
    for number, rule in enumerate(rules):
        if rule.kind == "uniqueness":
            find_repeats(connection, number, rule, layout, deliveries)
        elif rule.kind == "cross_file":
            _find_partners(connection, number, rule, layout, deliveries)
    connection.execute("analyze finding")


def record(connection: Connection, layout: Layout, deliveries: Sequence[Delivery]) -> None:
    """Write what was found into rejected_row, noted_row and rule_result, in place of what stood there."""
    ids = [delivery.delivery_id for delivery in deliveries]
    for table in ("rejected_row", "noted_row", "rule_result"):
        connection.execute(
            sql.SQL("delete from {} where delivery_id = any(%s)").format(sql.Identifier("quality", table)),
            [ids],
        )
    find_line_breaks(connection, layout, deliveries)
    connection.execute(
        sql.SQL(
            "insert into quality.rejected_row (delivery_id, row_number, rule_code, column_name, line_number)"
            " select f.delivery_id, f.row_number, r.rule_code, r.column_name, {line}"
            " from finding as f join judged_rule as r on r.number = f.number"
            " join control.delivery as d on d.delivery_id = f.delivery_id where r.severity = 'reject'"
        ).format(line=LINE_NUMBER)
    )
    _note(connection)
    connection.execute(
        "insert into quality.rule_result (delivery_id, rule_code, evaluated_count, failed_count, passed)"
        " select d.delivery_id, r.rule_code, d.row_count, coalesce(f.failed, 0),"
        "     coalesce(f.failed, 0) <= ceil(r.tolerance::numeric * d.row_count)"
        " from (select * from judged_rule where is_about_rows) as r cross join control.delivery as d left join ("
        "     select delivery_id, number, count(*) as failed from finding group by delivery_id, number"
        " ) as f on f.delivery_id = d.delivery_id and f.number = r.number"
        " where d.delivery_id = any(%s)",
        [ids],
    )


def record_again(
    connection: Connection, layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]
) -> None:
    """Write what was found by some rules of deliveries that were decided before; their other results stay."""
    which = [[delivery.delivery_id for delivery in deliveries], [rule.code for rule in rules]]
    find_line_breaks(connection, layout, deliveries)
    connection.execute(
        "delete from quality.noted_row where delivery_id = any(%s) and rule_code = any(%s)", which
    )
    _note(connection)
    connection.execute(
        "update quality.rule_result as result set failed_count = counted.failed, evaluated_at = now(),"
        "     passed = counted.failed <= ceil(counted.tolerance::numeric * result.evaluated_count)"
        " from (select r.rule_code, r.tolerance, d.delivery_id, count(f.row_number) as failed"
        "     from judged_rule as r cross join unnest(%s::bigint[]) as d(delivery_id)"
        "     left join finding as f on f.number = r.number and f.delivery_id = d.delivery_id"
        "     group by r.rule_code, r.tolerance, d.delivery_id) as counted"
        " where result.delivery_id = counted.delivery_id and result.rule_code = counted.rule_code",
        which[:1],
    )


def _note(connection: Connection) -> None:
    # Rows that stay in: enough of them to find the mistake by, for a warning may be found on every row.
    connection.execute(
        sql.SQL(
            "insert into quality.noted_row (delivery_id, row_number, rule_code, column_name, line_number)"
            " select f.delivery_id, f.row_number, f.rule_code, f.column_name, {line}"
            " from (select finding.*, r.rule_code, r.column_name, row_number()"
            "     over (partition by finding.delivery_id, finding.number order by finding.row_number) as place"
            "     from finding join judged_rule as r on r.number = finding.number"
            "     where r.severity <> 'reject') as f"
            " join control.delivery as d on d.delivery_id = f.delivery_id where f.place <= {most}"
        ).format(line=LINE_NUMBER, most=sql.Literal(MOST_NOTED_ROWS))
    )


def _create_rule_numbers(connection: Connection, rules: Sequence[Rule]) -> None:
    # Ten bytes per finding instead of a code of forty: a warning may be found on every row of a large file.
    connection.execute(
        "create temporary table judged_rule (number smallint, rule_code text, column_name text, severity text,"
        " tolerance float8, is_about_rows boolean) on commit drop"
    )
    columns = [
        list(range(len(rules))),
        [rule.code for rule in rules],
        [rule.column_name for rule in rules],
        [rule.severity for rule in rules],
        [rule.tolerance for rule in rules],
        [rule.is_about_rows for rule in rules],
    ]
    connection.execute(
        "insert into judged_rule"
        " select * from unnest(%s::smallint[], %s::text[], %s::text[], %s::text[], %s::float8[],"
        " %s::boolean[])",
        columns,
    )


def _scan(layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the statement that judges every row once, by all rules about single rows.

    Most rows break no rule: they are told from the others by one disjunction, which builds nothing.
    """
    plain = plain_numbers(deliveries)
    judged = [
        (number, rule)
        for number, rule in enumerate(rules)
        # What is known to be a number needs no look whether it is one.
        if rule.is_about_one_row and not (rule.kind == "type" and rule.column in plain)
    ]
    if not judged:
        return sql.SQL(
            "create temporary table finding (delivery_id bigint, row_number bigint, number smallint) on commit drop"
        ).format()
    conditions = [failing(rule, layout) for _, rule in judged]
    cases = [
        sql.SQL("case when {} then {} end").format(condition, sql.Literal(number))
        for condition, (number, _) in zip(conditions, judged, strict=True)
    ]
    return sql.SQL(
        "create temporary table finding on commit drop as"
        " select batch.delivery_id, batch.row_number, cast(f.number as smallint) as number"
        " from ({batch}) as batch cross join lateral unnest(array[{cases}]) as f(number)"
        " where ({conditions}) and f.number is not null"
    ).format(
        cases=sql.SQL(", ").join(cases),
        conditions=sql.SQL(" or ").join(sql.SQL("({})").format(condition) for condition in conditions),
        batch=batch_query(layout, [rule for _, rule in judged], deliveries),
    )


def _find_partners(
    connection: Connection, number: int, rule: Rule, layout: Layout, deliveries: Sequence[Delivery]
) -> None:
    """Find rows whose partner in another file is missing, or should not be there."""
    query = partner_fails(rule, layout, batch_query(layout, [rule], deliveries))
    connection.execute(
        sql.SQL("insert into finding select delivery_id, row_number, {} from ({}) as failing").format(
            sql.Literal(number), query
        )
    )


def count_by_rule(connection: Connection, rules: Sequence[Rule]) -> dict[str, int]:
    """Return rule code -> failing rows over all judged deliveries, zero included."""
    found: dict[int, int] = dict(
        connection.execute("select number, count(*) from finding group by number").fetchall()
    )
    return {rule.code: int(found.get(number, 0)) for number, rule in enumerate(rules)}
