"""What is due for destruction, and the destruction itself: joins `governance` with the archive, arriving files and a new build.

Belongs here: the order of the steps, and what a person is told. Must not come here: what is due, statements, words of the
certificate (governance.retention).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from governance.retention import certificate, destroy
from governance.retention.due import Due, due_by, due_deliveries, kept_deliveries
from ingest.archive import Archive, sha256_of
from ingest.landing import DONE_MARKER
from orchestration import rebuilding
from orchestration.meter import Meter
from orchestration.pipeline import run_pipeline
from quality_checks.rejects import reject_file_name
from quality_checks.stewardship import withdraw
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import accessed, record
from warehouse.ledger_check import anchor
from warehouse.state import State


def due_lines(warehouse: Warehouse, state: State, on: datetime.date, within_days: int) -> Iterator[str]:
    """What is due on a day, what will be soon, and what no rule speaks of."""
    due = [found for kept in kept_deliveries(warehouse) if (found := due_by(state, kept))]
    past = sorted((one for one in due if one.on < on), key=lambda one: (one.on, one.delivery.delivery_id))
    soon = [one for one in due if on <= one.on < on + datetime.timedelta(days=within_days)]
    for one in past:
        yield _line(one)
    yield (
        f"{len(past)} deliveries with {sum(one.delivery.row_count for one in past):,} rows are due:"
        " `p20w retention destroy` shows what would go."
        if past
        else f"Nothing is due on {on:%Y-%m-%d}."
    )
    yield f"{len(soon)} more become due within {within_days} days."
    silent = len(kept_deliveries(warehouse)) - len(due)
    if silent:
        yield f"No rule and no agreement speaks of {silent} deliveries: they are kept until one does."
    for number in destroy.unfinished(warehouse):
        yield f"Destruction {number} was broken off: `p20w retention destroy --confirm` finishes it."


def plan_lines(warehouse: Warehouse, state: State, on: datetime.date, only: Sequence[int]) -> Iterator[str]:
    """What a destruction would take; nothing is changed."""
    due = _due(warehouse, state, on, only)
    archive = Archive(warehouse.home.archive)
    for one in due:
        yield _line(one)
        yield f"        archive file {archive.path_of(one.delivery.sha256)}"
    arriving = _arriving(warehouse, {one.delivery.sha256 for one in due})
    for path in arriving:
        yield f"        arriving file {path}"
    yield (
        f"{len(due)} deliveries with {sum(one.delivery.row_count for one in due):,} rows would go: their rows, findings,"
        " archived and arriving files, the linkage's own file, and the records of people whom nothing else describes;"
        " all that is derived would be built anew. Nothing was changed; --confirm does it, for good."
    )


def build_anew() -> None:
    """Make everything that is derived, up to the marts, from what is left.

    A release is made of numbers and outlives their rows; whether another may follow is no question of destruction.
    """
    run_pipeline(Meter(), select='not group:"published"')


def destroy_due(
    warehouse: Warehouse,
    state: State,
    on: datetime.date,
    only: Sequence[int],
    *,
    actor: str,
    reason: str,
    build: Callable[[], None] = build_anew,
) -> Iterator[str]:
    """Destroy what is due, after finishing what was broken off; yields what was done.

    Raises:
        P20WError: Nothing is due, or something of a destroyed delivery is still there: its certificate is not written then.
    """
    if not reason.strip():
        raise P20WError("A reason is needed.", "Say it with --reason; it stands on the certificate.")
    for number in destroy.unfinished(warehouse):
        yield from _finish(warehouse, state, number, build)
        if not due_deliveries(warehouse, state, on, only):
            return
    due = _due(warehouse, state, on, only)
    for one in due:
        if one.delivery.status in ("accepted", "held", "loaded"):
            withdraw(warehouse, one.delivery.delivery_id, f"due for destruction under {one.rule}", actor)
    anchor(warehouse)
    number, _ = destroy.begin(warehouse, due, actor=actor, reason=reason.strip())
    yield f"Destruction {number}: the rows of {len(due)} deliveries are gone."
    yield from _finish(warehouse, state, number, build)


def list_lines(warehouse: Warehouse) -> Iterator[str]:
    """Every destruction, newest first."""
    rows = warehouse.fetch_all(
        "select d.destruction_id, d.begun_at, d.finished_at, d.actor, d.reason,"
        " (select count(*) from control.destroyed_content as g where g.destruction_id = d.destruction_id)"
        " from control.destruction as d order by 1 desc"
    )
    for number, begun, finished, actor, reason, count in rows:
        state = "certified" if finished else "BROKEN OFF"
        yield f"{number:>4}  {begun:%Y-%m-%d %H:%M}  {state:<10} {count:>5} deliveries  {actor}: {reason}"
    if not rows:
        yield "Nothing was destroyed yet."


def _finish(warehouse: Warehouse, state: State, number: int, build: Callable[[], None]) -> Iterator[str]:
    """Everything after the rows, from files to certificate; each step may be done again."""
    gone = destroy.destroyed(warehouse, number)
    files = _remove_files(warehouse, gone)
    yield f"Destruction {number}: {sum(files.values())} files are gone; building anew without them."
    rebuilding.forget(warehouse)
    build()
    people = destroy.forget_people(warehouse, number)
    left = destroy.remaining(warehouse, number)
    if left:
        raise P20WError(
            f"Rows of destroyed deliveries are still in {', '.join(left)}.",
            "No certificate was written. Run `p20w run`, then `p20w retention destroy --confirm` again.",
        )
    if still := _arriving(warehouse, _unshared(gone)):
        raise P20WError(
            f"{still[0].name} came again while its content was destroyed.",
            "No certificate was written. Run `p20w retention destroy --confirm` again.",
        )
    path, sha256 = certificate.write_certificate(warehouse, state, number, files)
    destroy.finish(warehouse, number, sha256)
    record(
        warehouse,
        accessed(
            "deliveries destroyed", f"destruction {number}", deliveries=len(gone), certificate_sha256=sha256
        ),
    )
    yield f"{people.get('identity.source_record', 0):,} records of people whom nothing else describes are gone."
    yield f"The certificate is {path}"


def _remove_files(warehouse: Warehouse, gone: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Remove archived, arriving and returned files, and the linkage's own; content that another delivery has too stays."""
    home, content = warehouse.home, _unshared(gone)
    archive = Archive(home.archive)
    arriving = _arriving(warehouse, content)
    marked = [path.with_name(path.name + DONE_MARKER) for path in arriving]
    returned = [
        path for one in gone for path in home.agency_reports.glob(f"*/{reject_file_name(one['delivery_id'])}")
    ]
    return {
        "archive": _unlink(archive.path_of(sha256) for sha256 in sorted(content)),
        "arriving": _unlink([*arriving, *marked]),
        "rows handed back": _unlink(returned),
        # It holds names of everybody; the next linkage run writes it anew from the records that are left.
        "linkage": _unlink(path for path in home.linkage.iterdir() if path.is_file()),
        "passing": _unlink(path for path in home.tmp.rglob("*") if path.is_file()),
    }


