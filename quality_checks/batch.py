"""The rows that are being judged, as one SQL query: delivered text beside the typed value that rules compare.

Belongs here: the shape of that query. Must not come here: what makes a row fail (predicates), running it.
"""

from collections.abc import Mapping, Sequence
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
    """A delivery that waits for its decision.

    Attributes:
        delivery_id: its number.
        submitter: who sent it.
        period: what it is about.
        sequence: its number among those of the same submitter and period.
        layout_version: the form in which it came.
        row_count: how many rows were loaded.
        is_trimmed: no value is an empty text, or begins or ends with a blank.
        plain_numbers: columns whose values are digits alone, with no more than a decimal point.
    """

    delivery_id: int
    submitter: str
    period: str
    sequence: int
    layout_version: str
    row_count: int
    is_trimmed: bool = False
    plain_numbers: Sequence[str] = ()


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


def batch_query(
    layout: Layout, rules: Sequence[Rule], deliveries: Sequence[Delivery], also: Sequence[Column] = ()
) -> sql.Composed:
    """Return a query with one row per delivered row of these deliveries, with the columns that the rules use.

    A text column has its name. Any other column has its typed value under its name (null where it cannot be
    read) and the text sent under `<name>__sent`; a code is the standard code behind the local one. Beside
    them stand submitter, code_year (in which its codes are read), period_year, period_begin, period_end,
    period_month (the last one, as MMYYYY) and date_format of the delivery.

    Args:
        layout: whose rows.
        rules: what will be asked of them.
        deliveries: which rows.
        also: columns that no rule may name.
    """
    used = _used_columns(layout, rules, also)
    coded = [column for column in used if column.type == "code" and _is_compared(column, layout, rules)]
    about = _about(layout, deliveries)
    is_trimmed = all(delivery.is_trimmed for delivery in deliveries)
    values = [sql.SQL("{} as {}").format(value, sql.Identifier(name)) for name, value in about.items()]
    values += [sql.SQL("{} as {}").format(_text(column), _unread_name(column)) for column in used]
    values += [
        _typed(column, about, plain_numbers(deliveries))
        for column in used
        if column.type not in ("text", "code")
    ]
    values += [_standard_code(column) for column in coded]
    read = [column for column in used if column.type not in ("text", "code")]
    return sql.SQL(
        "select typed.*{sent_text} from (select r.delivery_id, r.row_number, {values} from ({sent}) as r"
        " {deliveries} {code_maps} offset '0'::bigint) as typed"
    ).format(
        sent_text=sql.SQL("").join(_sent_text(column, is_trimmed) for column in read),
        values=sql.SQL(", ").join(values),
        sent=_delivered_rows(layout, used, deliveries),
        deliveries=_deliveries_joined(layout, deliveries),
        code_maps=sql.SQL(" ").join(_code_map_join(column, about) for column in coded),
    )


