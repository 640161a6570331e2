"""Encoded deliveries in the warehouse: which person each of an agency's record numbers is, without its identifiers.

A delivery replaces the agency's earlier one. Kept are record numbers and the matched record, whose person the live run tells; the
encodings themselves are not kept. How records are linked is `link`'s business.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.encoded.encode import encode_population
from linkage.encoded.files import read_encodings
from linkage.encoded.keys import key_check
from linkage.encoded.link import EncodedResult, Limits, link_encoded
from linkage.runs.inputs import RECORDS
from warehouse.errors import P20WError
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    from pathlib import Path

    from linkage.encoded.schema import LinkageSchema
    from warehouse.connection import Warehouse

_PERSONS = "select record_id::text as record_id, person_id::text as person from identity.person_crosswalk"


@dataclass(frozen=True)
class Added:
    """What became of an encoded delivery."""

    records: int
    counts: dict[str, Any]


def add_delivery(
    warehouse: Warehouse,
    file: Path,
    agency: str,
    schema: LinkageSchema,
    secret: bytes,
    *,
    actor: str,
    limits: Limits | None = None,
) -> Added:
    """Link a file of encodings to the live run's persons and keep who is who, replacing the agency's earlier delivery.

    Args:
        warehouse: With a live linkage run.
        file: What the agency sent.
        agency: Its name, under which its record numbers are known.
        schema: The linkage schema of both sides.
        secret: The secret of both sides.
        actor: Who takes the delivery in.
        limits: What counts as a link.
    """
    limits = limits or Limits()
    sent = read_encodings(file)
    sent.fits(schema, key_check(schema, secret))
    run = warehouse.fetch_value("select linkage_run_id::text from control.linkage_run where status = 'live'")
    if run is None:
        raise P20WError("No linkage run is live.", "Run `p20w run` or `p20w link` first.")
    population = encode_population(
        warehouse.fetch_arrow(RECORDS), warehouse.fetch_arrow(_PERSONS), schema, secret
    )
    result = link_encoded(sent, population, schema, limits)
    _write(warehouse, file, agency, run, result, (schema, limits, sent.flip_share, actor))
    return Added(sent.count, result.counts)


def _write(
    warehouse: Warehouse,
    file: Path,
    agency: str,
    run: str,
    result: EncodedResult,
    how: tuple[LinkageSchema, Limits, float, str],
) -> None:
    import pyarrow as pa

    schema, limits, flip_share, actor = how
    delivery_id = str(uuid.uuid4())
    matches = result.matches.drop_columns(["person"])
    named = matches.append_column("encoded_delivery_id", pa.repeat(pa.scalar(delivery_id), matches.num_rows))
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with warehouse.connect() as connection:
        connection.execute("delete from identity.encoded_delivery where agency = %s", [agency])
        connection.execute(
            "insert into identity.encoded_delivery (encoded_delivery_id, agency, file_name, sha256, linkage_run_id, added_by,"
            " record_count, schema_digest, flip_share, threshold, counts)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [delivery_id, agency, file.name, digest, run, actor, matches.num_rows, schema.digest, flip_share,
             limits.threshold, json.dumps(result.counts)],
        )  # fmt: skip
        copy_arrow(connection, named, "identity", "encoded_match")


def list_deliveries(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return each agency's delivery, with whether the live run is the one that it was linked to."""
    return warehouse.fetch_dicts(
        """
        select d.*, d.linkage_run_id = live.linkage_run_id as is_of_live_run from identity.encoded_delivery as d
        left join control.linkage_run as live on live.status = 'live' order by d.agency
        """
    )


_EXPORTED = """
select m.record_number, m.status, x.person_id::text as person_id, m.dice, m.reason from identity.encoded_match as m
join identity.encoded_delivery as d using (encoded_delivery_id)
left join identity.person_crosswalk as x on x.record_id = m.record_id where d.agency = '{agency}' order by m.record_number
"""


def export_matches(warehouse: Warehouse, agency: str, file: Path) -> int:
    """Write an agency's record numbers with their persons to a CSV file that only this account may read; returns the rows."""
    from pyarrow import csv

    known = [row["agency"] for row in list_deliveries(warehouse)]
    if agency not in known:
        raise P20WError(
            f"There is no encoded delivery of {agency}.", f"There are: {', '.join(known) or 'none'}."
        )
    table = warehouse.fetch_arrow(_EXPORTED.format(agency=agency.replace("'", "''")))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        csv.write_csv(table, stream)
    return int(table.num_rows)
