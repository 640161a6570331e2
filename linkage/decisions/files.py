"""Decisions out to a CSV file and in from one: set-based, a row that cannot be used named by its line.

A file names records by id; their keys at the agency are written only when asked for, since wages are keyed by SSN and name.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from linkage.decisions.log import KINDS, REASON
from warehouse.errors import P20WError
from warehouse.ledger import overridden, record_in
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg
    import pyarrow as pa

    from warehouse.connection import Warehouse

_EXPORTED = """
select d.decision_id, d.kind, {} d.record_id_l::text as record_id_l, d.record_id_r::text as record_id_r,
    d.reason, d.steward, d.origin, to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as decided_at,
    d.expires_on::text as expires_on, u.decision_id as undone_by_decision, u.steward as undone_by
from identity.decision as d
join identity.source_record as l on l.record_id = d.record_id_l
join identity.source_record as r on r.record_id = d.record_id_r
left join identity.decision as u on u.undoes = d.decision_id
where d.kind <> 'undo' order by d.decision_id
"""
_KEYS = (
    "l.source as source_l, l.source_key as source_key_l, r.source as source_r, r.source_key as source_key_r,"
)
_SOURCES = "l.source as source_l, r.source as source_r,"
_NAMES = ("record_id_l", "record_id_r", "source_l", "source_key_l", "source_r", "source_key_r")
_READ = ("kind", *_NAMES, "reason", "steward", "expires_on", "undone_by")

_FAULTS = (
    (f"kind is none of {', '.join(KINDS)}", f"kind is null or kind not in ({', '.join(map(repr, KINDS))})"),
    ("reason is empty", "reason is null"),
    ("steward is empty", "steward is null"),
    (
        "expires_on is no date such as 2030-06-30",
        "expires_on is not null and not control.is_date(expires_on, 'YYYY-MM-DD')",
    ),
    ("the first record is not in this warehouse", "a is null"),
    ("the second record is not in this warehouse", "b is null"),
    ("both records are the same", "a = b"),
)


def export_decisions(warehouse: Warehouse, file: Path, *, with_keys: bool = False) -> int:
    """Write every decision to a CSV file that only this account may read; the number of decisions."""
    from pyarrow import csv

    table = warehouse.fetch_arrow(_EXPORTED.format(_KEYS if with_keys else _SOURCES))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        csv.write_csv(table, stream)
    return int(table.num_rows)


def import_decisions(warehouse: Warehouse, file: Path, *, steward: str | None = None) -> tuple[int, int]:
    """Take decisions in, all or none: those that do not already hold; the numbers of new and of known ones.

    Columns: kind, reason, steward (or given for all), expires_on; a record as record_id_l or as source_l and source_key_l,
    the other likewise with _r. Rows with undone_by are left out: they hold no longer.
    """
    table = _read(file, steward)
    with warehouse.connect() as connection:
        connection.execute(
            "create temp table given (line bigint, "
            + ", ".join(f"{column} text" for column in _READ)
            + ", a uuid, b uuid) on commit drop"
        )
        copy_arrow(connection, table, "pg_temp", "given")
        connection.execute("delete from given where undone_by is not null")
        _find_records(connection)
        _refuse_faults(connection, file)
        given = connection.execute("select count(*) from given").fetchone()
        added = connection.execute(
            """
            insert into identity.decision (kind, record_id_l, record_id_r, reason, steward, origin, expires_on)
            select g.kind, least(a, b), greatest(a, b), g.reason, g.steward, 'import', g.expires_on::date
            from given as g left join identity.decision_in_force as f
                on f.record_id_l = least(a, b) and f.record_id_r = greatest(a, b) and f.kind = g.kind
            where f.decision_id is null or g.kind = 'note' order by g.line
            """
        ).rowcount
        if added:
            record_in(
                connection,
                overridden("linkage decisions imported", f"{added} decisions", reason=REASON, actor=steward),
            )
    return added, int((given or (0,))[0]) - added


def _find_records(connection: psycopg.Connection[Any]) -> None:
    for side, column in (("l", "a"), ("r", "b")):
        connection.execute(
            f"""
            update given set {column} = s.record_id from identity.source_record as s
            where s.record_id::text = lower(given.record_id_{side})
                or given.record_id_{side} is null and s.source = given.source_{side}
                    and s.source_key = given.source_key_{side}
            """.encode()
        )


def _refuse_faults(connection: psycopg.Connection[Any], file: Path) -> None:
    for words, condition in _FAULTS:
        row = connection.execute(
            f"select min(line), count(*) from given where {condition}".encode()
        ).fetchone()
        if row and row[1]:
            raise P20WError(
                f"{file.name}, line {row[0]}: {words} ({row[1]} such line(s)).",
                "Nothing was imported. Correct the file and import it again.",
            )


def _read(file: Path, steward: str | None) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    try:
        header = file.read_text(encoding="utf-8-sig").splitlines()[:1]
        names = next(iter(header), "").replace('"', "").split(",")
        table = csv.read_csv(
            file,
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
            parse_options=csv.ParseOptions(newlines_in_values=True),
        )
    except OSError as error:
        raise P20WError(f"{file.name} cannot be read: {error.strerror}.", "Check the path.") from None
    except (pa.ArrowInvalid, UnicodeDecodeError):
        raise P20WError(
            f"{file.name} is not a CSV file.", "Compare it with one that `p20w link decisions export` wrote."
        ) from None
    if "kind" not in table.column_names:
        raise P20WError(
            f"{file.name} lacks the column kind.", "Compare it with `p20w link decisions export`."
        )
    columns: dict[str, object] = {"line": pa.array(range(2, table.num_rows + 2), pa.int64())}
    for name in _READ:
        if name == "steward" and steward:
            columns[name] = pa.repeat(pa.scalar(steward), table.num_rows)
        elif name in table.column_names:
            columns[name] = table[name]
    return pa.table(columns)
