"""Linkage in the warehouse: read the person records, link them, write a candidate run, check it, make it live.

What links is decided in `core`, who keeps an id in `persons`, what must hold in `checks`; how runs are kept is in `runs`.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkage import checks, runs
from linkage.causes import give_reasons
from linkage.core import LinkResult, link
from linkage.decisions import InForce, contradictions, in_force
from linkage.engine import open_database
from linkage.increments import (
    Change,
    compare_records,
    keep_standing,
    load_standing,
    reason_for_full_run,
)
from linkage.levels import LEVELS, members_at_levels
from linkage.model import LinkModel, current_model, make_current
from linkage.persons import Assignment, assign_persons, previous_schema
from linkage.records import WAGE_SOURCES, check_records
from linkage.train import DEFAULT_SEED, train
from warehouse.errors import P20WError
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import psycopg
    import pyarrow as pa

    from warehouse.connection import Warehouse
    from warehouse.state import State

logger = logging.getLogger(__name__)

LOGIC_VERSION = 4
"""Raised when standardisation, vetoes or clustering change, so that unchanged records are linked again."""

# The frequencies of fewer records say little of a population: until then each run counts its own.
_ENOUGH_NAMES = 1_000
RECORDS = """
select record_id::text as record_id, source, source_key, ssn, first_name, middle_name, last_name, generation_code,
    preferred_name, birthdate, sex, zip_code, other_first_names, other_last_names, set_aside, first_seen, last_seen
from identity.person_record
"""
_WAGES = ", ".join(f"'{source}'" for source in WAGE_SOURCES)
# A record that an agency issued weighs four times a spelling in a wage account.
_PREVIOUS = f"""
select m.record_id::text as record_id, m.person_id::text as person_id, first.started_at as since,
    case when s.source in ({_WAGES}) then 1 else 4 end::bigint as trust, m.digest
from identity.membership as m
join control.linkage_run as live on live.linkage_run_id = m.linkage_run_id and live.status = 'live'
join identity.source_record as s on s.record_id = m.record_id
join identity.person as p on p.person_id = m.person_id
left join control.linkage_run as first on first.linkage_run_id = p.first_linkage_run_id
"""
_FORMER = f"""
select m.record_id::text as record_id, m.person_id::text as person_id, first.started_at as since,
    case when s.source in ({_WAGES}) then 1 else 4 end::bigint as trust
