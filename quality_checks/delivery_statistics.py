"""How often each column of a delivery is filled in and each code stands in it, kept when the delivery is judged.

Belongs here: the one statement that counts, and the shape of its counts. Must not come here: comparing them.
Counts and standard codes only: what is no agreed code is a value of somebody's and is not kept.
"""

from collections.abc import Sequence

from psycopg import sql

from ingest.layout import Column, Layout
from quality_checks.precedence import Connection

FILLING, CODE = "filling", "code"

_ARE_TRIMMED = (
    "select bool_and(coalesce(is_trimmed, false)) from control.delivery where delivery_id = any(%s)"
)
# What begins with a character above the blank is filled, and only the rest must be trimmed to be seen.
_FILLED = """case when {0} collate "C" >= '!' then {0} else nullif(btrim({0}), '') end"""


def keep_statistics(connection: Connection, layout: Layout, ids: Sequence[int]) -> None:
    """Count the rows of these deliveries and write the counts in place of what stood there."""
    connection.execute("delete from quality.delivery_statistic where delivery_id = any(%s)", [list(ids)])
    rows = sql.SQL("select * from {} where delivery_id in ({})").format(
        sql.Identifier("raw", layout.table), sql.SQL(", ").join(map(sql.Literal, ids))
    )
    is_trimmed = connection.execute(_ARE_TRIMMED, [list(ids)]).fetchone() == (True,)
    filled, sent = ("{0}", "{0}") if is_trimmed else (_FILLED, "nullif(btrim({0}), '')")
    coded = [(c, sql.SQL(sent).format(_name(c))) for c in layout.columns if c.type == "code"]
    # Of one delivery nothing needs to be told apart, and that is half of the counting.
    alone = ids[0] if len(ids) == 1 else None
    counts = [filling_counts([(c, sql.SQL(filled).format(_name(c))) for c in layout.columns], rows, alone)]
    if coded:
        counts.append(_code_counts(coded, rows))
    # Made as a table first, for only then several workers count.
    connection.execute(
        sql.SQL("create temporary table counted on commit drop as {}").format(
            sql.SQL(" union all ").join(counts)
        )
    )
    connection.execute(
        "insert into quality.delivery_statistic (delivery_id, column_name, measure, category, row_count)"
        " select delivery_id, column_name, measure, category, row_count from counted"
    )
    connection.execute("drop table counted")


def filling_counts(
    columns: Sequence[tuple[Column, sql.Composable]], rows: sql.Composable, alone: int | None = None
) -> sql.Composed:
    """Return a query of how many rows have a column filled in, and how many blank; a count of none is left out.

    Args:
        columns: each with the expression that is null where it is blank.
        rows: a query of what is counted.
        alone: the delivery of all these rows, where it is one.
    """
    filled = sql.SQL(", ").join(
        sql.SQL("count({}) as {}").format(text, _name(column)) for column, text in columns
    )
    listed = sql.SQL(", ").join(
        sql.SQL("({0}, 'filled', f.{1}), ({0}, 'blank', f.rows_counted - f.{1})").format(
            sql.Literal(column.name), _name(column)
        )
        for column, _ in columns
    )
    return sql.SQL(
        "select f.delivery_id, v.column_name, {measure} as measure, v.category, v.row_count from"
        " (select {delivery} as delivery_id, count(*) as rows_counted, {filled} from ({rows}) as r {grouped}) as f"
        " cross join lateral (values {listed}) as v(column_name, category, row_count) where v.row_count > 0"
    ).format(
        measure=sql.Literal(FILLING),
        filled=filled,
        rows=rows,
        listed=listed,
        delivery=sql.Identifier("delivery_id")
        if alone is None
        else sql.SQL("cast({} as bigint)").format(alone),
        grouped=sql.SQL("group by delivery_id" if alone is None else ""),
    )


def _code_counts(columns: Sequence[tuple[Column, sql.Composable]], rows: sql.Composable) -> sql.Composed:
    listed = sql.SQL(", ").join(
        sql.SQL("({}, {}, {})").format(sql.Literal(column.name), sql.Literal(column.code_set), text)
        for column, text in columns
    )
    local = sql.SQL(
        "select r.delivery_id, v.column_name, v.code_set, v.local_code, count(*) as row_count from ({rows}) as r"
        " cross join lateral (values {listed}) as v(column_name, code_set, local_code)"
        " where v.local_code is not null group by 1, 2, 3, 4"
    ).format(rows=rows, listed=listed)
    return code_counts(local)


def code_counts(local: sql.Composable) -> sql.Composed:
    """Return a query of standard codes, from one of local codes with delivery_id, column_name, code_set and row_count."""
    return sql.SQL(
        "select n.delivery_id, n.column_name, {measure} as measure, m.standard_code as category,"
        " cast(sum(n.row_count) as bigint) as row_count from ({local}) as n"
        " join control.delivery as d on d.delivery_id = n.delivery_id"
        " join control.code_map as m on m.code_set = n.code_set and m.submitter = d.submitter"
        "     and m.local_code = n.local_code and cast(left(d.period, 4) as integer) between m.first_year and m.last_year"
        " group by 1, 2, 4"
    ).format(measure=sql.Literal(CODE), local=local)


def _name(column: Column) -> sql.Identifier:
    return sql.Identifier(column.name)
