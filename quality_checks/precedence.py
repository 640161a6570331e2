"""Which accepted deliveries of one submitter and period are in force, and which rows amendments replace.

Belongs here: the order of deliveries by their declared sequence, whenever they came. Must not come here: judging rows.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from ingest.layout import Column, Layout

Connection = psycopg.Connection[tuple[Any, ...]]

# The whole delivery of the highest sequence counts; between equal sequences the one that came later. Amendments of
# a higher sequence go with it, all of them. It says the same whatever order the deliveries came in, and says it anew
# when one of them is withdrawn.
_SETTLE_PRECEDENCE = """
    with candidate as (
        select delivery_id, submitter, period, sequence, is_amendment, status
        from control.delivery where layout = %s and status in ('accepted', 'superseded')
    ),
    base as (
        select distinct on (submitter, period) submitter, period, delivery_id, sequence
        from candidate where not is_amendment order by submitter, period, sequence desc, delivery_id desc
    ),
    wanted as (
        select c.delivery_id, c.status as old_status, case
                when c.delivery_id = b.delivery_id or c.is_amendment and c.sequence > b.sequence then 'accepted'
                else 'superseded'
            end as status,
            coalesce(
                'replaced by delivery ' || b.delivery_id || ', sequence ' || b.sequence,
                'it amends nothing: no delivery of a lower sequence is in force') as reason
        from candidate as c left join base as b using (submitter, period)
    )
    update control.delivery as d set
        status = wanted.status,
        status_reason = case when wanted.status = 'superseded' then wanted.reason end,
        decided_at = now()
    from wanted where wanted.delivery_id = d.delivery_id and wanted.status <> wanted.old_status
    returning d.delivery_id
"""

# Every pair of an amendment and an earlier delivery of its submitter and period of which one was decided now.
# Superseded ones too: they may come into force again.
_PAIRS = """
    select a.delivery_id, a.date_format, d.date_format, array_agg(d.delivery_id)
    from control.delivery as a
    join control.delivery as d using (layout, submitter, period)
    where a.layout = %(layout)s and a.is_amendment and d.sequence < a.sequence
        and a.status in ('accepted', 'superseded') and d.status in ('accepted', 'superseded')
        and (a.delivery_id = any(%(ids)s) or d.delivery_id = any(%(ids)s))
    group by a.delivery_id, a.date_format, d.date_format order by a.delivery_id
"""


def settle_precedence(connection: Connection, layout: Layout, decided: Sequence[int]) -> list[int]:
    """Bring every accepted delivery of the layout into force or out of it; return those that changed.

    Args:
        connection: Of the transaction that decided.
        layout: Whose deliveries.
        decided: Deliveries that were accepted or judged in this transaction.
    """
    changed = [row[0] for row in connection.execute(_SETTLE_PRECEDENCE, [layout.key]).fetchall()]
    _record_replaced_rows(connection, layout, list(decided))
    return changed


def repeated_keys(connection: Connection, layout: Layout, amendments: Sequence[int]) -> dict[int, int]:
    """Return amendment -> keys that stand in it more than once, rejected rows apart; an amendment without one is absent."""
    repeated: dict[int, int] = {}
    for delivery_id, date_format in connection.execute(
        "select delivery_id, date_format from control.delivery where delivery_id = any(%s) and is_amendment",
        [list(amendments)],
    ).fetchall():
        found = connection.execute(
            sql.SQL(
                "select count(*) from (select from ({rows}) as row group by key having count(*) > 1) as key"
            ).format(rows=_keyed_rows(layout, date_format, [delivery_id], without_rejected=True))
        ).fetchone()
        if found and found[0]:
            repeated[delivery_id] = int(found[0])
    return repeated


def _record_replaced_rows(connection: Connection, layout: Layout, ids: list[int]) -> None:
    connection.execute(
        "delete from quality.replaced_row where delivery_id = any(%(ids)s) or amended_by = any(%(ids)s)",
        {"ids": ids},
    )
    pairs = connection.execute(_PAIRS, {"layout": layout.key, "ids": ids}).fetchall()
    for amendment, new_dates, old_dates, earlier in pairs:
        wanted = [number for number in earlier if amendment in ids or number in ids]
        if wanted:
            connection.execute(_replace(layout, (amendment, new_dates), (wanted, old_dates)))


def _replace(
    layout: Layout, amendment: tuple[int, str | None], earlier: tuple[list[int], str | None]
) -> sql.Composed:
    """Return the statement that notes the earlier rows whose key stands in the amendment, each with its date format."""
    (amendment_id, new_dates), (earlier_ids, old_dates) = amendment, earlier
    return sql.SQL(
        "insert into quality.replaced_row (delivery_id, row_number, amended_by)"
        " select old.delivery_id, old.row_number, {id} from ({old}) as old"
        " where old.key in (select new.key from ({new}) as new)"
    ).format(
        id=sql.Literal(amendment_id),
        old=_keyed_rows(layout, old_dates, earlier_ids, without_rejected=False),
        new=_keyed_rows(layout, new_dates, [amendment_id], without_rejected=True),
    )


def _keyed_rows(
    layout: Layout, date_format: str | None, ids: Sequence[int], *, without_rejected: bool
) -> sql.Composed:
    """Return a query with one row per delivered row and its key, in which two blanks are equal."""
    rejected = sql.SQL(
        " and not exists (select from quality.rejected_row as x"
        " where x.delivery_id = r.delivery_id and x.row_number = r.row_number)"
    )
    return sql.SQL(
        "select r.delivery_id, r.row_number, array[{key}]::text[] as key from {raw} as r"
        " where r.delivery_id in ({ids}){rejected}"
    ).format(
        key=sql.SQL(", ").join(
            _key_value(layout.columns_by_name[name], date_format) for name in layout.key_columns
        ),
        raw=sql.Identifier("raw", layout.table),
        ids=sql.SQL(", ").join(map(sql.Literal, ids)),
        rejected=rejected if without_rejected else sql.SQL(""),
    )


def _key_value(column: Column, date_format: str | None) -> sql.Composed:
    """Return a key column's value as text: 7 and 07 are one number; what cannot be read is compared as sent."""
    sent = sql.SQL("nullif(btrim(r.{}), '')").format(sql.Identifier(column.name))
    readers = {
        "date": sql.SQL("control.to_date(r.{name}, {format})::text"),
        "integer": sql.SQL("control.to_integer(r.{name})::text"),
        "decimal": sql.SQL("trim_scale(control.to_decimal(r.{name}))::text"),
    }
    if column.type not in readers:
        return sent
    value = readers[column.type].format(name=sql.Identifier(column.name), format=sql.Literal(date_format))
    return sql.SQL("coalesce({}, {})").format(value, sent)
