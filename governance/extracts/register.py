"""What is known of research projects: their requests, who approved, what was built and destroyed.

Belongs here: control.research_extract and its events. Must not come here: rows, files, codes.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from warehouse.errors import P20WError
from warehouse.ledger import account

if TYPE_CHECKING:
    from psycopg import Connection

    from governance.extracts.request import Request
    from warehouse.connection import Warehouse

Event = Literal["counted", "approved", "refused", "built", "destroyed"]
Standing = Literal["asked", "counted", "built", "destroyed"]

_REGISTER = """
    insert into control.research_extract as known (project, request, request_sha256, agreement, expires_on)
    values (%(project)s, %(request)s::jsonb, %(sha256)s, %(agreement)s, %(expires)s)
    on conflict (project) do update set request = excluded.request, request_sha256 = excluded.request_sha256,
        agreement = excluded.agreement, expires_on = excluded.expires_on
    where known.request_sha256 <> excluded.request_sha256
"""
_PROJECTS = """
    select e.project, e.request, e.request_sha256, e.agreement, e.expires_on,
        coalesce((select h.event from control.research_extract_event as h
            where h.project = e.project and h.event in ('counted', 'built', 'destroyed')
                and (h.event <> 'counted' or h.request_sha256 = e.request_sha256)
            order by h.event_id desc limit 1), 'asked') as standing,
        (select min(h.at) from control.research_extract_event as h
            where h.project = e.project and h.event = 'built') as first_built_at
    from control.research_extract as e order by e.project
"""
# The last word of each agency on the request as it is now.
_APPROVALS = """
    select distinct on (agency) agency, event, actor, at from control.research_extract_event
    where project = %s and request_sha256 = %s and event in ('approved', 'refused')
    order by agency, event_id desc
"""


@dataclass(frozen=True)
class Project:
    """One research project as it stands."""

    project: str
    request: dict[str, Any]
    request_sha256: str
    agreement: str
    expires_on: datetime.date
    standing: Standing
    first_built_at: datetime.datetime | None


@dataclass(frozen=True)
class Answer:
    """What an agency said last."""

    agency: str
    event: Event
    actor: str
    at: datetime.datetime


def register(warehouse: Warehouse, request: Request) -> None:
    """Take a request up; a changed one takes the place of the old, whose approvals do not hold for it.

    Raises:
        P20WError: the project was destroyed: its codes are gone, and new ones under its name would mislead.
    """
    with warehouse.connect() as connection:
        destroyed = connection.execute(
            "select exists (select from control.research_extract_event where project = %s and event = 'destroyed')",
            [request.project],
        ).fetchone()
        if destroyed and destroyed[0]:
            raise P20WError(
                f"The project {request.project} was destroyed, and its codes with it.",
                "Give the new request a new project name.",
            )
        connection.execute(
            _REGISTER,
            {
                "project": request.project,
                "request": request.model_dump_json(by_alias=True),
                "sha256": request.sha256,
                "agreement": request.agreement,
                "expires": request.expires,
            },
        )


def projects(warehouse: Warehouse) -> list[Project]:
    """Return every project by its name."""
    return [Project(**row) for row in warehouse.fetch_dicts(_PROJECTS)]


def find_project(warehouse: Warehouse, name: str) -> Project:
    """Return one project; raise P20WError when nobody asked for it."""
    known = {project.project: project for project in projects(warehouse)}
    if name.upper() not in known:
        raise P20WError(
            f"There is no project {name!r}.", "`p20w extract feasibility REQUEST` takes a request up."
        )
    return known[name.upper()]


def counted_project(warehouse: Warehouse, name: str) -> Project:
    """Return a project whose request has been counted as it is now; raise P20WError for any other."""
    project = find_project(warehouse, name)
    if project.standing == "destroyed":
        raise P20WError(f"The project {project.project} was destroyed.", "Ask anew under another name.")
    if project.standing == "asked":
        raise P20WError(
            f"Nobody has counted yet what the request {project.project} is about.",
            "`p20w extract feasibility REQUEST` comes first, for whoever approves sees its counts.",
        )
    return project


def answers(warehouse: Warehouse, project: Project) -> dict[str, Answer]:
    """Return the last word of each agency on the request as it is now."""
    rows = warehouse.fetch_all(_APPROVALS, (project.project, project.request_sha256))
    return {row[0]: Answer(*row) for row in rows}


def note(
    connection: Connection[Any],
    project: str,
    sha256: str,
    event: Event,
    *,
    agency: str | None = None,
    actor: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write down what happened, in the caller's transaction."""
    connection.execute(
        "insert into control.research_extract_event (project, request_sha256, event, agency, actor, detail)"
        " values (%s, %s, %s, %s, %s, %s::jsonb)",
        [project, sha256, event, agency, actor or account(), json.dumps(detail or {}, default=str)],
    )
