"""Makes a release: the only writer of the schema `published`.

The whole path from the cube to the shown text is here; the rules it applies are in `disclosure`, and whether the
result may go out is decided in `attacker`. A true number must never be written: what is stored is text or a code.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from governance.attacker.published import Finding, Reader, attack_release
from governance.disclosure.policy import SYNTHETIC_PRESET, DisclosurePolicy
from governance.pooling import Known, counted_again
from governance.protection import Loss
from governance.release_approval import SHORT, missing_approvals
from governance.release_cells import Decided, decide, refuse_unknown
from governance.release_source import (
    check_cohort_choice,
    read_cohorts,
    read_counted_again,
    read_history,
    read_limitations,
    read_places,
    read_registry,
    read_windows,
)
from governance.release_store import ReleaseContent, read_coverage, unchanged_release, write_release
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg import Connection

    from warehouse.connection import Warehouse
    from warehouse.state import State

_SYNTHETIC_NOTE = (
    "This state does not exist. Every number comes from simulated people, made to try out the warehouse."
)


class NothingToPublish(P20WError):
    """The deliveries so far complete no cohort of any indicator."""


class ReleaseRefused(P20WError):
    """Nothing was published: a hidden number could be worked out, a number is not plausible, or an approval is missing."""


class Judgement(Protocol):
    """What a gate says of the numbers that a release would be made from: sentences that name places, never numbers."""

    @property
    def refusals(self) -> list[str]:
        """With any of these nothing is published."""

    @property
    def repairs(self) -> str:
        """What to do about the refusals."""

    @property
    def warnings(self) -> list[str]:
        """What the steward should know."""


class _OnlyTried(Exception):
    """Takes back what a check has written."""


if TYPE_CHECKING:
    Gate = Callable[[Connection[Any]], Judgement]


@dataclass(frozen=True)
class ReleaseSummary:
    """What a call of `make_release` did."""

    release_id: int
    is_new: bool
    shown_cells: int
    hidden_cells: int
    loss: Loss
    warnings: tuple[str, ...] = ()
    #: The fingerprint of what the release says, by which offices approve it.
    content: str = ""
    #: Offices that have not approved it.
    waits_for: tuple[str, ...] = ()


def build_release(warehouse: Warehouse, state: State) -> int:
    """Publish what may be published and return the release's id; the existing id where nothing changed."""
    return make_release(warehouse, state).release_id


def check_release(warehouse: Warehouse, state: State, *, gate: Gate | None = None) -> ReleaseSummary:
    """Make a release, let the gate and the attacker try it, and take it back."""
    found: list[ReleaseSummary] = []
    try:
        with warehouse.connect() as connection:
            found.append(_make(connection, state, gate, must_be_approved=False))
            raise _OnlyTried
    except _OnlyTried:
        return found[0]


def make_release(warehouse: Warehouse, state: State, *, gate: Gate | None = None) -> ReleaseSummary:
    """Write one new immutable release, unless the newest one says the same already.

    Everything happens in one transaction, so that readers see the old releases or the new one as a whole.
    A cell that was ever hidden stays hidden, for the same indicator, cohort and place, whatever it holds now:
    its neighbours were shown then. A cell that was shown and has become too small is hidden from now on; the
    attacker knows what it showed.

    Args:
        warehouse: where the numbers are.
        state: its disclosure policy.
        gate: judges the numbers in the release's own transaction, whether they are whole and plausible.

    Raises:
        ReleaseRefused: the gate or the attacker found something, or an approval is missing.
    """
    with warehouse.connect() as connection:
        return _make(connection, state, gate, must_be_approved=True)


def _make(
    connection: Connection[Any], state: State, gate: Gate | None, *, must_be_approved: bool
) -> ReleaseSummary:
    connection.execute("set transaction isolation level repeatable read")
    # Before the first query, so that the snapshot is taken after a concurrent release has ended.
    connection.execute("lock table control.release in share row exclusive mode")
    policy = DisclosurePolicy.from_settings(state.disclosure)
    content, decided = content_of(connection, state.name, policy)
    warnings = _judge(gate(connection)) if gate else []
    existing = unchanged_release(connection, content)
    waits_for: list[str] = []
    if existing is None:
        waits_for = missing_approvals(connection, state.disclosure.approvals, content.digest())
        if must_be_approved and waits_for:
            raise _not_approved(content.digest(), waits_for)
        release_id = write_release(connection, content)
        _refuse(attack_release(connection, release_id, decided.withstood))
    else:
        release_id = existing
    hidden = sum(cell.shown_count is None for cell in content.cells)
    return ReleaseSummary(
        release_id, existing is None, len(content.cells) - hidden, hidden, decided.loss, tuple(warnings),
        content.digest(), tuple(waits_for),
    )  # fmt: skip


