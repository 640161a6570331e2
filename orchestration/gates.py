"""The gates before a linkage run goes live and before a release: joins `quality_checks` with `linkage` and `governance`.

Belongs here: calling them and keeping what they found. Must not come here: what must hold (quality_checks.plausibility),
what follows from it (linkage, governance).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quality_checks.plausibility.results import GateRun, keep
from warehouse.connection import acting
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from governance.release import ReleaseSummary
    from linkage.runs.step import LinkageSummary, Options
    from warehouse.connection import Warehouse
    from warehouse.state import State


class LinkageRefused(P20WError):
    """The rules of the gate kept a linkage run out."""

    def __init__(self, error: P20WError, run_id: str) -> None:
        super().__init__(error.message, error.hint)
        self.run_id = run_id


def link(warehouse: Warehouse, state: State, options: Options | None = None) -> LinkageSummary:
    """Make a linkage run that goes live only when the rules of the gate hold; what they found is stored either way."""
    from linkage.runs.step import Options as LinkageOptions
    from linkage.runs.step import run_linkage
    from orchestration.approvals import with_approved_linkage
    from quality_checks.plausibility.judge import judge_linkage

    chosen = options or LinkageOptions()
    refused: list[str] = []

    approved = with_approved_linkage(warehouse, state)
    steward = warehouse.under("steward")

    def gate(run_id: str) -> list[str]:
        judged = judge_linkage(steward, run_id)
        keep(steward, judged)
        findings = judged.refusals_without_drift if chosen.accept_drift else judged.refusals
        refused.extend([run_id] if findings else [])
        return findings

    try:
        return run_linkage(warehouse.under("linker"), approved, options=replace(chosen, gate=gate))
    except P20WError as error:
        if refused:
            raise LinkageRefused(error, refused[0]) from None
        raise


def release(warehouse: Warehouse, state: State) -> ReleaseSummary:
    """Make a release of numbers for which the rules of the gate hold, unless the newest one says the same."""
    from governance.release import make_release
    from governance.release_history import tell_releases

    publisher = warehouse.under("publisher")
    made = _released(warehouse, state, lambda gate: make_release(publisher, state, gate=gate))
    tell_releases(publisher)
    return made


def try_release(warehouse: Warehouse, state: State) -> ReleaseSummary:
    """Make a release and take it back; what the gate found is stored as of a real one."""
    from governance.release import check_release

    publisher = warehouse.under("publisher")
    return _released(warehouse, state, lambda gate: check_release(publisher, state, gate=gate))


def _released(
    warehouse: Warehouse,
    state: State,
    make: Callable[[Callable[[Connection[Any]], GateRun]], ReleaseSummary],
) -> ReleaseSummary:
    from governance.agreements.publication import require_publication
    from orchestration.approvals import require_approved_definitions
    from orchestration.elements import elements_by_indicator
    from quality_checks.plausibility.judge import judge_release

    require_publication(warehouse, state, elements_by_indicator())
    require_approved_definitions(warehouse, state)
    judged: list[GateRun] = []

    def gate(connection: Connection[Any]) -> GateRun:
        # What is published is compared with what it was made from, which the publisher may not read.
        with acting(connection, "steward"):
            judged.append(judge_release(connection))
        return judged[-1]

    try:
        return make(gate)
    finally:
        # After the release's own transaction, which a refusal takes back.
        for run in judged:
            keep(warehouse.under("steward"), run)
