"""What other living projects already hold of the same people: columns by which two extracts could be joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from governance.extracts.request import Asked

# Built before this one, or before its first build, and not destroyed: the later one bears the cost.
_EARLIER = """
    with built as (
        select project, min(at) as first_built_at from control.research_extract_event
        where event = 'built' group by project)
    select project, h.detail -> 'measures' from built
    inner join control.research_extract_event as h using (project)
    where h.event = 'built' and project <> %(project)s
        and first_built_at < coalesce(
            (select own.first_built_at from built as own where own.project = %(project)s), 'infinity')
        and not exists (select from control.research_extract_event as d
            where d.project = built.project and d.event = 'destroyed')
    order by project, h.event_id
"""


def shared_with(connection: Connection[Any], asked: Asked) -> dict[str, list[str]]:
    """Return the measures of a request that earlier living projects hold too, with these projects."""
    found: dict[str, list[str]] = {}
    for project, measures in connection.execute(_EARLIER, {"project": asked.request.project}):
        for name in asked.request.measures:
            if name in measures and project not in found.setdefault(name, []):
                found[name].append(project)
    return {name: projects for name, projects in found.items() if projects}
