"""Who has approved what a release would say. The offices are named in the state's file, their answers stand in the override log.

An approval holds for one content: a number that is shown otherwise needs a new one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg import sql

from warehouse.errors import P20WError
from warehouse.ledger import overridden, record, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from warehouse.connection import Warehouse
    from warehouse.state import State

#: What a person types of a content's fingerprint.
SHORT = 12
_APPROVED, _REFUSED = "release content approved", "release content refused"


def answer(
    warehouse: Warehouse, state: State, content: str, office: str, by: str, *, refusal: str | None = None
) -> list[str]:
    """Record that an office approves a content, or refuses it; returns the offices whose approval it still lacks.

    Args:
        warehouse: whose release it is.
        state: names the offices.
        content: the fingerprint that a check has told, or its begin.
        office: who answers.
        by: the person or role that answers for the office.
        refusal: why it is refused, where it is; an earlier approval no longer holds then.
    """
    if not re.fullmatch(f"[0-9a-f]{{{SHORT},64}}", content):
        raise P20WError(
            f"{content!r} names no content of a release.",
            "`p20w release check` tells it: twelve letters and digits or more.",
        )
    if office not in state.disclosure.approvals:
        raise P20WError(
            f"The state's file does not ask {office!r} for its approval.",
            f"It names {', '.join(state.disclosure.approvals) or 'nobody'} under `approvals` of `disclosure`.",
        )
    if not by.strip():
        raise P20WError("An approval needs a name.", "Give it with --by.")
    action = _APPROVED if refusal is None else _REFUSED
    reason = refusal or "The office approves what the release says."
    record(warehouse, overridden(action, content, reason=reason, actor=by.strip(), office=office))
    with warehouse.connect() as connection:
        return missing_approvals(connection, state.disclosure.approvals, content)


def missing_approvals(connection: Connection[Any], offices: Sequence[str], content: str) -> list[str]:
    """The offices whose last word on this content is not an approval."""
    if not offices:
        return []
    said = dict(
        connection.execute(
            sql.SQL(
                "select detail ->> 'office', action from {} where action in (%s, %s)"
                " and (starts_with(%s, subject) or starts_with(subject, %s)) order by position"
            ).format(table("override")),
            (_APPROVED, _REFUSED, content, content),
        ).fetchall()
    )
    return [office for office in offices if said.get(office) != _APPROVED]
