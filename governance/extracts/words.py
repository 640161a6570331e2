"""What feasibility found, in lines for a person at a terminal; nothing in them is an exact small count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from governance.extracts.feasibility import Feasibility
    from governance.extracts.request import Asked


def feasibility_lines(asked: Asked, found: Feasibility) -> Iterator[str]:
    """The counts, what protection would cost, who must approve."""
    request = asked.request
    yield f"{request.project}: {request.title}"
    yield f"people      {found.people}: {asked.group.title}, {request.period.first} to {request.period.last}"
    for year, people in found.by_year.items():
        yield f"  {year}      {people}"
    yield "known of"
    for name, people in found.measured.items():
        yield f"  {name:<28} {people}"
    done = found.protection
    if done is None:
        yield "protection  too few people to hide among: the extract would be refused"
    else:
        share = round(100 * done.hidden / done.rows) if done.rows else 0
        yield f"protection  k = {done.k}; key columns hidden in about {share} % of the rows"
        for name, form in done.keys.items():
            yield f"  {name:<28} {form}"
        for name, projects in done.shared_with.items():
            yield f"  {name} is a key because {', '.join(projects)} has it too"
    yield f"approvals   needed from {', '.join(found.agencies) or 'nobody: no delivery is behind it'}"
