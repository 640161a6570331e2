"""On which line of the delivered file a row begins, so that its sender finds it.

Belongs here: the statements that count lines. Must not come here: which rows are at fault.
A value in quotes may run over several lines, so a row's number tells its line only together with those before it.
"""

from collections.abc import Sequence

import psycopg
from psycopg import sql

from ingest.layout import Layout
from quality_checks.batch import Delivery, id_list

# PostgreSQL's functions take a hundred arguments at most.
_MOST_ARGUMENTS = 90

#: The line of a finding `f` of delivery `d`; null where the file has no lines, as a spreadsheet has none.
LINE_NUMBER = sql.SQL(
    "d.first_line + f.row_number - 1 + coalesce((select b.so_far from line_break as b"
    " where b.delivery_id = f.delivery_id and b.row_number < f.row_number"
    " order by b.row_number desc limit 1), 0)"
)


def find_line_breaks(
    connection: psycopg.Connection[tuple[object, ...]], layout: Layout, deliveries: Sequence[Delivery]
) -> None:
    """Fill the temporary table `line_break` with the rows that run over several lines, counted from the first.

    `so_far` is how many line ends lie inside of values up to and with this row: usually none at all, and never one
    in records.
    """
    delimited = [d for d in deliveries if layout.versions[d.layout_version].format == "delimited"]
    if not delimited:
        connection.execute(
            "create temporary table line_break (delivery_id bigint, row_number bigint, so_far bigint) on commit drop"
        )
        return
    connection.execute(
        sql.SQL(
            "create temporary table line_break on commit drop as"
            " select delivery_id, row_number, sum(breaks) over"
            "     (partition by delivery_id order by row_number) as so_far"
            " from (select delivery_id, row_number,"
            "         length(sent) - length(replace(sent, chr(10), '')) as breaks"
            "     from (select delivery_id, row_number, {sent} as sent from {raw}"
            "         where delivery_id in ({ids})) as row_as_sent"
            "     where strpos(sent, chr(10)) > 0) as broken"
        ).format(sent=_whole_row(layout), raw=sql.Identifier("raw", layout.table), ids=id_list(delimited))
    )
    connection.execute("create index on line_break (delivery_id, row_number)")


def _whole_row(layout: Layout) -> sql.Composed:
    names = [sql.Identifier(column.name) for column in layout.columns]
    parts = [names[at : at + _MOST_ARGUMENTS] for at in range(0, len(names), _MOST_ARGUMENTS)]
    return sql.SQL(" || ").join(sql.SQL("concat({})").format(sql.SQL(", ").join(part)) for part in parts)