def _unlink(paths: Iterator[Path] | Sequence[Path]) -> int:
    count = 0
    for path in paths:
        if path.is_file():
            path.chmod(0o600)
            path.unlink()
            count += 1
    return count


def _unshared(gone: Sequence[dict[str, Any]]) -> set[str]:
    return {str(one["sha256"]) for one in gone if not one["is_shared"]}


def _arriving(warehouse: Warehouse, content: set[str]) -> list[Path]:
    """Files in the folders of submitters with this content; compared by checksum, since names change."""
    return [
        path
        for path in sorted(warehouse.home.incoming.rglob("*"))
        if path.is_file() and not path.name.endswith(DONE_MARKER) and sha256_of(path) in content
    ]


def _due(warehouse: Warehouse, state: State, on: datetime.date, only: Sequence[int]) -> list[Due]:
    due = due_deliveries(warehouse, state, on, only)
    missing = set(only) - {one.delivery.delivery_id for one in due}
    if missing:
        raise P20WError(
            f"Delivery {min(missing)} is not due.",
            "`p20w retention due` lists what is; a rule under `retention` of the state's file makes more due.",
        )
    if not due:
        raise P20WError("Nothing is due.", "`p20w retention due` says what will be.")
    return due


def _line(one: Due) -> str:
    kept = one.delivery
    return (
        f"{kept.delivery_id:>6}  due {one.on:%Y-%m-%d}  {kept.layout}  {kept.submitter}  {kept.period}"
        f"  {kept.row_count:,} rows  {kept.status}  under {one.rule}"
    )
