"""Linkage runs as the database keeps them: candidates, the live one, and the way back to an earlier one.

Every change of what is live is one transaction and leaves an event. What a run finds is made in `step`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError
from warehouse.ledger import overridden, record_in

if TYPE_CHECKING:
    import datetime

    import psycopg

    from warehouse.connection import Warehouse

_LOCK = 20_200_200


@dataclass(frozen=True)
class Run:
    """One linkage run; `held` if people put it back and no automatic run may replace it."""

    linkage_run_id: str
    status: str
    started_at: datetime.datetime
    mode: str
    mode_reason: str | None
    model_version: str | None
    threshold: float | None
    based_on: str | None
    counts: dict[str, Any]
    held: bool
    detail: str | None


_RUNS = """
select r.linkage_run_id::text as linkage_run_id, r.status, r.started_at, r.mode, r.mode_reason, r.model_version, r.threshold,
    r.based_on::text as based_on, r.counts, r.status = 'live' and coalesce(last.event = 'restored', false) as held, last.detail
from control.linkage_run as r
left join lateral (
    select e.event, e.detail from control.linkage_run_event as e where e.linkage_run_id = r.linkage_run_id
    order by e.event_id desc limit 1
) as last on true
"""


def live_run(warehouse: Warehouse) -> Run | None:
    """Return the run that the crosswalk shows."""
    rows = warehouse.fetch_dicts(f"{_RUNS} where r.status = 'live'")
    return Run(**rows[0]) if rows else None


def list_runs(warehouse: Warehouse) -> list[Run]:
    """Return every run, newest first."""
    return [Run(**row) for row in warehouse.fetch_dicts(f"{_RUNS} order by r.started_at desc")]


def find_run(warehouse: Warehouse, name: str) -> Run:
    """Return the run that `live`, `previous` or the beginning of an id names."""
    runs = list_runs(warehouse)
    live = next((run for run in runs if run.status == "live"), None)
    if name == "live":
        found = [live] if live else []
    elif name == "previous":
        found = [run for run in runs if live and run.linkage_run_id == live.based_on]
    else:
        found = [run for run in runs if run.linkage_run_id.startswith(name.lower())]
    if len(found) != 1:
        raise P20WError(
            f"{'No run' if not found else 'More than one run'} is named {name}.", "See `p20w link runs`."
        )
    return found[0]


def exclude_others(connection: psycopg.Connection[Any], live_before: str | None) -> None:
    """Wait for whoever changes what is live; refuse if another run went live since ours began."""
    connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    row = connection.execute(
        "select linkage_run_id::text from control.linkage_run where status = 'live'"
    ).fetchone()
    if (row[0] if row else None) != live_before:
        raise P20WError(
            "Another linkage run went live meanwhile.", "Run the step again: it starts from that run."
        )


def abandon_candidates(connection: psycopg.Connection[Any]) -> None:
    """Take away what a run left that never came to its checks: a kill, a lost connection."""
    for row in connection.execute(
        "update control.linkage_run set status = 'failed', finished_at = now() where status = 'candidate'"
        " returning linkage_run_id::text"
    ).fetchall():
        _forget_rows(connection, row[0])
        _event(connection, row[0], "failed", None, None, "broken off before its checks")


def fail(connection: psycopg.Connection[Any], run_id: str, findings: list[str]) -> None:
    """Keep a candidate out: its numbers and the reasons stay, its memberships go."""
    connection.execute(
        "update control.linkage_run set status = 'failed', finished_at = clock_timestamp() where linkage_run_id = %s",
        [run_id],
    )
    _forget_rows(connection, run_id)
    _event(connection, run_id, "failed", None, None, "; ".join(findings))


def _forget_rows(connection: psycopg.Connection[Any], run_id: str) -> None:
    for table in (
        "membership",
        "membership_at",
        "edge",
        "review_item",
        "person_event",
    ):
        connection.execute(f"delete from identity.{table} where linkage_run_id = %s".encode(), [run_id])


_APPLY = (
    "insert into identity.person (person_id, first_linkage_run_id)"
    " select person_id, linkage_run_id from identity.person_event where linkage_run_id = %(run)s and event = 'assign'",
    "update identity.person as p set status = 'merged', merged_into = e.other_person_id, last_linkage_run_id = %(before)s"
    " from identity.person_event as e where e.linkage_run_id = %(run)s and e.event = 'merge' and p.person_id = e.person_id",
    "update identity.person as p set status = 'retired', merged_into = null, last_linkage_run_id = %(before)s"
    " from identity.person_event as e where e.linkage_run_id = %(run)s and e.event = 'retire' and p.person_id = e.person_id",
    "update identity.person as p set status = 'active', merged_into = null"
    " from identity.person_event as e where e.linkage_run_id = %(run)s and e.event = 'revive' and p.person_id = e.person_id",
)


def go_live(
    connection: psycopg.Connection[Any], run_id: str, live_before: str | None, detail: str | None
) -> None:
    """Make a candidate the live run and its events true."""
    status = connection.execute(
        "select status from control.linkage_run where linkage_run_id = %s", [run_id]
    ).fetchone()
    if status is None or status[0] != "candidate":
        raise P20WError("Another linkage run set this one aside.", "Run the step again.")
    for statement in _APPLY:
        connection.execute(statement.encode(), {"run": run_id, "before": live_before})
    _switch(connection, run_id)
    _event(connection, run_id, "live", live_before, None, detail)
    # The next steps join on these tables at once, before autovacuum comes by.
    connection.execute("analyze identity.membership, identity.person, control.linkage_run")


def _switch(connection: psycopg.Connection[Any], run_id: str) -> None:
    connection.execute("update control.linkage_run set status = 'retired' where status = 'live'")
    connection.execute(
        "update control.linkage_run set status = 'live', finished_at = coalesce(finished_at, clock_timestamp())"
        " where linkage_run_id = %s",
        [run_id],
    )


# The ids of now and those of the run that comes back, by the records that both hold.
_RESTORED_EVENTS = """
insert into identity.person_event (linkage_run_id, event, person_id, other_person_id, reason, cause)
with gone as (
    select distinct person_id from identity.membership as m where linkage_run_id = %(before)s
        and not exists (select from identity.membership as k where k.linkage_run_id = %(run)s and k.person_id = m.person_id)
),
heir as (
    select distinct on (g.person_id) g.person_id, b.person_id as heir
    from gone as g join identity.membership as a on a.linkage_run_id = %(before)s and a.person_id = g.person_id
    join identity.membership as b on b.linkage_run_id = %(run)s and b.record_id = a.record_id
    group by g.person_id, b.person_id order by g.person_id, count(*) desc, b.person_id
)
select %(run)s, case when heir is null then 'retire' else 'merge' end, g.person_id, heir, 'an earlier run was made live again',
    %(cause)s::jsonb