from identity.person as p
join identity.membership as m on m.linkage_run_id = p.last_linkage_run_id and m.person_id = p.person_id
join identity.source_record as s on s.record_id = m.record_id
left join control.linkage_run as first on first.linkage_run_id = p.first_linkage_run_id
where p.status <> 'active'
"""


@dataclass(frozen=True)
class LinkageSummary:
    """What a linkage step did: `live` after a new run, `unchanged` where the live run still holds, `held` where people say so."""

    linkage_run_id: str
    outcome: str
    mode: str
    mode_reason: str
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
            "mode": self.mode,
            "why": self.mode_reason,
            "model_version": self.model_version,
            "records": self.record_count,
            "persons": self.person_count,
            "links": sum(self.counts["links_by_method"].values()),
            "review_items": sum(self.counts["review_by_reason"].values()),
            "contradicting_decisions": self.counts.get("contradictions", 0),
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class Options:
    """How people may steer one run.

    Attributes:
        full: Score everything again.
        accept_drift: Go live even if much moved without a reason in the records.
        replace_held: Replace a run that people put back; an automatic run never does.
        gate: Further checks of a candidate by its id, such as the rules of the quality gate; sentences of what is wrong.
    """

    full: bool = False
    accept_drift: bool = False
    replace_held: bool = False
    gate: Callable[[str], list[str]] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _Input:
    """All that a run follows from."""

    records: pa.Table
    digests: pa.Table
    decisions: InForce
    model: LinkModel
    state: State

    def rules(self) -> dict[str, Any]:
        return {
            "model": self.model.version,
            "logic": LOGIC_VERSION,
            "threshold": self.state.linkage.threshold,
            "review_floor": self.state.linkage.review_floor,
        }

    def fingerprint(self, model_version: str | None = None) -> str:
        """Digest of everything that the outcome follows from, whatever the order of the records."""
        rules = self.rules() | ({"model": model_version} if model_version else {})
        told = {
            **rules,
            "decisions": self.decisions.digest(),
            "records": _digest_of_all(self.digests),
        }
        return json.dumps(told, sort_keys=True)


def run_linkage(
    warehouse: Warehouse, state: State, *, model: LinkModel | None = None, options: Options | None = None
) -> LinkageSummary:
    """Bring the person crosswalk up to date with identity.person_record and people's decisions."""
    started = time.monotonic()
    options = options or Options()
    model = model or current_model(warehouse.home.models)
    records = check_records(warehouse.fetch_arrow(RECORDS))
    given = _Input(records, record_digests(records), in_force(warehouse), model, state)
    live = runs.live_run(warehouse)
    if live is not None and live.held and not options.replace_held:
        return _summary(live, "held", records, started)
    if live is not None and live.counts.get("fingerprint") == given.fingerprint() and not options.full:
        return _summary(live, "unchanged", records, started)
    previous = warehouse.fetch_arrow(_PREVIOUS)
    change = compare_records(given.digests, previous.select(["record_id", "digest"]))
    why = reason_for_full_run(live, given.rules(), change, forced=options.full)
    if why is None and model.frequencies is None:
        why = "in so few records names are counted anew in each run"
    standing = None if why or live is None else load_standing(warehouse, live)
    mode = "full" if standing is None else "incremental"
    why = why or (
        "the live run kept no scores"
        if standing is None
        else f"{change.new} new, {change.changed} changed, {change.gone} gone records"
        if change.new or change.changed or change.gone
        else "only people's decisions changed"
    )
    result = link(
        records,
        model,
        threshold=state.linkage.threshold,
        review_floor=state.linkage.review_floor,
        must_link=given.decisions.must,
        cannot_link=given.decisions.cannot,
        standing=standing,
    )
    _check(result, records)
    kept = _kept_model(result.model, model, records, warehouse)
    former = warehouse.fetch_arrow(_FORMER).cast(previous_schema())
    assignment = assign_persons(
        result.clusters, previous.select(previous_schema().names).cast(previous_schema()), former
    )
    counts = {
        **result.counts,
        "events": _event_counts(assignment),
        "contradictions": len(contradictions(warehouse)),
        "thresholds": [level for level in LEVELS if level > state.linkage.threshold],
        "records_new": change.new,
        "records_changed": change.changed,
        "records_gone": change.gone,
        "rules": given.rules() | {"model": kept.version},
        "fingerprint": given.fingerprint(kept.version),
    }
    run_id = str(uuid.uuid4())
    before = live.linkage_run_id if live else None
    with warehouse.connect() as connection:
        runs.exclude_others(connection, before)
        runs.abandon_candidates(connection)
        _write_run(connection, run_id, kept, state, counts, (mode, why, before))
        _write_result(connection, run_id, result, assignment, given.digests)
        _write_levels(connection, run_id, assignment.membership, result.edges, tuple(counts["thresholds"]))
        if before is not None:
            give_reasons(connection, run_id, before)
    _go_live(warehouse, run_id, live, change, options)
    logger.info("linkage run %s is live: %d records, %d persons", run_id, records.num_rows, counts["persons"])
    made = runs.live_run(warehouse)
    if made is None:
        raise P20WError("No linkage run is live.", "Run the step again.")
    return _summary(made, "live", records, started)


def _go_live(
    warehouse: Warehouse, run_id: str, live: runs.Run | None, change: Change, options: Options
) -> None:
    """Check the candidate and make it live, or keep it out and say why."""
    findings = checks.broken_invariants(warehouse, run_id)
    hint = "The earlier crosswalk stays live. Report this with the log of the run."
    if live is not None and not findings:
        found = checks.drift(warehouse, run_id, live)
        if not options.accept_drift:
            findings = checks.unexplained_drift(found, change.share)
            hint = (
                "The earlier crosswalk stays live. Look at `p20w link runs` and, if this is as it should be, "
                "run `p20w link --accept-drift`."
            )
    if not findings and options.gate is not None:
        findings = options.gate(run_id)
        hint = "The earlier crosswalk stays live. See `p20w quality`."
    with warehouse.connect() as connection:
        runs.exclude_others(connection, live.linkage_run_id if live else None)
        if findings:
            runs.fail(connection, run_id, findings)
        else:
            detail = "drift was accepted by whoever started the run" if options.accept_drift else None
            runs.go_live(connection, run_id, live.linkage_run_id if live else None, detail)
    if findings:
        raise P20WError(f"Linkage run {run_id[:8]} did not pass its checks: {'; '.join(findings)}.", hint)


