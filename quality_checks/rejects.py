"""The file that goes back to an agency: rows that broke a rule as it sent them, what is wrong, how to repair it.

Belongs here: writing that file. It holds identifiers, so it is for the sender only. Must not come here: reports
that others may see.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.home import make_private

# A spreadsheet would run such a cell as a formula. Numbers stay numbers, negative ones too.
_FORMULA = r"^[\s]*[=+@\-\t\r\n]"
_NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?$"
# Without this mark Excel reads the file in the code page of its computer, and names lose their accents.
_UTF8_MARK = b"\xef\xbb\xbf"

_OURS = ("line", "record", "rule", "column", "set_aside", "what_must_hold", "how_to_repair")
# Rows set aside first need repair; rows that only held or warned follow under their own rules.
_FINDINGS = """
    select delivery_id, row_number, line_number, rule_code, column_name, 'yes' as set_aside
    from quality.rejected_row where delivery_id = {id}
    union all
    select delivery_id, row_number, line_number, rule_code, column_name, 'no'
    from quality.noted_row where delivery_id = {id}
"""


@dataclass(frozen=True)
class RejectFile:
    """A written reject file: where it is, and how many lines of findings it holds."""

    path: Path
    delivery_id: int
    line_count: int


def write_reject_file(warehouse: Warehouse, delivery_id: int, path: Path) -> int:
    """Write one line per row and rule it broke, in the order of the file; return the number of lines.

    The file is readable by its owner only, and is there wholly or not at all.
    """
    layout, headers = _sent_as(warehouse, delivery_id)
    make_private(path.parent)
    with _replacing(path) as file, warehouse.connect() as connection:
        file.write(_UTF8_MARK)
        cursor = connection.cursor()
        with cursor.copy(_statement(layout, headers, delivery_id)) as copy:
            for chunk in copy:
                file.write(chunk)
        return cursor.rowcount


def write_reject_files(
    warehouse: Warehouse, folder: Path, *, layout: str | None = None, submitter: str | None = None
) -> list[RejectFile]:
    """Write a reject file for each delivery in force or held of which some row broke a rule."""
    deliveries = warehouse.fetch_all(
        "select delivery_id, submitter from control.delivery as d where status in ('accepted', 'held')"
        " and (%(layout)s::text is null or layout = %(layout)s)"
        " and (%(submitter)s::text is null or submitter = %(submitter)s)"
        " and (exists (select from quality.rejected_row as r where r.delivery_id = d.delivery_id)"
        "     or exists (select from quality.noted_row as n where n.delivery_id = d.delivery_id)) order by delivery_id",
        {"layout": layout, "submitter": submitter},
    )
    written = []
    for delivery_id, sender in deliveries:
        path = folder / sender / reject_file_name(delivery_id)
        written.append(RejectFile(path, delivery_id, write_reject_file(warehouse, delivery_id, path)))
    return written


def reject_file_name(delivery_id: int) -> str:
    """Return what the reject file of a delivery is called, beside its receipt."""
    return f"delivery_{delivery_id}_rows.csv"


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _sent_as(warehouse: Warehouse, delivery_id: int) -> tuple[Layout, list[tuple[str, str]]]:
    """Return the layout and, in the file's order, each column with the header that its sender gave it."""
    rows = warehouse.fetch_all(
        "select layout, layout_version, headers from control.delivery where delivery_id = %s", [delivery_id]
    )
    if not rows:
        raise P20WError(f"There is no delivery {delivery_id}.", "`p20w deliveries` lists them.")
    key, version, headers = rows[0]
    layout = load_catalogue().layout(key)
    return layout, [(name, header) for name, header in headers or usual_headers(layout, version)]


def usual_headers(layout: Layout, version: str) -> list[tuple[str, str]]:
    """Return each column of a version with its usual header, for a delivery that did not keep its own."""
    return [
        (column.name, next(iter(column.headers_for(version)), column.name))
        for column in layout.columns_in(version)
    ]


def _statement(layout: Layout, headers: Sequence[tuple[str, str]], delivery_id: int) -> sql.Composed:
    known = dict(headers)
    columns = [(column.name, known.get(column.name, column.name)) for column in layout.columns]
    own: list[Any] = [sql.Identifier(name) for name in _OURS]
    sent = [sql.SQL("{} as {}").format(_safe(name), sql.Identifier(header)) for name, header in headers]
    return sql.SQL(
        "copy (select f.line_number as {}, f.row_number as {}, f.rule_code as {},"
        " coalesce(h.header, f.column_name) as {}, f.set_aside as {}, r.sentence as {},"
        " coalesce(r.repair, '') as {}, {sent}"
        " from ({findings}) as f join quality.rule as r on r.rule_code = f.rule_code"
        " left join (values {columns}) as h(column_name, header) on h.column_name = f.column_name"
        " join {raw} as d on d.delivery_id = f.delivery_id and d.row_number = f.row_number"
        " where d.delivery_id = {id} order by f.row_number, f.set_aside desc, f.rule_code)"
        " to stdout (format csv, header true, encoding 'utf8')"
    ).format(
        *own,
        sent=sql.SQL(", ").join(sent),
        findings=sql.SQL(_FINDINGS).format(id=sql.Literal(delivery_id)),
        columns=sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(name), sql.Literal(header)) for name, header in columns
        ),
        raw=sql.Identifier("raw", layout.table),
        id=sql.Literal(delivery_id),
    )


def _safe(name: str) -> sql.Composed:
    return sql.SQL(
        "case when d.{name} ~ {formula} and d.{name} !~ {number} then '''' || d.{name} else d.{name} end"
    ).format(name=sql.Identifier(name), formula=sql.Literal(_FORMULA), number=sql.Literal(_NUMBER))
