"""Linkage in the warehouse: read the person records, link them, write a candidate run, check it, make it live.

What links is decided in `core`, who keeps an id in `persons`, what must hold in `checks`; how runs are kept is in `history`.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkage.core import LinkResult, link
from linkage.decisions.log import contradictions, in_force
from linkage.models.frequencies import ENOUGH_NAMES
from linkage.models.model import LinkModel, current_model, make_current
from linkage.records import check_records, record_digests, rows_of
from linkage.runs import checks, history
from linkage.runs.candidate import Candidate, event_counts
from linkage.runs.causes import give_reasons
from linkage.runs.increments import (
    Change,
    compare_records,
    forget_others,
    reason_for_full_run,
    spill_folder,
    standing_file,
)
from linkage.runs.inputs import FORMER, PREVIOUS, RECORDS, RunInput
from linkage.runs.levels import LEVELS
from linkage.runs.persons import Assignment, assign_persons, previous_schema
from warehouse.errors import P20WError
from warehouse.ledger import overridden, record_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from warehouse.connection import Warehouse
    from warehouse.state import State

logger = logging.getLogger(__name__)


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


def run_linkage(
    warehouse: Warehouse, state: State, *, model: LinkModel | None = None, options: Options | None = None
) -> LinkageSummary:
    """Bring the person crosswalk up to date with identity.person_record and people's decisions."""
    started = time.monotonic()
    options = options or Options()
    model = model or current_model(warehouse.home.models)
    records = check_records(warehouse.fetch_arrow(RECORDS))
    given = RunInput(records, record_digests(records), in_force(warehouse), model, state)
    live = history.live_run(warehouse)
    if live is not None and live.held and not options.replace_held:
        return _summary(live, "held", records, started)
    if live is not None and live.counts.get("fingerprint") == given.fingerprint() and not options.full:
        return _summary(live, "unchanged", records, started)
    previous = warehouse.fetch_arrow(PREVIOUS)
    change = compare_records(given.digests, previous.select(["record_id", "digest"]))
    why = reason_for_full_run(live, given.rules(), change, forced=options.full)
    run_id = str(uuid.uuid4())
    result = link(
        records,
        model,
        threshold=state.linkage.threshold,
        review_floor=state.linkage.review_floor,
        must_link=given.decisions.must,
        cannot_link=given.decisions.cannot,
        standing=None if why or live is None else standing_file(warehouse, live.linkage_run_id),
        keep=standing_file(warehouse, run_id),
        digests=given.digests,
        engine=state.linkage.engine,
        spark_master=state.linkage.spark_master,
        spill=spill_folder(warehouse),
        memory_gb=state.linkage.memory_gb,
    )
    _check(result, records)
    mode, why = _mode(why or result.full_because, change)
    kept = _kept_model(result.model, model, records, warehouse)
    assignment = _assign(warehouse, result, previous)
    counts = {
        **result.counts,
        "events": event_counts(assignment),
        "contradictions": len(contradictions(warehouse)),
        "thresholds": [level for level in LEVELS if level > state.linkage.threshold],
        "records_new": change.new,
        "records_changed": change.changed,
        "records_gone": change.gone,
        "rules": given.rules() | {"model": kept.version},
        "fingerprint": given.fingerprint(kept.version),
    }
    before = live.linkage_run_id if live else None
    candidate = Candidate(run_id, (mode, why, before), kept, state, result, assignment, given.digests, counts)
    with warehouse.connect() as connection:
        history.exclude_others(connection, before)
        history.abandon_candidates(connection)
        candidate.write(connection)
        if before is not None:
            give_reasons(connection, run_id, before)
        # Whoever judges the run joins these rows at once, and plans made without their statistics take hours.
        connection.execute("analyze identity.membership, identity.review_item")
    _go_live(warehouse, run_id, live, change, options)
    logger.info(
        "linkage run %s is live: %d records, %d persons",
        run_id,
        records.num_rows,
        counts["persons"],
    )
    made = history.live_run(warehouse)
    if made is None:
        raise P20WError("No linkage run is live.", "Run the step again.")
    return _summary(made, "live", records, started)


def _mode(full_because: str | None, change: Change) -> tuple[str, str]:
    """Say how the run came about, and why."""
    if full_because is not None:
        return "full", full_because
    if change.new or change.changed or change.gone:
        return "incremental", f"{change.new} new, {change.changed} changed, {change.gone} gone records"
    return "incremental", "only people's decisions changed"


def _assign(warehouse: Warehouse, result: LinkResult, previous: pa.Table) -> Assignment:
    """Give ids to the persons that the run touched: it holds every record of every earlier person among them."""
    former = warehouse.fetch_arrow(FORMER).cast(previous_schema())
    clusters, members = result.clusters, previous.select(previous_schema().names).cast(previous_schema())
    if result.touched is not None:
        clusters = rows_of(clusters, "record_id", result.touched)
        members = rows_of(members, "record_id", result.touched)
    return assign_persons(clusters, members, former)


def _go_live(
    warehouse: Warehouse, run_id: str, live: history.Run | None, change: Change, options: Options
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
        hint = "The earlier crosswalk stays live. See `p20w quality gates`."
    with warehouse.connect() as connection:
        history.exclude_others(connection, live.linkage_run_id if live else None)
        if findings:
            history.fail(connection, run_id, findings)
        else:
            detail = "drift was accepted by whoever started the run" if options.accept_drift else None
            history.go_live(connection, run_id, live.linkage_run_id if live else None, detail)
            if detail:
                entry = overridden("linkage drift accepted", f"linkage run {run_id}", reason=detail)
                record_in(connection, entry)
    before = live.linkage_run_id if live else None
    forget_others(warehouse, before if findings else run_id)
    if findings:
        raise P20WError(f"Linkage run {run_id[:8]} did not pass its checks: {'; '.join(findings)}.", hint)


def _kept_model(used: LinkModel, given: LinkModel, records: pa.Table, warehouse: Warehouse) -> LinkModel:
    """Keep the model and return it; the first run on a population freezes its name frequencies for later runs."""
    if given.frequencies is None and records.num_rows >= ENOUGH_NAMES:
        make_current(used, warehouse.home.models)
        return used
    given.save(warehouse.home.models)
    return given


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


def _summary(run: history.Run, outcome: str, records: pa.Table, started: float) -> LinkageSummary:
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