def content_of(
    connection: Connection[Any], state_name: str, policy: DisclosurePolicy, before: int | None = None
) -> tuple[ReleaseContent, Decided]:
    """What a release would say now, after the releases before it."""
    _check_cube_exists(connection)
    check_cohort_choice(connection, pooled=policy.cohorts == "pooled", before=before)
    registry = read_registry(connection)
    cohorts = read_cohorts(connection, policy)
    if not cohorts:
        raise NothingToPublish(
            "No cohort is complete yet, so there is nothing to publish.",
            "Load the files that its outcomes are measured in, then run the models again.",
        )
    known = Known(read_windows(connection, before), read_counted_again(connection))
    # Of a pool in which many count twice nobody can say how many people a number stands for.
    cohorts = [
        true
        for true in cohorts
        if counted_again(known.counted_again.get((true.code, true.version), {}), true.pool)
        <= policy.min_count
    ]
    if not cohorts:
        raise NothingToPublish(
            "In every indicator people count in several cohorts, which cannot be pooled.",
            "Set `cohorts: single` in the state file, where no release has shown pooled cohorts.",
        )
    refuse_unknown(cohorts, registry)
    reader = Reader(connection, 2**31 - 1 if before is None else before - 1)
    places = read_places(connection, policy)
    pools = {true.code: true.pool for true in cohorts if true.pool}
    history = read_history(connection, before, pools)
    decided = decide(cohorts, registry, places, history, reader.cohort, policy, state_name, pooling=known)
    periods: dict[str, list[str]] = defaultdict(list)
    for true in cohorts:
        periods[true.code] += true.pool or [true.cohort]
    content = ReleaseContent(
        state_name,
        _SYNTHETIC_NOTE if policy.preset == SYNTHETIC_PRESET else None,
        [registry[key] for key in sorted({(c.code, c.version) for c in cohorts})],
        decided.cells,
        policy,
        read_limitations(connection, set(periods)),
        decided.categories,
        _with_left_out(read_coverage(connection, periods), decided),
        pools,
        decided.windows,
    )
    return content, decided


def _with_left_out(coverage: dict[str, str], decided: Decided) -> dict[str, str]:
    """The coverage, with sentences on tables that are pooled, or that only their coarser ones show."""
    for code, tables in decided.pooled.items():
        coverage[code] += (
            f" Of several cohorts together, since of each most would be hidden: {_named(tables)}."
        )
    for code, tables in decided.left_out.items():
        coverage[code] += f" Left out, since most of it would be hidden: {_named(tables)}."
    return coverage


def _named(tables: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{table} ({', '.join(cohorts)})" for table, cohorts in sorted(tables.items()))


def _check_cube_exists(connection: Connection[Any]) -> None:
    row = connection.execute(
        "select to_regclass('indicators.cube') is not null and to_regclass('indicators.registry') is not null"
    ).fetchone()
    if row is None or not row[0]:
        raise P20WError("There are no indicators to release yet.", "Load deliveries, then run the models.")


def _judge(judgement: Judgement) -> list[str]:
    """Stop where the gate refuses, else return its warnings."""
    if judgement.refusals:
        raise ReleaseRefused(f"Nothing was published. {'. '.join(judgement.refusals)}.", judgement.repairs)
    return judgement.warnings


def _not_approved(content: str, offices: list[str]) -> ReleaseRefused:
    return ReleaseRefused(
        f"Nothing was published: the release's content {content[:SHORT]} lacks the approval of {', '.join(offices)}.",
        f"`p20w release approve {content[:SHORT]} --office {offices[0]!r} --by NAME` records one.",
    )


def _refuse(findings: list[Finding]) -> None:
    """Stop where the attacker has found something; the message names places, never numbers."""
    if not findings:
        return
    first = findings[0]
    where = (
        " / ".join(part for part in first.exposure.place if part not in ("state", "all", "")) or "the state"
    )
    raise ReleaseRefused(
        f"{len(findings)} hidden numbers could be worked out, the first in {first.indicator_code},"
        f" cohort {first.cohort_period}, {where}: it {first.exposure.reason}. Nothing was published.",
        "Publish fewer tables or coarser numbers (the setting `disclosure` of the state file), then try again.",
    )
