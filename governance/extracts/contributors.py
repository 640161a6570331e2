"""Whose records an extract is made from, and whether its agreement covers them.

Belongs here: agencies and their agreement. Must not come here: approvals themselves (register).
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from governance.agreements.coverage import Question, require
from governance.agreements.register import find_agreement
from ingest.catalogue import load_catalogue
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from governance.agreements.agreement import Agreement
    from governance.extracts.request import Asked
    from warehouse.connection import Warehouse
    from warehouse.state import State

_SENT = "select distinct layout, submitter from control.delivery where status = 'accepted' and layout = any(%s) order by 1, 2"


def contributing(warehouse: Warehouse, state: State, asked: Asked) -> list[str]:
    """Return the agencies whose accepted deliveries the extract is made from."""
    found = {
        state.submitters[submitter].agency
        for _, submitter in warehouse.fetch_all(_SENT, (sorted(asked.elements),))
        if submitter in state.submitters
    }
    return sorted(found)


def require_agreement(
    warehouse: Warehouse, state: State, asked: Asked, on: datetime.date | None = None
) -> Agreement | None:
    """Return the agreement of the request; raise P20WError with the clause that is missing for it.

    Returns:
        None where the state asks for no agreements and there is none of that name.
    """
    today = on or datetime.datetime.now(datetime.UTC).date()
    request = asked.request
    if request.expires < today:
        raise P20WError(
            f"The request {request.project} ended on {request.expires}.", "Ask anew, with a later day."
        )
    if state.governance.agreements != "required":
        return None
    agreement = find_agreement(state, request.agreement)
    if request.expires > agreement.destroy_by:
        raise P20WError(
            f"{request.project} is to be kept until {request.expires}, but {agreement.agreement} says"
            f" destroy_by {agreement.destroy_by}.",
            "Let the request expire by then.",
        )
    layouts = load_catalogue().layouts
    for key, submitter in warehouse.fetch_all(_SENT, (sorted(asked.elements),)):
        columns = [layouts[key].columns_by_name[name] for name in sorted(asked.elements[key])]
        require([agreement], state, Question(layouts[key], columns, submitter, "extracts", today))
    return agreement
