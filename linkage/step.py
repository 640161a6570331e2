"""Linkage in the warehouse: read the person records, link them, write one run and make it live, all or nothing.

The only module of this package that knows the database. What links is decided in `core`, who keeps an id in `persons`.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.core import LinkResult, link
from linkage.engine import open_database
from linkage.model import LinkModel, current_model, make_current
from linkage.persons import Assignment, assign_persons, previous_schema
from linkage.records import check_records
from linkage.train import DEFAULT_SEED, train
from warehouse.errors import P20WError
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg
    import pyarrow as pa

    from warehouse.connection import Warehouse
    from warehouse.state import State

logger = logging.getLogger(__name__)

LOGIC_VERSION = 2
"""Raised when standardisation, vetoes or clustering change, so that unchanged records are linked again."""

_LOCK = 20_200_200
# The frequencies of fewer records say little of a population: until then each run counts its own.
_ENOUGH_NAMES = 1_000
_RECORDS = """
select record_id::text as record_id, source, source_key, ssn, first_name, middle_name, last_name, generation_code,
    preferred_name, birthdate, sex, zip_code, other_first_names, other_last_names, set_aside, first_seen, last_seen
from identity.person_record
"""
_PREVIOUS = """
select m.record_id::text as record_id, m.person_id::text as person_id, first.started_at as since
from identity.membership as m
join control.linkage_run as live on live.linkage_run_id = m.linkage_run_id and live.status = 'live'
join identity.person as p on p.person_id = m.person_id
left join control.linkage_run as first on first.linkage_run_id = p.first_linkage_run_id
"""


@dataclass(frozen=True)
class LinkageSummary:
    """What a linkage step did: `live` after a new run, `unchanged` where the live run still holds."""

    linkage_run_id: str
    outcome: str
    model_version: str
    record_count: int
    person_count: int
    counts: dict[str, Any]
    seconds: float

    def metadata(self) -> dict[str, Any]:
        """Return what a log, a table of runs or Dagster shows of the step: numbers and versions only."""
        return {
            "outcome": self.outcome,
            "linkage_run_id": self.linkage_run_id,
            "model_version": self.model_version,
            "records": self.record_count,
            "persons": self.person_count,
            "links": sum(self.counts["links_by_method"].values()),
            "review_items": sum(self.counts["review_by_reason"].values()),
            "seconds": round(self.seconds, 1),
        }


def run_linkage(warehouse: Warehouse, state: State, *, model: LinkModel | None = None) -> LinkageSummary:
    """Bring the person crosswalk up to date with identity.person_record."""
    started = time.monotonic()
    model = model or current_model(warehouse.home.models)
    records = check_records(warehouse.fetch_arrow(_RECORDS))
    fingerprint = _fingerprint(records, model, state)
    live = _live_run(warehouse)
    if live is not None and live["counts"].get("fingerprint") == fingerprint:
        return _summary(live["linkage_run_id"], "unchanged", model, records, live["counts"], started)
    result = link(records, model, threshold=state.linkage.threshold, review_floor=state.linkage.review_floor)
    _check(result, records)
    model = _kept_model(result.model, model, records, warehouse)
    previous = warehouse.fetch_arrow(_PREVIOUS).cast(previous_schema())
    assignment = assign_persons(result.clusters, previous)
    counts = {
        **result.counts,
        "events": _event_counts(assignment),
        "fingerprint": _fingerprint(records, model, state),
    }
    run_id = uuid.uuid4()
    with warehouse.connect() as connection:
        _exclude_others(connection, live["linkage_run_id"] if live else None)
        _write_run(connection, run_id, model, state, counts)
        _write_result(connection, run_id, result, assignment)
        _make_live(connection, run_id)
    logger.info("linkage run %s is live: %d records, %d persons", run_id, records.num_rows, counts["persons"])
    return _summary(str(run_id), "live", model, records, counts, started)


def _kept_model(used: LinkModel, given: LinkModel, records: pa.Table, warehouse: Warehouse) -> LinkModel:
    """Keep the model and return it; the first run on a population freezes its name frequencies for later runs."""
    if given.frequencies is None and records.num_rows >= _ENOUGH_NAMES:
        make_current(used, warehouse.home.models)
        return used
    given.save(warehouse.home.models)
    return given


def train_model(warehouse: Warehouse, *, seed: int = DEFAULT_SEED) -> Path:
    """Train a model on the warehouse's own person records, for later runs to use; the path of its JSON."""
    return make_current(train(warehouse.fetch_arrow(_RECORDS), seed=seed), warehouse.home.models)


