"""The record of a delivery in control.delivery, from its first row in the warehouse to its last.

Belongs here: writing it while the delivery is loaded. Must not come here: the rows themselves, what the gate decides.
"""

import datetime
import json
from dataclasses import dataclass
from typing import Any

import psycopg

from ingest.archive import Received
from ingest.recognise import Recognised


@dataclass(frozen=True)
class LoadedRows:
    """What COPY took.

    Attributes:
        row_count: how many rows.
        first_line: where the first one stood in the file.
        headers: what the file calls its columns.
        is_trimmed: whether no value is an empty text, or begins or ends with a blank; None where nobody looked.
        plain_numbers: number columns known to hold digits alone, with no more than a decimal point.
    """

    row_count: int
    first_line: int | None
    headers: list[tuple[str, str]]
    is_trimmed: bool | None
    plain_numbers: list[str] | None


def begin_record(
    connection: psycopg.Connection[Any],
    what: Recognised,
    name: str,
    sequence: int,
    arrived: datetime.datetime | None,
) -> int:
    """Write the record of a delivery that is about to be loaded; return its number."""
    # Its checksum follows: nobody sees the row before all is there.
    row = connection.execute(
        "insert into control.delivery"
        " (layout, submitter, period, sequence, layout_version, date_format, sha256, file_name,"
        " is_amendment, received_at, status)"
        " values (%s, %s, %s, %s, %s, %s, '', %s, %s, least(coalesce(%s, now()), now()), 'loaded')"
        " returning delivery_id",
        (
            what.layout.key,
            what.submitter,
            what.period,
            sequence,
            what.version,
            what.layout.versions[what.version].date_format,
            name,
            what.is_amendment,
            arrived,
        ),
    ).fetchone()
    return int(row[0]) if row else 0


def complete_record(
    connection: psycopg.Connection[Any], delivery_id: int, rows: LoadedRows, received: Received, name: str
) -> None:
    """Write what is known once all rows are there, and that they are."""
    connection.execute(
        "with delivery as (update control.delivery set sha256 = %s, byte_count = %s, row_count = %s,"
        " first_line = %s, headers = %s::jsonb, is_trimmed = %s, plain_numbers = %s::jsonb, loaded_at = clock_timestamp()"
        " where delivery_id = %s returning delivery_id)"
        " insert into control.delivery_event (delivery_id, event, detail)"
        " select delivery_id, 'loaded', %s from delivery",
        (
            received.sha256,
            received.byte_count,
            rows.row_count,
            rows.first_line,
            json.dumps(rows.headers),
            rows.is_trimmed,
            None if rows.plain_numbers is None else json.dumps(rows.plain_numbers),
            delivery_id,
            name,
        ),
    )
