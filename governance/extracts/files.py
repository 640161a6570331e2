"""The files of an extract: rows as CSV and Parquet, their dictionary, and the exact counts for the reviewer.

Belongs here: writing what was decided. Must not come here: deciding it, words for people (memo).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.extracts.request import CODE, YEAR, Asked, column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from psycopg import Connection

    from governance.extracts.anonymity import Protection

# Spreadsheet programs run a cell that begins with one of these.
_FORMULA = r"^[=+@\t\r\n-]"
_WHOLE_NUMBERS = ("year", "count", "amount")


@dataclass(frozen=True)
class Column:
    """One column of the extract."""

    name: str
    is_text: bool
    meaning: str
    form: str
    source: str = ""
    elements: str = ""


def columns_of(asked: Asked, done: Protection, describe: Callable[[str], str]) -> list[Column]:
    """Return the columns in their order, each with what it means.

    Args:
        asked: the request.
        done: which columns are keys, and in which form.
        describe: the warehouse's own description of a column such as core.dim_person.sex.
    """
    first = [
        Column(CODE, True, "Code of the person in this project; random, of no other meaning.", "random"),
        Column(YEAR, True, f"Year of the group: {asked.group.title}", done.keys[YEAR]),
    ]
    return first + [_column(term, done, describe) for term in asked.measures]


def _column(term: Any, done: Protection, describe: Callable[[str], str]) -> Column:
    name = column_of(term)
    described = describe(term.describes) if term.describes else ""
    form = done.keys.get(name)
    if form is None:
        form = f"rounded, at most {done.tops[term.name]:,}" if term.kind == "amount" else "as it is"
    return Column(
        name,
        name in done.keys or term.kind not in _WHOLE_NUMBERS,
        f"{term.title} Made from: {described}."
        if term.title and described
        else term.title or f"{described}.",
        form,
        term.describes or f"indicators.outcome ({term.name} version {term.version})",
        "; ".join(
            f"{layout}.{column}" if column else layout
            for layout, columns in sorted(term.elements.items())
            for column in (columns or ("",))
        ),
    )


def write_rows(connection: Connection[Any], columns: list[Column], folder: Path, project: str) -> list[Path]:
    """Write the rows as CSV and as Parquet, in the order of their codes, which is no order of people."""
    plain = [sql.Identifier(column.name) for column in columns]
    safe = [_safe(column) for column in columns]
    as_csv = folder / f"{project}.csv"
    _copy(connection, safe, as_csv)
    raw = folder / "rows.tmp"
    _copy(connection, plain, raw)
    as_parquet = folder / f"{project}.parquet"
    _parquet(raw, as_parquet, columns)
    raw.unlink()
    return [as_csv, as_parquet]


def _safe(column: Column) -> sql.Composable:
    name = sql.Identifier(column.name)
    if not column.is_text:
        return name
    return sql.SQL("case when {0} ~ {1} then '''' || {0} else {0} end as {0}").format(
        name, sql.Literal(_FORMULA)
    )


def _copy(connection: Connection[Any], expressions: Iterable[sql.Composable], path: Path) -> None:
    statement = sql.SQL(
        "copy (select {} from extract_row order by person_code) to stdout (format csv, header, encoding 'UTF8')"
    ).format(sql.SQL(", ").join(expressions))
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as rows:
        for chunk in rows:
            file.write(chunk)


def _parquet(source: Path, target: Path, columns: list[Column]) -> None:
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    types = {column.name: pa.string() if column.is_text else pa.int64() for column in columns}
    options = pc.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    pq.write_table(pc.read_csv(source, convert_options=options), target)


def write_dictionary(columns: list[Column], path: Path) -> Path:
    """Write what each column means."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["column", "type", "form", "meaning", "warehouse_column", "elements"])
        for column in columns:
            kind = "text" if column.is_text else "whole number"
            writer.writerow([column.name, kind, column.form, column.meaning, column.source, column.elements])
    return path


def write_counts(connection: Connection[Any], columns: list[Column], path: Path) -> Path:
    """Write the exact counts behind each column, for the reviewer alone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["column", "value", "rows"])
        for column in columns[1:]:
            writer.writerows((column.name, *row) for row in connection.execute(_counts(column)))
    return path


def _counts(column: Column) -> sql.Composed:
    name = sql.Identifier(column.name)
    if column.is_text:
        return sql.SQL(
            "select case when {0} ~ {1} then '''' || {0} else {0} end, count(*) from extract_row group by 1 order by 1"
        ).format(name, sql.Literal(_FORMULA))
    return sql.SQL(
        "select case when {0} is null then 'unknown' else 'known' end, count(*) from extract_row group by 1 order by 1"
    ).format(name)
