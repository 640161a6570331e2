"""What the agreements allow, and the clause that is missing where they do not.

Belongs here: the one judgement that deliveries, releases and extracts ask for. Must not come here: reading files,
what is done about a refusal.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from governance.agreements.agreement import Agreement, Use
from governance.agreements.bases import bases_needed
from ingest.catalogue import Column
from warehouse.errors import P20WError
from warehouse.state import State

_WORDS: dict[Use, str] = {
    "load": "taking it in",
    "aggregates": "publishing numbers made from it",
    "extracts": "giving rows made from it to research",
}


class NoAgreement(P20WError):
    """No agreement allows what was asked for."""


class Sent(Protocol):
    """What is sent: a layout, or what agreements call something that has none."""

    @property
    def key(self) -> str:
        """Its name in agreements."""

    @property
    def source(self) -> str:
        """The first part of it."""


@dataclass(frozen=True)
class Question:
    """What is to be done with which elements.

    Attributes:
        columns: the elements.
        submitter: whose file they are in.
        use: what is to be done with them.
        on: the day of doing it.
    """

    layout: Sent
    columns: Sequence[Column]
    submitter: str
    use: Use
    on: datetime.date


def require(known: Iterable[Agreement], state: State, question: Question) -> list[Agreement]:
    """Return the agreements that allow it together; raise NoAgreement with the clause that is missing.

    The clauses are tried in the order in which somebody would look for them: is there an agreement about the layout,
    with this provider, in force today, for this use, on a basis that the records need, for every column.
    """
    key = question.layout.key
    sender = state.submitters.get(question.submitter)
    names = {question.submitter, *([sender.agency] if sender else [])}
    found = [one for one in known if one.speaks_of(key)]
    if not found:
        raise _refusal(question, "elements", f"no agreement names {key}")
    found = _narrowed(
        question,
        found,
        [one for one in found if names & set(one.parties.providers)],
        "parties.providers",
        f"none has {question.submitter} or its agency as a provider",
    )
    in_force = [one for one in found if one.is_in_force(question.on)]
    if not in_force:
        raise _refusal(question, *_out_of_force(found, question.on))
    found = _narrowed(
        question,
        in_force,
        [one for one in in_force if question.use in one.permits],
        "permits",
        f"{question.use} is not among what it permits",
    )
    for column in question.columns:
        _require_column(question, found, column)
    return found


def _narrowed(
    question: Question, before: list[Agreement], after: list[Agreement], clause: str, reason: str
) -> list[Agreement]:
    if not after:
        raise _refusal(question, clause, f"{_codes(before)}: {reason}")
    return after


def _out_of_force(found: list[Agreement], on: datetime.date) -> tuple[str, str]:
    last = max(found, key=lambda one: one.expires)
    if last.expires < on:
        return "expires", f"{last.agreement} ended on {last.expires}"
    return "effective", f"{last.agreement} begins on {last.effective}"


def _require_column(question: Question, found: list[Agreement], column: Column) -> None:
    including = [one for one in found if one.includes(question.layout.key, column)]
    if not including:
        reason = f"{_codes(found)} does not name the column {column.name} (class {column.pii})"
        raise _refusal(question, "elements", reason)
    needed = bases_needed(question.layout.source, column.pii)
    if needed and not any(set(needed) & set(one.legal_basis) for one in including):
        reason = f"{_codes(including)} has none of {', '.join(needed)}, which the column {column.name} needs"
        raise _refusal(question, "legal_basis", reason)


def _codes(found: list[Agreement]) -> str:
    return " and ".join(one.agreement for one in found)


def _refusal(question: Question, clause: str, reason: str) -> NoAgreement:
    return NoAgreement(
        f"{question.layout.key} from {question.submitter}: no agreement allows {_WORDS[question.use]};"
        f" the missing clause is {clause}: {reason}.",
        "Put the agreement, or its renewal, into the folder agreements beside the state's file;"
        " `p20w agreement check` says what else is missing.",
    )
