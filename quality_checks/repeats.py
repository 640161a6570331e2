"""The rows whose key stood in an earlier row of their delivery, for uniqueness rules.

Belongs here: the statements that find them. Must not come here: which rows take part (predicates), writing results.
"""

from collections.abc import Sequence

from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Connection, Delivery, batch_query, id_list
from quality_checks.predicates import key_columns, key_counts
from quality_checks.rule import Rule


def find_repeats(
    connection: Connection, number: int, rule: Rule, layout: Layout, deliveries: Sequence[Delivery]
) -> None:
    """Add the repeated rows of a uniqueness rule to the table `finding`.

    Most files have none, which eight bytes of each key show: sorting these is several times as fast as grouping,
    and as texts. Different keys can share these bytes, so what repeats is looked at again by its texts.
    """
    if not _may_repeat(connection, rule, layout, deliveries):
        return
    columns = key_columns(rule, layout)
    parts = {
        "batch": batch_query(layout, [rule], deliveries),
        "columns": sql.SQL(", ").join(columns),
        "counts": key_counts(rule, layout),
        "hash": _hash(columns, deliveries),
        "number": sql.Literal(number),
    }
    connection.execute(
        sql.SQL(
            "create temporary table repeated_key on commit drop as select hash from"
            " (select {hash} as hash from ({batch}) as batch where {counts} offset '0'::bigint) as hashed"
            " group by hash having count(*) > 1"
        ).format(**parts)
    )
    connection.execute(
        sql.SQL(
            "insert into finding select delivery_id, row_number, {number} from"
            " (select delivery_id, row_number,"
            # As an array two blanks are equal, and the planner can still hash it.
            "     row_number() over (partition by delivery_id, array[{columns}] order by row_number) as occurrence"
            "     from ({batch}) as batch where {counts} and {hash} in (select hash from repeated_key)) as seen"
            " where occurrence > 1"
        ).format(**parts)
    )
    connection.execute("drop table repeated_key")


def _may_repeat(connection: Connection, rule: Rule, layout: Layout, deliveries: Sequence[Delivery]) -> bool:
    """Return whether any two rows have a key of the same bytes; read from the table itself, for nothing is trimmed."""
    columns = [sql.Identifier(name) for name in rule.columns]
    filled = [sql.SQL("btrim({}) <> ''").format(column) for column in columns if rule.skip_blank]
    counts = sql.SQL(" and ").join(filled) if filled else sql.SQL("true")
    found = connection.execute(
        sql.SQL(
            "select count(hash) > count(distinct hash) from"
            " (select {hash} as hash from {raw} where delivery_id in ({ids}) and {counts} offset '0'::bigint) as hashed"
        ).format(
            hash=_hash(columns, deliveries),
            raw=sql.Identifier("raw", layout.table),
            ids=id_list(deliveries),
            counts=counts,
        )
    ).fetchone()
    return bool(found and found[0])


def _hash(columns: Sequence[sql.Identifier], deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return eight bytes of a key that are the same whether its values are trimmed or not, null or blank."""
    if not all(delivery.is_trimmed for delivery in deliveries):
        return sql.SQL("hashtextextended(replace(concat({}), ' ', ''), delivery_id)").format(
            sql.SQL(", '|', ").join(columns)
        )
    # One hash begins the next, which costs less than putting texts together.
    hashed = sql.SQL("delivery_id").format()
    for column in columns:
        hashed = sql.SQL("hashtextextended(coalesce({}, ''), {})").format(column, hashed)
    return hashed
