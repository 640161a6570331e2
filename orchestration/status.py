"""What the warehouse holds, in lines for a terminal."""

import datetime
from collections.abc import Iterator

from governance.agreements.reminders import reminders
from ingest.calendar import sync_calendar, timeliness
from ingest.deliveries import (
    count_by_status,
    deliveries_in_force,
    list_deliveries,
    list_events,
)
from ingest.landing import pending_files, refused_files, unsettled_files
from orchestration.approval_list import waiting
from orchestration.permission import delivery_permission
from warehouse.connection import Warehouse
from warehouse.deliveries import find_delivery
from warehouse.state import State, load_state

# So many of a kind are told one by one.
_FEW = 10


def status_lines(warehouse: Warehouse) -> Iterator[str]:
    """Deliveries by layout and status, then the live linkage run, the last run and the last release."""
    kind = (
        "embedded server, for trying out: real records belong on a managed server"
        if warehouse.is_embedded
        else "your server"
    )
    yield f"home       {warehouse.home.root}  ({kind})"
    incoming, state = warehouse.home.incoming, load_state()
    pending = len(pending_files(warehouse, state=state, permission=delivery_permission(warehouse, state)))
    yield f"waiting    {pending} files in {incoming}"
    if arriving := unsettled_files(incoming, state):
        yield f"arriving   {len(arriving)} files that may still be growing, or whose .done marker has not come"
    for file, reason in refused_files(warehouse, incoming, state):
        yield f"refused    {file.path.relative_to(incoming)}: {reason}"
    yield from _between_agencies(warehouse, state)
    sync_calendar(warehouse, state)
    missing = timeliness(warehouse, statuses=("missing",))
    for found in missing[:_FEW]:
        yield (
            f"missing    {found.layout} from {found.submitter} for {found.period}: due {found.due_on},"
            f" {found.days_late} days ago"
        )
    if len(missing) > _FEW:
        yield f"missing    and {len(missing) - _FEW} more: `p20w deliveries --late`"
    for count in count_by_status(warehouse):
        yield (
            f"loaded     {count.layout:<34} {count.status:<11} {count.delivery_count:>6,} deliveries"
            f" {count.row_count:>14,} rows"
        )
    for finished, people, records in warehouse.fetch_all(
        "select r.finished_at, count(distinct m.person_id), count(*) from control.linkage_run r"
        " join identity.membership m using (linkage_run_id) where r.status = 'live' group by 1"
    ):
        yield f"linked     {records:,} records into {people:,} people at {finished:%Y-%m-%d %H:%M}"
    for release, published in warehouse.fetch_all(
        "select release_id, published_at from published.release"
        " where release_id not in (select release_id from published.withdrawal) order by release_id desc limit 1"
    ):
        yield f"published  release {release} at {published:%Y-%m-%d %H:%M}"
    for status, finished in warehouse.fetch_all(
        "select status, coalesce(finished_at, started_at) from control.pipeline_run order by started_at desc limit 1"
    ):
        yield f"last run   {status} at {finished:%Y-%m-%d %H:%M}"


def _between_agencies(warehouse: Warehouse, state: State) -> Iterator[str]:
    """Agreements that end or have ended, and changes that wait for an approval."""
    for reminder in reminders(state):
        yield f"{'ended' if reminder.is_over else 'ends soon':<10} {reminder.sentence}"
    changes = waiting(warehouse, state)
    for change in changes[:_FEW]:
        yield f"approval   {change.sentence}"
    if len(changes) > _FEW:
        yield f"approval   and {len(changes) - _FEW} more: `p20w approvals list`"


def delivery_lines(warehouse: Warehouse, layout: str | None, status: str | None) -> Iterator[str]:
    """One line per delivery, newest last."""
    heads = f"{'delivered':>11} {'accepted':>11} {'aside':>8}  file"
    yield f"{'id':>6} {'layout':<28} {'submitter':<14} {'period':<7} {'seq':>3} {'status':<11} {heads}"
    for delivery in reversed(list_deliveries(warehouse, layout=layout, status=status)):
        delivered, accepted, aside = (
            f"{count or 0:,}"
            for count in (delivery.row_count, delivery.accepted_count, delivery.rejected_count)
        )
        yield (
            f"{delivery.delivery_id:>6} {delivery.layout:<28} {delivery.submitter:<14} {delivery.period:<7}"
            f" {delivery.sequence:>3} {delivery.status:<11} {delivered:>11} {accepted:>11} {aside:>8}  {delivery.file_name}"
        )
        if delivery.status_reason:
            yield f"       {delivery.status_reason}"


def in_force_lines(warehouse: Warehouse, layout: str | None, day: datetime.datetime) -> Iterator[str]:
    """One line per delivery that was in force at the end of a day, or at an instant that is not a midnight."""
    at = day.replace(tzinfo=datetime.UTC)
    if day.time() == datetime.time():
        at += datetime.timedelta(days=1)
    yield f"{'id':>6} {'layout':<28} {'submitter':<14} {'period':<7} {'seq':>3} {'rows in force':>13}  file"
    for found in deliveries_in_force(warehouse, at, layout=layout):
        kind = "  (amends)" if found.is_amendment else ""
        yield (
            f"{found.delivery_id:>6} {found.layout:<28} {found.submitter:<14} {found.period:<7}"
            f" {found.sequence:>3} {found.row_count:>13,}  {found.file_name}{kind}"
        )


def history_lines(warehouse: Warehouse, delivery_id: int) -> Iterator[str]:
    """What a delivery is, then what happened to it, oldest first."""
    found = find_delivery(warehouse, delivery_id)
    kind = "amendment" if found.is_amendment else "delivery"
    yield (
        f"{kind} {delivery_id}: {found.layout} from {found.submitter} for {found.period}, sequence {found.sequence},"
        f" {found.status}"
    )
    yield f"file {found.file_name}, {found.byte_count or 0:,} bytes, SHA-256 {found.sha256}"
    for event in reversed(list_events(warehouse, delivery_id=delivery_id)):
        who = f" by {event.actor}" if event.actor else ""
        detail = f": {event.detail}" if event.detail else ""
        yield f"{event.at:%Y-%m-%d %H:%M:%S} {event.event}{who}{detail}"


def calendar_lines(warehouse: Warehouse, layout: str | None, *, only_late: bool) -> Iterator[str]:
    """One line per delivery that the calendar expects: when it was due, when it came."""
    state = load_state()
    if not state.calendar:
        yield "The state file has no calendar: nothing is expected."
        return
    sync_calendar(warehouse, state)
    found = timeliness(warehouse, layout=layout, statuses=("late", "missing") if only_late else ())
    if not found:
        yield "Nothing is late." if only_late else "Nothing is expected."
        return
    yield f"{'layout':<28} {'submitter':<14} {'period':<7} {'due':<10} {'received':<10} {'days late':>9}  status"
    for line in found:
        received = str(line.received_on or "")
        late = "" if line.days_late is None else f"{line.days_late}"
        yield (
            f"{line.layout:<28} {line.submitter:<14} {line.period:<7} {line.due_on!s:<10} {received:<10}"
            f" {late:>9}  {line.status}"
        )
