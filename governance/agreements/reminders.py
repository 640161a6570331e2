"""Agreements that have ended, are about to, or whose records should be gone: what status and doctor say.

Belongs here: which ones need somebody's attention. Must not come here: what follows from it (coverage, retention).
"""

import datetime
from dataclasses import dataclass

from governance.agreements.agreement import Agreement
from governance.agreements.register import agreements
from warehouse.state import State


@dataclass(frozen=True)
class Reminder:
    """One agreement that somebody must look at.

    Attributes:
        is_over: it has ended, and nothing takes its place.
    """

    is_over: bool
    sentence: str


def reminders(state: State, on: datetime.date | None = None) -> list[Reminder]:
    """Return what is to be said about the state's agreements on a day, today unless another is given."""
    if state.governance.agreements != "required":
        return []
    today = on or datetime.datetime.now(datetime.UTC).date()
    known = agreements(state)
    told = []
    for one in known:
        days = (one.expires - today).days
        if 0 <= days < state.governance.remind_days:
            told.append(Reminder(False, f"agreement {one.agreement} ends on {one.expires}, in {days} days"))
        elif days < 0 and not _replaced(one, known, today):
            layouts = ", ".join(sorted({key for part in one.elements for key in part.layouts}))
            sentence = f"agreement {one.agreement} ended on {one.expires}: {layouts} wait for a renewal"
            told.append(Reminder(True, sentence))
    return told


def _replaced(one: Agreement, known: list[Agreement], today: datetime.date) -> bool:
    """Whether other agreements with its providers, in force, name all its layouts."""
    successors = [
        other
        for other in known
        if other.is_in_force(today) and set(one.parties.providers) & set(other.parties.providers)
    ]
    return all(
        any(other.speaks_of(key) for other in successors) for part in one.elements for key in part.layouts
    )