def _kept_model(used: LinkModel, given: LinkModel, records: pa.Table, warehouse: Warehouse) -> LinkModel:
    """Keep the model and return it; the first run on a population freezes its name frequencies for later runs."""
    if given.frequencies is None and records.num_rows >= _ENOUGH_NAMES:
        make_current(used, warehouse.home.models)
        return used
    given.save(warehouse.home.models)
    return given


def train_model(warehouse: Warehouse, *, seed: int = DEFAULT_SEED) -> Path:
    """Train a model on the warehouse's own person records, for later runs to use; the path of its JSON."""
    return make_current(train(warehouse.fetch_arrow(RECORDS), seed=seed), warehouse.home.models)


def record_digests(records: pa.Table) -> pa.Table:
    """Return record_id and a 64-bit digest of all that linkage reads of each record."""
    # last_seen moves with every delivery and no rule of linkage reads it.
    table = records.drop_columns(["last_seen", "set_aside"])
    connection = open_database()
    try:
        connection.register("digested", table)
        return connection.execute(
            "select record_id, (md5_number_lower(d::varchar) >> 1)::bigint as digest from digested as d"
        ).to_arrow_table()
    finally:
        connection.close()


def _digest_of_all(digests: pa.Table) -> str:
    connection = open_database()
    try:
        connection.register("digested", digests)
        found = connection.execute(
            "select count(*) || ':' || coalesce(bit_xor(hash(record_id, digest)), 0)::varchar from digested"
        ).fetchall()[0][0]
        return str(found)
    finally:
        connection.close()


def _check(result: LinkResult, records: pa.Table) -> None:
    """Refuse a result that lost a record or gave one person two records of a source that issues one."""
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


def _write_run(
    connection: psycopg.Connection[Any],
    run_id: str,
    model: LinkModel,
    state: State,
    counts: dict[str, Any],
    mode: tuple[str, str, str | None],
) -> None:
    connection.execute(
        "insert into control.linkage_run (linkage_run_id, started_at, status, model_version, threshold, mode, mode_reason,"
        " based_on, counts) values (%s, now(), 'candidate', %s, %s, %s, %s, %s, %s::jsonb)",
        [run_id, model.version, state.linkage.threshold, *mode, json.dumps(counts)],
    )


def _write_result(
    connection: psycopg.Connection[Any],
    run_id: str,
    result: LinkResult,
    assignment: Assignment,
    digests: pa.Table,
) -> None:
    import pyarrow as pa

    for table, relation in (
        (assignment.membership.join(digests, "record_id"), "membership"),
        (result.edges, "edge"),
        (result.conflicts, "review_item"),
        (assignment.events, "person_event"),
    ):
        named = table.append_column("linkage_run_id", pa.repeat(pa.scalar(run_id), table.num_rows))
        copy_arrow(connection, named, "identity", relation)
    keep_standing(connection, run_id, result.standing)


def _write_levels(
    connection: psycopg.Connection[Any],
    run_id: str,
    membership: pa.Table,
    edges: pa.Table,
    levels: tuple[float, ...],
) -> None:
    import pyarrow as pa

    table = members_at_levels(membership, edges, levels)
    named = table.append_column("linkage_run_id", pa.repeat(pa.scalar(run_id), table.num_rows))
    copy_arrow(connection, named, "identity", "membership_at")


def _event_counts(assignment: Assignment) -> dict[str, int]:
    import pyarrow.compute as pc

    counted = pc.value_counts(assignment.events["event"]).to_pylist()
    return {
        entry["values"]: entry["counts"] for entry in sorted(counted, key=lambda entry: str(entry["values"]))
    }


def _summary(run: runs.Run, outcome: str, records: pa.Table, started: float) -> LinkageSummary:
    return LinkageSummary(
        run.linkage_run_id,
        outcome,
        run.mode,
        run.mode_reason or "",
        run.model_version or "",
        records.num_rows,
        int(run.counts["persons"]),
        run.counts,
        time.monotonic() - started,
    )
