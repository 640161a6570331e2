"""The word of an agency on a request: it is given to the request as it is, and holds for no other.

Belongs here: recording it. Must not come here: who must approve (contributors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.extracts.build import missing_approvals
from governance.extracts.contributors import contributing
from governance.extracts.register import counted_project, note
from governance.extracts.request import asked_again
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from governance.extracts.vocabulary import Vocabulary
    from warehouse.connection import Warehouse
    from warehouse.state import State


def answer(
    warehouse: Warehouse,
    state: State,
    vocabulary: Vocabulary,
    name: str,
    agency: str,
    by: str,
    refusal: str | None = None,
) -> list[str]:
    """Record an agency's approval, or its refusal with the reason; return the agencies still to approve.

    Raises:
        P20WError: nobody has counted yet, or the agency has nothing to approve.
    """
    project = counted_project(warehouse, name)
    asked = asked_again(project.request, vocabulary)
    agencies = contributing(warehouse, state, asked)
    if agency not in agencies:
        raise P20WError(
            f"{project.project} is made from nothing of {agency!r}.",
            f"It is made from: {', '.join(agencies)}.",
        )
    if not by.strip():
        raise P20WError("An approval needs the office that gives it.", "Name it with --by.")
    with warehouse.connect() as connection:
        note(
            connection,
            project.project,
            project.request_sha256,
            "refused" if refusal else "approved",
            agency=agency,
            actor=by.strip(),
            detail={"reason": refusal} if refusal else None,
        )
    return missing_approvals(warehouse, state, project, asked)[0]
