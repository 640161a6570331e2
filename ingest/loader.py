"""One delivered file into its raw table: wholly or not at all, and never twice.

Belongs here: the transaction of a delivery. Must not come here: file formats (readers), names (recognise),
folders of waiting files (landing).
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from ingest import raw_tables
from ingest.archive import Archive, Received
from ingest.catalogue import load_catalogue
from ingest.events import record_event, record_failure
from ingest.readers.choice import open_reader
from ingest.readers.delimited import DelimitedReader, MisreadLineError
from ingest.recognise import Recognised, recognise
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.movement import copy_stream
from warehouse.state import State, load_state

# What COPY answers to a row it cannot read: its form, its bytes, a character without a counterpart, its size.
_ROW_FAULTS = frozenset({"22P04", "22021", "22P05", "54000"})


@dataclass(frozen=True)
class LoadResult:
    """What became of one file."""

    delivery_id: int | None
    layout: str
    submitter: str
    period: str
    sequence: int | None
    outcome: Literal["loaded", "duplicate", "failed"]
    row_count: int
    byte_count: int
    seconds: float
    file_name: str
    reason: str = ""


def load_file(
    warehouse: Warehouse,
    path: Path | str,
    *,
    layout: str | None = None,
    submitter: str | None = None,
    period: str | None = None,
    sequence: int | None = None,
    variant: str | None = None,
    state: State | None = None,
) -> LoadResult:
    """Load one file as a delivery; the same bytes a second time change nothing.

    Args:
        warehouse: Where the rows go; its home holds the archive.
        path: The file: text, plain or in a gzip or zip archive, Parquet or XLSX.
        layout: Layout key such as k12/student; else from the file's name, else from its header.
        submitter: Who sent it; else from the file's name.
        period: The period it is about; else from the file's name.
        sequence: Its number among the deliveries of one submitter and period; else from the name, else the next.
        variant: The form of the layout in which it comes; else the submitter's, else the one that the file shows.
        state: The state whose submitters may send; else the configured one.

    Raises:
        P20WError: The file is not what it should be; nothing of it was loaded, and an event says why.
    """
    started = time.perf_counter()
    path = Path(path)
    what = recognise(
        path,
        load_catalogue(),
        state or load_state(),
        layout=layout,
        submitter=submitter,
        period=period,
        sequence=sequence,
        variant=variant,
    )
    try:
        with Archive(warehouse.home.archive).receive(path) as received:
            delivery = _load(warehouse, what, received, path.name)
    except P20WError as error:
        # A database that is down is no fault of the file, and could not record one either.
        if not isinstance(error, DatabaseError):
            with suppress(DatabaseError):
                record_failure(warehouse, what.layout.key, path.name, error)
        raise
    return LoadResult(
        delivery_id=delivery.delivery_id,
        layout=what.layout.key,
        submitter=what.submitter,
        period=what.period,
        sequence=delivery.sequence,
        outcome=delivery.outcome,
        row_count=delivery.row_count,
        byte_count=received.byte_count,
        seconds=time.perf_counter() - started,
        file_name=path.name,
    )


@dataclass(frozen=True)
class _Delivery:
    """The delivery that a file became, or already is."""

    delivery_id: int
    sequence: int
    row_count: int
    outcome: Literal["loaded", "duplicate"]


def _load(warehouse: Warehouse, what: Recognised, received: Received, name: str) -> _Delivery:
    """Load a received file in one transaction, which ends with its place in the archive."""
    with warehouse.connect() as connection:
        raw_tables.lock(connection, "delivery", what.layout.key, what.submitter, what.period)
        known = _known_delivery(connection, what, received.sha256)
        if known is not None:
            record_event(connection, known.delivery_id, "duplicate", name)
            return known
        raw_tables.ensure_raw_table(connection, what.layout)
        sequence = _sequence(connection, what, name)
        delivery_id = _insert_delivery(connection, what, received, name, sequence)
        row_count = _copy(connection, what, received.path, name, delivery_id)
        _complete(connection, delivery_id, row_count, name)
        # A committed delivery must have its file; a file whose commit fails is only a file too many.
        received.keep()
    return _Delivery(delivery_id, sequence, row_count, "loaded")


def _known_delivery(connection: psycopg.Connection[Any], what: Recognised, sha256: str) -> _Delivery | None:
    row = connection.execute(
        "select delivery_id, sequence, coalesce(row_count, 0) from control.delivery"
        " where layout = %s and submitter = %s and period = %s and sha256 = %s",
        (what.layout.key, what.submitter, what.period, sha256),
    ).fetchone()
    return _Delivery(row[0], row[1], row[2], "duplicate") if row else None


def _sequence(connection: psycopg.Connection[Any], what: Recognised, name: str) -> int:
    """Return the declared sequence, or the next one; a sequence that is taken by other bytes is an error."""
    row = connection.execute(
        "select coalesce(max(sequence), 0) + 1, coalesce(bool_or(sequence = %s), false) from control.delivery"
        " where layout = %s and submitter = %s and period = %s",
        (what.sequence, what.layout.key, what.submitter, what.period),
    ).fetchone()
    following, is_taken = row or (1, False)
    if is_taken:
        raise P20WError(
            f"{name}: sequence {what.sequence} of {what.layout.key}, {what.submitter}, {what.period}"
            " is already loaded with other content.",
            f"If this file corrects it, load it with --sequence {following}, or name it so.",
        )
    return what.sequence or int(following)


def _insert_delivery(
    connection: psycopg.Connection[Any], what: Recognised, received: Received, name: str, sequence: int
) -> int:
    row = connection.execute(
        "insert into control.delivery"
        " (layout, submitter, period, sequence, layout_version, date_format, sha256, file_name, byte_count, status)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'loaded') returning delivery_id",
        (
            what.layout.key,
            what.submitter,
            what.period,
            sequence,
            what.version,
            what.layout.versions[what.version].date_format,
            received.sha256,
            name,
            received.byte_count,
        ),
    ).fetchone()
    return int(row[0]) if row else 0


def _complete(connection: psycopg.Connection[Any], delivery_id: int, row_count: int, name: str) -> None:
    connection.execute(
        "with delivery as (update control.delivery set row_count = %s, loaded_at = clock_timestamp()"
        " where delivery_id = %s returning delivery_id)"
        " insert into control.delivery_event (delivery_id, event, detail)"
        " select delivery_id, 'loaded', %s from delivery",
        (row_count, delivery_id, name),
    )


def _copy(
    connection: psycopg.Connection[Any], what: Recognised, path: Path, name: str, delivery_id: int
) -> int:
    """Send the file's rows into a new partition; return their number."""
    reader = open_reader(path, what.layout, what.version, name)
    raw_tables.create_partition(connection, what.layout, delivery_id)
    statement = raw_tables.copy_statement(what.layout, delivery_id, reader.columns, reader.copy_options)
    fault: DatabaseError | None = None
    try:
        row_count = copy_stream(connection, reader.chunks(), statement)
    except MisreadLineError:
        fault = DatabaseError("", sqlstate="22P04")
    except DatabaseError as error:
        if error.sqlstate not in _ROW_FAULTS:
            raise
        fault = error
    if fault is not None:
        raise _explained(reader, fault, name)
    raw_tables.attach_partition(connection, what.layout, delivery_id)
    # What goes back to the sender speaks of the lines and the column names of this file.
    connection.execute(
        "update control.delivery set first_line = %s, headers = %s::jsonb where delivery_id = %s",
        (reader.first_line, json.dumps(reader.headers), delivery_id),
    )
    return row_count


def _explained(reader: object, error: DatabaseError, name: str) -> P20WError:
    """Return the fault with its line and column in the file, as far as they can be found."""
    if isinstance(reader, DelimitedReader):
        from ingest.readers.diagnosis import explain

        found = explain(reader)
        if found is not None:
            return found
        line = f", line {error.line + reader.header_lines}" if error.line else ""
        return P20WError(
            f"{name}{line}: PostgreSQL cannot read the row (SQLSTATE {error.sqlstate}).",
            "Correct the file at its source and deliver it again; nothing of it was loaded.",
        )
    return error
