"""One delivered file into its raw table: wholly or not at all, and never twice.

Belongs here: the transaction of a delivery. Must not come here: file formats (readers), names (recognise),
folders of waiting files (landing).
"""

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from ingest import raw_tables
from ingest.admission import KnownDelivery, keep_key, known_delivery, may_be_known, next_sequence
from ingest.archive import Archive, Received, unreadable
from ingest.catalogue import load_catalogue
from ingest.delivery_record import LoadedRows, begin_record, complete_record
from ingest.events import record_event, record_failure
from ingest.permission import NothingAsked, Permission
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
    permission: Permission | None = None,
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
        permission: Asked before anything of the file is taken.
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
        (permission or NothingAsked()).check(what.layout, what.version, what.submitter)
        arrived = _arrival(path, state)
        with Archive(warehouse.home.archive).receive(path) as received:
            delivery = _deliver(warehouse, connection, what, received, path.name, arrived, again)
            byte_count, sha256 = received.byte_count, received.sha256
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
        byte_count=byte_count,
        seconds=time.perf_counter() - started,
        file_name=path.name,
        sha256=sha256,
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


class _KnownError(Exception):
    """The content turned out to be a delivery already: what was loaded of it is taken back."""

    def __init__(self, delivery: KnownDelivery) -> None:
        super().__init__()
        self.delivery = delivery


def _deliver(
    warehouse: Warehouse,
    connection: psycopg.Connection[Any] | None,
    what: Recognised,
    received: Received,
    name: str,
    arrived: datetime.datetime | None,
    again: bool,
) -> _Delivery:
    """Make the file a delivery; only note it where its content is one already."""
    try:
        with _transaction(warehouse, connection) as transaction:
            return _load(transaction, what, received, name, arrived, again)
    except _KnownError as error:
        known = error.delivery
    with _transaction(warehouse, connection) as transaction:
        record_event(transaction, known.delivery_id, "duplicate", name)
    return _Delivery(known.delivery_id, known.sequence, known.row_count, "duplicate")


def _load(
    connection: psycopg.Connection[Any],
    what: Recognised,
    received: Received,
    name: str,
    arrived: datetime.datetime | None,
    again: bool,
) -> _Delivery:
    """Load a file within one transaction, whose last step is its place in the archive.

    Its rows go in while it is still copied and hashed, unless its size says that its content may be known.
    """
    keep_key(connection, what)
    raw_tables.ensure_raw_table(connection, what.layout)
    if may_be_known(connection, received.expected_bytes):
        _check_content(connection, what, received, name, again)
    sequence = next_sequence(connection, what, name)
    delivery_id = begin_record(connection, what, name, sequence, arrived)
    loaded = _copy(connection, what, received, name, delivery_id)
    # Others may have loaded the same bytes meanwhile, for another key.
    _check_content(connection, what, received, name, again)
    raw_tables.attach_partition(connection, what.layout, delivery_id)
    complete_record(connection, delivery_id, loaded, received, name)
    # A committed delivery must have its file; a file whose commit fails is only a file too many.
    received.keep()
    return _Delivery(delivery_id, sequence, loaded.row_count, "loaded")


def _check_content(
    connection: psycopg.Connection[Any], what: Recognised, received: Received, name: str, again: bool
) -> None:
    known = known_delivery(connection, what, received.sha256, name, again=again)
    if known is not None:
        raise _KnownError(known)


def _copy(
    connection: psycopg.Connection[Any], what: Recognised, received: Received, name: str, delivery_id: int
) -> LoadedRows:
    """Send the file's rows into a new partition."""
    reader = open_reader(received, what.layout, what.version, name)
    raw_tables.create_partition(connection, what.layout, delivery_id)
    row_count = 0
    fault: DatabaseError | None = None
    try:
        for options, chunks in reader.parts():
            statement = raw_tables.copy_statement(what.layout, delivery_id, reader.columns, options)
            row_count += copy_stream(connection, chunks, statement)
    except MisreadLineError:
        fault = DatabaseError("", sqlstate="22P04")
    except DatabaseError as error:
        if error.sqlstate not in _ROW_FAULTS:
            raise
        fault = error
    if fault is not None:
        raise _explained(reader, fault, name, row_count)
    return LoadedRows(row_count, reader.first_line, reader.headers, reader.is_trimmed, reader.plain_numbers)


def _explained(reader: object, error: DatabaseError, name: str, rows_before: int) -> P20WError:
    """Return the fault with its line and column in the file, as far as they can be found."""
    if isinstance(reader, DelimitedReader):
        from ingest.readers.diagnosis import explain

        found = explain(reader)
        if found is not None:
            return found
        line = f", line {error.line + rows_before + reader.header_lines}" if error.line else ""
        return P20WError(
            f"{name}{line}: PostgreSQL cannot read the row (SQLSTATE {error.sqlstate}).",
            "Correct the file at its source and deliver it again; nothing of it was loaded.",
        )
    return error