def _delivered_rows(layout: Layout, used: Sequence[Column], deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the delivered rows, texts and codes trimmed and with blanks as nulls.

    The offsets here and above keep the planner from pasting one expression into the next: a value would be read
    once per rule that names it. They are written as bigint, for the planner takes an integer, still to be converted,
    for an offset that forbids parallel workers. The ids are constants, for only they let it leave out the partitions
    of other deliveries.
    """
    is_trimmed = all(delivery.is_trimmed for delivery in deliveries)
    texts = [
        sql.SQL("{0}" if is_trimmed or column.type not in ("text", "code") else _TRIMMED + " as {0}").format(
            sql.Identifier(column.name)
        )
        for column in used
    ]
    plain = plain_numbers(deliveries)
    if numbers := [c for c in used if c.type in ("integer", "decimal") and c.name not in plain]:
        texts.append(_numbers_are_plain(numbers))
    return sql.SQL(
        "select delivery_id, row_number, {texts} from {table} where delivery_id in ({ids}) offset '0'::bigint"
    ).format(
        texts=sql.SQL(", ").join(texts),
        table=sql.Identifier("raw", layout.table),
        ids=id_list(deliveries),
    )


def plain_numbers(deliveries: Sequence[Delivery]) -> set[str]:
    """Return the number columns that are known to hold nothing but numbers in all of these deliveries."""
    return set.intersection(*(set(delivery.plain_numbers) for delivery in deliveries))


def _numbers_are_plain(columns: Sequence[Column]) -> sql.Composed:
    """Return whether all numbers of a row are written with digits and points alone.

    A pattern costs most by being begun, so that one over all numbers of a row is far cheaper than one for each.
    """
    together = sql.SQL(" || ").join(
        sql.SQL("coalesce({}, '')").format(sql.Identifier(column.name)) for column in columns
    )
    return sql.SQL("({}) !~ '[^0-9.]' as numbers_are_plain").format(together)


def id_list(deliveries: Sequence[Delivery]) -> sql.Composed:
    """Return the ids of deliveries as constants, parted by commas."""
    return sql.SQL(", ").join(sql.Literal(delivery.delivery_id) for delivery in deliveries)


def _used_columns(layout: Layout, rules: Sequence[Rule], also: Sequence[Column]) -> list[Column]:
    names = {column.name for column in also}
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


def _sent_text(column: Column, is_trimmed: bool) -> sql.Composed:
    # Outside of every offset: it is trimmed only where a rule asks, and most ask when nothing could be read.
    return sql.SQL(", " + ("{0}" if is_trimmed else _TRIMMED) + " as {1}").format(
        sql.Identifier("typed", f"{column.name}__raw"), sql.Identifier(sent_name(column))
    )


# What control.to_integer and control.to_decimal find too, of which it is known that they are digits and points.
_PLAIN = {
    "integer": "case when r.numbers_are_plain and octet_length({0}) between 1 and 9 and {0} not like '%.%'"
    " then cast({0} as integer) else control.to_integer({0}) end",
    "decimal": "case when r.numbers_are_plain and octet_length({0}) between 1 and 62 and {0} not like '%.%.%'"
    " and {0} <> '.' then cast({0} as numeric) else control.to_decimal({0}) end",
    "date": "control.to_date({0}, {1})",
}
_CAST = {"integer": "cast({0} as integer)", "decimal": "cast({0} as numeric)"}


def _typed(column: Column, about: Mapping[str, sql.Composable], plain: set[str]) -> sql.Composed:
    reading = (_CAST if column.name in plain else _PLAIN)[column.type]
    value = sql.SQL(reading).format(_text(column), about["date_format"])
    return sql.SQL("{} as {}").format(value, sql.Identifier(column.name))


def _standard_code(column: Column) -> sql.Composed:
    return sql.SQL("{}.standard_code as {}").format(_map_alias(column), sql.Identifier(column.name))


def _code_map_join(column: Column, about: Mapping[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(
        "left join control.code_map as {alias} on {alias}.code_set = {code_set}"
        " and {alias}.submitter = {submitter} and {alias}.local_code = {text}"
        " and {code_year} between {alias}.first_year and {alias}.last_year"
    ).format(
        alias=_map_alias(column),
        code_set=sql.Literal(column.code_set),
        text=_text(column),
        submitter=about["submitter"],
        code_year=about["code_year"],
    )


def _map_alias(column: Column) -> sql.Identifier:
    return sql.Identifier(f"map__{column.name}")


def _about(layout: Layout, deliveries: Sequence[Delivery]) -> dict[str, sql.Composable]:
    """Return name -> expression of what holds for every row of a delivery."""
    if len(deliveries) == 1:
        # As constants they cost no join, and the planner chooses the one pattern of dates that there is.
        return _facts(layout, deliveries[0])
    return {name: sql.Identifier("d", name) for name in _facts(layout, deliveries[0])}


def _deliveries_joined(layout: Layout, deliveries: Sequence[Delivery]) -> sql.Composed:
    if len(deliveries) == 1:
        return sql.SQL("").format()
    facts = [_facts(layout, delivery) for delivery in deliveries]
    rows = [
        sql.SQL("({})").format(
            sql.SQL(", ").join([sql.SQL("cast({} as bigint)").format(delivery.delivery_id), *known.values()])
        )
        for delivery, known in zip(deliveries, facts, strict=True)
    ]
    return sql.SQL("join (values {}) as d(delivery_id, {}) on d.delivery_id = r.delivery_id").format(
        sql.SQL(", ").join(rows), sql.SQL(", ").join(map(sql.Identifier, facts[0]))
    )


def _facts(layout: Layout, delivery: Delivery) -> dict[str, sql.Composable]:
    window = period_window(layout, delivery.period)
    text, day = sql.SQL("cast({} as text)"), sql.SQL("cast({} as date)")
    return {
        "submitter": text.format(delivery.submitter),
        "code_year": sql.Literal(layout.period_year(delivery.period)),
        "period_year": sql.Literal(window.year),
        "period_begin": day.format(window.begin.isoformat()),
        "period_end": day.format(window.end.isoformat()),
        "period_month": text.format(f"{window.end:%m%Y}"),
        "date_format": text.format(layout.versions[delivery.layout_version].date_format),
    }
