"""The rows that are being judged, as one SQL query: delivered text beside the typed value that rules compare.

Belongs here: the shape of that query. Must not come here: what makes a row fail (predicates), running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from ingest.layout import Column, Layout
from quality_checks.catalogue import AS_SENT, columns_named, typed_columns_named
from quality_checks.rule import Rule
from quality_checks.windows import period_window

Connection = psycopg.Connection[tuple[Any, ...]]

# Trimming takes three times as long as seeing that nothing is to be trimmed.
_TRIMMED = "nullif(case when {0} like '% %' then btrim({0}) else {0} end, '')"

PLANNER_SETTINGS = {
    # Compiling a hundred small conditions takes longer than evaluating them.
    "jit": "off",
    # A key never reaches over deliveries, and a delivery is a partition.
    "enable_partitionwise_aggregate": "on",
    # Rows that have just been loaded have no statistics; a loop chosen on the guess of one row never ends.
    "enable_nestloop": "off",
    # The hashes of two million keys are sorted in memory.
    "work_mem": "128MB",
}


@dataclass(frozen=True)
class Delivery:
    """A delivery that waits for its decision."""

    delivery_id: int
    submitter: str
    period: str
    sequence: int
    layout_version: str
    row_count: int


def exclude_others(connection: Connection, layout: Layout) -> None:
    """Wait until this transaction alone decides on the layout's deliveries, and set the planner for its statements."""
    for name, value in PLANNER_SETTINGS.items():
        connection.execute("select set_config(%s, %s, true)", [name, value])
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('p20w quality gate ' || %s, 0))", [layout.key]
    )


def sent_name(column: Column) -> str:
    """Return the batch's name for a column as it was sent: trimmed text, null where blank."""
    return column.name if column.type == "text" else column.name + AS_SENT


def batch_query(layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return a query with one row per delivered row of these deliveries, with the columns that the rules use.

    A text column has its name. Any other column has its typed value under its name (null where it cannot be
    read) and the text sent under `<name>__sent`; a code is the standard code behind the local one. Beside
    them stand submitter, code_year (in which its codes are read), period_year, period_begin, period_end,
    period_month (the last one, as MMYYYY) and date_format of the delivery.
    """
    used = _used_columns(layout, rules)
    coded = [column for column in used if column.type == "code" and _is_compared(column, layout, rules)]
    values = [sql.SQL("{} as {}").format(_text(column), _unread_name(column)) for column in used]
    values += [_typed(column) for column in used if column.type not in ("text", "code")]
    values += [_standard_code(column) for column in coded]
    read = [column for column in used if column.type not in ("text", "code")]
    return sql.SQL(
        "select typed.*{sent_text} from (select r.delivery_id, r.row_number, d.submitter, d.code_year, d.period_year,"
        " d.period_begin, d.period_end, d.period_month, d.date_format, {values} from ({sent}) as r"
        " join (values {deliveries}) as d(delivery_id, submitter, code_year, period_year, period_begin, period_end,"
        " period_month, date_format) on d.delivery_id = r.delivery_id {code_maps} offset '0'::bigint) as typed"
    ).format(
        sent_text=sql.SQL("").join(_sent_text(column) for column in read),
        values=sql.SQL(", ").join(values),
        sent=_delivered_rows(layout, used, deliveries),
        deliveries=sql.SQL(", ").join(_delivery_values(layout, delivery) for delivery in deliveries),
        code_maps=sql.SQL(" ").join(_code_map_join(column) for column in coded),
    )


def _delivered_rows(layout: Layout, used: Sequence[Column], deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the delivered rows, texts and codes trimmed and with blanks as nulls.

    The offsets here and above keep the planner from pasting one expression into the next: a value would be read
    once per rule that names it. They are written as bigint, for the planner takes an integer, still to be converted,
    for an offset that forbids parallel workers. The ids are constants, for only they let it leave out the partitions
    of other deliveries.
    """
    return sql.SQL(
        "select delivery_id, row_number, {texts} from {table} where delivery_id in ({ids}) offset '0'::bigint"
    ).format(
        texts=sql.SQL(", ").join(
            sql.SQL(_TRIMMED + " as {0}" if column.type in ("text", "code") else "{0}").format(
                sql.Identifier(column.name)
            )
            for column in used
        ),
        table=sql.Identifier("raw", layout.table),
        ids=id_list(deliveries),
    )


def id_list(deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the ids of deliveries as constants, parted by commas."""
    return sql.SQL(", ").join(sql.Literal(delivery.delivery_id) for delivery in deliveries)


def _used_columns(layout: Layout, rules: Sequence[Rule]) -> list[Column]:
    names: set[str] = set()
    for rule in rules:
        names.update(rule.columns)
        names.update([rule.column] if rule.column else [])
        names.update(columns_named(rule.fails, layout) if rule.fails else [])
    return [column for column in layout.columns if column.name in names]


def _is_compared(column: Column, layout: Layout, rules: Sequence[Rule]) -> bool:
    return any(rule.fails and column.name in typed_columns_named(rule.fails, layout) for rule in rules)


def _text(column: Column) -> sql.Identifier:
    return sql.Identifier("r", column.name)


def _unread_name(column: Column) -> sql.Identifier:
    return sql.Identifier(sent_name(column) if column.type in ("text", "code") else f"{column.name}__raw")


def _sent_text(column: Column) -> sql.Composed:
    # Outside of every offset: it is trimmed only where a rule asks, and most ask when nothing could be read.
    return sql.SQL(", " + _TRIMMED + " as {1}").format(
        sql.Identifier("typed", f"{column.name}__raw"), sql.Identifier(sent_name(column))
    )


def _typed(column: Column) -> sql.Composed:
    arguments = "{0}, d.date_format" if column.type == "date" else "{0}"
    return sql.SQL(f"control.to_{column.type}({arguments}) as {{1}}").format(
        _text(column), sql.Identifier(column.name)
    )


def _standard_code(column: Column) -> sql.Composed:
    return sql.SQL("{}.standard_code as {}").format(_map_alias(column), sql.Identifier(column.name))


def _code_map_join(column: Column) -> sql.Composed:
    return sql.SQL(
        "left join control.code_map as {alias} on {alias}.code_set = {code_set}"
        " and {alias}.submitter = d.submitter and {alias}.local_code = {text}"
        " and d.code_year between {alias}.first_year and {alias}.last_year"
    ).format(alias=_map_alias(column), code_set=sql.Literal(column.code_set), text=_text(column))


def _map_alias(column: Column) -> sql.Identifier:
    return sql.Identifier(f"map__{column.name}")


def _delivery_values(layout: Layout, delivery: Delivery) -> sql.Composed:
    window = period_window(layout, delivery.period)
    date_format = layout.versions[delivery.layout_version].date_format
    return sql.SQL(
        "(cast({id} as bigint), {submitter}, {code_year}, {year}, cast({begin} as date), cast({end} as date),"
        " {month}, cast({date_format} as text))"
    ).format(
        id=sql.Literal(delivery.delivery_id),
        submitter=sql.Literal(delivery.submitter),
        code_year=sql.Literal(layout.period_year(delivery.period)),
        year=sql.Literal(window.year),
        begin=sql.Literal(window.begin.isoformat()),
        end=sql.Literal(window.end.isoformat()),
        month=sql.Literal(f"{window.end:%m%Y}"),
        date_format=sql.Literal(date_format),
    )
