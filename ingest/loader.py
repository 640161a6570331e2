"""One delivered file into its raw table: wholly or not at all, and never twice.

Belongs here: the transaction of a delivery. Must not come here: file formats (readers), names (recognise),
folders of waiting files (landing).
"""

import datetime
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from ingest import raw_tables
from ingest.admission import known_delivery, next_sequence
from ingest.archive import Archive, Received, unreadable
from ingest.catalogue import load_catalogue
from ingest.events import record_event, record_failure
from ingest.readers.choice import open_reader
from ingest.readers.delimited import DelimitedReader, MisreadLineError
from ingest.recognise import Recognised, recognise
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError, redacted
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
    sha256: str = ""


def load_file(
    warehouse: Warehouse,
    path: Path | str,
    *,
    layout: str | None = None,
    submitter: str | None = None,
    period: str | None = None,
    sequence: int | None = None,
    variant: str | None = None,
    amends: bool = False,
    again: bool = False,
    state: State | None = None,
    connection: psycopg.Connection[Any] | None = None,
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
        amends: Its rows replace single rows of earlier deliveries; else as the name says.
        again: The content is meant although it was withdrawn, or is a delivery of another period or submitter.
        state: The state whose submitters may send; else the configured one.
        connection: One in autocommit mode to load several files through; else a new one.

    Raises:
        P20WError: The file is not what it should be; nothing of it was loaded, and an event says why.
    """
    started = time.perf_counter()
    path = Path(path)
    state = state or load_state()
    what = recognise(
        path,
        load_catalogue(),
        state,
        layout=layout,
        submitter=submitter,
        period=period,
        sequence=sequence,
        variant=variant,
        amends=amends,
    )
    try:
        arrived = _arrival(path, state)
        with (
            Archive(warehouse.home.archive).receive(path) as received,
            _transaction(warehouse, connection) as transaction,
        ):
            delivery = _load(transaction, what, received, path.name, arrived, again)
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
        sha256=received.sha256,
    )


@contextmanager
def _transaction(
    warehouse: Warehouse, connection: psycopg.Connection[Any] | None
) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of its own for one delivery, on the given connection while that one lives."""
    if connection is None or connection.closed:
        with warehouse.connect() as fresh:
            yield fresh
        return
    with redacted(), connection.transaction():
        yield connection


def _arrival(path: Path, state: State) -> datetime.datetime | None:
    """When the file came, where the state says that its time tells; else None: it comes now."""
    if state.landing.arrival != "file_time":
        return None
    try:
        return datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    except OSError as error:
        raise unreadable(path, error) from None


@dataclass(frozen=True)
class _Delivery:
    """The delivery that a file became, or already is."""

    delivery_id: int
    sequence: int
    row_count: int
    outcome: Literal["loaded", "duplicate"]


def _load(
    connection: psycopg.Connection[Any],
    what: Recognised,
    received: Received,
    name: str,
    arrived: datetime.datetime | None,
    again: bool,
) -> _Delivery:
    """Load a received file within one transaction, whose last step is its place in the archive."""
    known = known_delivery(connection, what, received.sha256, name, again=again)
    if known is not None:
        record_event(connection, known.delivery_id, "duplicate", name)
        return _Delivery(known.delivery_id, known.sequence, known.row_count, "duplicate")
    raw_tables.ensure_raw_table(connection, what.layout)
    sequence = next_sequence(connection, what, name)
    delivery_id = _insert_delivery(connection, what, received, name, sequence, arrived)
    row_count = _copy(connection, what, received.path, name, delivery_id)
    _complete(connection, delivery_id, row_count, name)
    # A committed delivery must have its file; a file whose commit fails is only a file too many.
    received.keep()
    return _Delivery(delivery_id, sequence, row_count, "loaded")


def _insert_delivery(
    connection: psycopg.Connection[Any],
    what: Recognised,
    received: Received,
    name: str,
    sequence: int,
    arrived: datetime.datetime | None,
) -> int:
    row = connection.execute(
        "insert into control.delivery"
        " (layout, submitter, period, sequence, layout_version, date_format, sha256, file_name, byte_count,"
        " is_amendment, received_at, status)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, least(coalesce(%s, now()), now()), 'loaded')"
        " returning delivery_id",
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
            what.is_amendment,
            arrived,
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
