"""The file that goes back to an agency: its rejected rows as it sent them, with what is wrong and how to repair it.

Belongs here: writing that file. It holds identifiers, so it is for the sender only. Must not come here: reports
for others.
"""

import os
from pathlib import Path

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Column, Layout
from quality_checks.catalogue import rules_for
from quality_checks.findings import Connection
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

# A spreadsheet would run such a cell as a formula. Numbers stay numbers, negative ones too.
_FORMULA = r"^[\s]*[=+@\-\t\r\n]"
_NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?$"


def write_reject_file(warehouse: Warehouse, delivery_id: int, path: Path) -> int:
    """Write one line per rejected row and broken rule; return the number of lines.

    The file is readable by its owner only, and is there wholly or not at all.
    """
    layout, version = _layout_of(warehouse, delivery_id)
    partial = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, warehouse.connect() as connection:
            _create_repairs(connection, layout)
            cursor = connection.cursor()
            with cursor.copy(_statement(layout, version, delivery_id)) as copy:
                for chunk in copy:
                    file.write(chunk)
            lines = cursor.rowcount
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return lines


def _layout_of(warehouse: Warehouse, delivery_id: int) -> tuple[Layout, str]:
    rows = warehouse.fetch_all(
        "select layout, layout_version from control.delivery where delivery_id = %s", [delivery_id]
    )
    if not rows:
        raise P20WError(f"There is no delivery {delivery_id}.", "`p20w deliveries` lists them.")
    return load_catalogue().layout(rows[0][0]), rows[0][1]


def _create_repairs(connection: Connection, layout: Layout) -> None:
    rules = rules_for(layout.key)
    connection.execute("create temporary table repair (rule_code text, hint text) on commit drop")
    connection.execute(
        "insert into repair select * from unnest(%s::text[], %s::text[])",
        [[rule.code for rule in rules], [rule.repair for rule in rules]],
    )


def _statement(layout: Layout, version: str, delivery_id: int) -> sql.Composed:
    sent = [
        sql.SQL("{} as {}").format(_safe(column), sql.Identifier(_header(column, version)))
        for column in layout.columns
    ]
    return sql.SQL(
        "copy (select f.row_number as row_number, f.rule_code as rule_code, f.column_name as column_name,"
        " r.sentence as what_must_hold, coalesce(p.hint, '') as how_to_repair, {sent}"
        " from quality.rejected_row as f join quality.rule as r on r.rule_code = f.rule_code"
        " left join repair as p on p.rule_code = f.rule_code"
        " join {raw} as d on d.delivery_id = f.delivery_id and d.row_number = f.row_number"
        " where f.delivery_id = {id} and d.delivery_id = {id} order by f.row_number, f.rule_code)"
        " to stdout (format csv, header true, encoding 'utf8')"
    ).format(
        sent=sql.SQL(", ").join(sent),
        raw=sql.Identifier("raw", layout.table),
        id=sql.Literal(delivery_id),
    )


def _header(column: Column, version: str) -> str:
    return next(iter(column.headers_for(version)), column.name)


def _safe(column: Column) -> sql.Composed:
    return sql.SQL(
        "case when d.{name} ~ {formula} and d.{name} !~ {number} then '''' || d.{name} else d.{name} end"
    ).format(name=sql.Identifier(column.name), formula=sql.Literal(_FORMULA), number=sql.Literal(_NUMBER))