def _fingerprint(records: pa.Table, model: LinkModel, state: State) -> str:
    """Digest of everything that a run's outcome follows from, whatever the order of the records."""
    # last_seen moves with every delivery and no rule of linkage reads it.
    table = records.drop_columns(["last_seen", "set_aside"])
    connection = open_database()
    try:
        connection.register("fingerprinted", table)
        low, high = connection.execute(
            "select coalesce(bit_xor(md5_number_lower(r::varchar)), 0), coalesce(bit_xor(md5_number_upper(r::varchar)), 0)"
            " from fingerprinted as r"
        ).fetchall()[0]
    finally:
        connection.close()
    rules = f"{LOGIC_VERSION}:{model.version}:{state.linkage.threshold}:{state.linkage.review_floor}"
    return f"{rules}:{records.num_rows}:{high:016x}{low:016x}"


def _live_run(warehouse: Warehouse) -> dict[str, Any] | None:
    rows = warehouse.fetch_dicts(
        "select linkage_run_id::text as linkage_run_id, counts from control.linkage_run where status = 'live'"
    )
    return rows[0] if rows else None


def _check(result: LinkResult, records: pa.Table) -> None:
    """Refuse a run that lost a record or gave one person two records of a source that issues one."""
    if result.clusters.num_rows != records.num_rows:
        raise P20WError(
            f"Linkage placed {result.clusters.num_rows} of {records.num_rows} person records.",
            "The earlier crosswalk stays live. Report this with the log of the run.",
        )
    if result.counts["violations"]:
        raise P20WError(
            f"Linkage gave {result.counts['violations']} person(s) two records of a source that issues one per person.",
            "The earlier crosswalk stays live. Report this with the log of the run.",
        )


def _exclude_others(connection: psycopg.Connection[Any], live_before: str | None) -> None:
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    row = connection.execute(
        "select linkage_run_id::text from control.linkage_run where status = 'live'"
    ).fetchone()
    if (row[0] if row else None) != live_before:
        raise P20WError(
            "Another linkage run went live meanwhile.", "Run the step again: it starts from that run."
        )


def _write_run(
    connection: psycopg.Connection[Any],
    run_id: uuid.UUID,
    model: LinkModel,
    state: State,
    counts: dict[str, Any],
) -> None:
    connection.execute(
        "insert into control.linkage_run (linkage_run_id, started_at, status, model_version, threshold, counts)"
        " values (%s, now(), 'candidate', %s, %s, %s::jsonb)",
        [run_id, model.version, state.linkage.threshold, json.dumps(counts)],
    )


def _write_result(
    connection: psycopg.Connection[Any], run_id: uuid.UUID, result: LinkResult, assignment: Assignment
) -> None:
    def copy(table: pa.Table, relation: str, run_column: str = "linkage_run_id") -> None:
        copy_arrow(connection, _with_constant(table, run_column, str(run_id)), "identity", relation)

    copy(assignment.created, "person", "first_linkage_run_id")
    copy(assignment.membership, "membership")
    copy(result.edges, "edge")
    copy(result.conflicts, "review_item")
    copy(assignment.events, "person_event")
    for table, statement in (
        (
            assignment.merged,
            "update identity.person as p set status = 'merged', merged_into = c.merged_into"
            " from person_change as c where c.person_id = p.person_id",
        ),
        (
            assignment.retired,
            "update identity.person as p set status = 'retired' from person_change as c where c.person_id = p.person_id",
        ),
    ):
        connection.execute(
            "create temp table person_change (person_id uuid, merged_into uuid) on commit drop"
        )
        copy_arrow(connection, table, "pg_temp", "person_change")
        connection.execute(statement)
        connection.execute("drop table person_change")


def _make_live(connection: psycopg.Connection[Any], run_id: uuid.UUID) -> None:
    connection.execute("update control.linkage_run set status = 'retired' where status = 'live'")
    connection.execute(
        "update control.linkage_run set status = 'live', finished_at = clock_timestamp() where linkage_run_id = %s",
        [run_id],
    )
    # The next steps join on these tables at once, before autovacuum comes by.
    connection.execute("analyze identity.membership, identity.person")


def _with_constant(table: pa.Table, name: str, value: str) -> pa.Table:
    import pyarrow as pa

    return table.append_column(name, pa.repeat(pa.scalar(value), table.num_rows))


def _event_counts(assignment: Assignment) -> dict[str, int]:
    import pyarrow.compute as pc

    counted = pc.value_counts(assignment.events["event"]).to_pylist()
    return {
        entry["values"]: entry["counts"] for entry in sorted(counted, key=lambda entry: str(entry["values"]))
    }


def _summary(
    run_id: str, outcome: str, model: LinkModel, records: pa.Table, counts: dict[str, Any], started: float
) -> LinkageSummary:
    return LinkageSummary(
        run_id,
        outcome,
        model.version,
        records.num_rows,
        int(counts["persons"]),
        counts,
        time.monotonic() - started,
    )