from gone as g left join heir using (person_id)
union all
select distinct %(run)s, 'revive', p.person_id, null::uuid, 'an earlier run was made live again', %(cause)s::jsonb
from identity.person as p join identity.membership as m on m.linkage_run_id = %(run)s and m.person_id = p.person_id
where p.status <> 'active'
returning event, person_id, other_person_id
"""

_RESTORED_PERSONS = """
update identity.person as p set
    status = case e.event when 'merge' then 'merged' when 'retire' then 'retired' else 'active' end,
    merged_into = case when e.event = 'merge' then e.other_person_id end,
    last_linkage_run_id = case when e.event = 'revive' then p.last_linkage_run_id else %(before)s end
from identity.person_event as e
where e.person_id = p.person_id and e.linkage_run_id = %(run)s and e.at = now() and e.cause = %(cause)s::jsonb
"""


def restore(warehouse: Warehouse, run: Run, *, actor: str, reason: str) -> str:
    """Make an earlier run live again, recorded, and hold it: no automatic run replaces it until people start one.

    Returns:
        The id of the run that it replaced.
    """
    before = live_run(warehouse)
    if run.status == "live" or before is None:
        raise P20WError("That run is live already.", "See `p20w link runs`.")
    if run.status != "retired":
        raise P20WError(
            f"That run is {run.status}: it never passed its checks.",
            "Name one that was live: see `p20w link runs`.",
        )
    cause = json.dumps({"kind": "restore", "actor": actor, "replaced": before.linkage_run_id})
    values = {"run": run.linkage_run_id, "before": before.linkage_run_id, "cause": cause}
    with warehouse.connect() as connection:
        exclude_others(connection, before.linkage_run_id)
        connection.execute(_RESTORED_EVENTS.encode(), values)
        connection.execute(_RESTORED_PERSONS.encode(), values)
        _switch(connection, run.linkage_run_id)
        _event(connection, run.linkage_run_id, "restored", before.linkage_run_id, actor, reason)
        run_name = f"linkage run {run.linkage_run_id}"
        record_in(connection, overridden("linkage run restored", run_name, reason=reason, actor=actor))
    return before.linkage_run_id


def _event(
    connection: psycopg.Connection[Any],
    run_id: str,
    event: str,
    replaced: str | None,
    actor: str | None,
    detail: str | None,
) -> None:
    connection.execute(
        "insert into control.linkage_run_event (linkage_run_id, event, replaced, actor, detail) values (%s, %s, %s, %s, %s)",
        [run_id, event, replaced, actor, detail],
    )
