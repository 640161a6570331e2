"""Agreements in lines for a person at a terminal.

Belongs here: words and order. Must not come here: what is allowed.
"""

import datetime
from collections.abc import Iterator

from governance.agreements.agreement import Agreement
from governance.agreements.bases import legal_bases
from governance.agreements.coverage import NoAgreement, Question, require
from ingest.catalogue import Layout
from warehouse.state import State

_CLAUSES = {
    "citation": "Citation",
    "designated_representative": "Designated representative",
    "scope": "Scope",
    "limits_on_use": "Limits on use",
    "safeguards": "Safeguards",
    "redisclosure": "Redisclosure",
    "transfer": "Transfer",
    "cost": "Cost",
    "inspection": "Inspection",
}


def standing(agreement: Agreement, on: datetime.date) -> str:
    """Whether an agreement holds on a day, and if not, why."""
    if on < agreement.effective:
        return f"begins {agreement.effective}"
    if agreement.is_in_force(on):
        return "in force"
    return "destroy now" if on > agreement.destroy_by else f"ended {agreement.expires}"


def list_lines(known: list[Agreement], on: datetime.date) -> Iterator[str]:
    """One line per agreement."""
    yield f"{'agreement':<24} {'status':<18} {'expires':<11} {'destroy by':<11} {'permits':<26} title"
    for one in known:
        mark = " (synthetic)" if one.synthetic else ""
        yield (
            f"{one.agreement:<24} {standing(one, on):<18} {one.expires!s:<11} {one.destroy_by!s:<11}"
            f" {', '.join(one.permits):<26} {one.title}{mark}"
        )


def show_lines(one: Agreement, on: datetime.date) -> Iterator[str]:
    """Everything that an agreement says."""
    yield f"{one.agreement}: {one.title}"
    if one.synthetic:
        yield "Synthetic: made up for a demonstration; it binds nobody."
    bases = [legal_bases()[name] for name in one.legal_basis]
    facts = {
        "Status": standing(one, on),
        "Providers": ", ".join(one.parties.providers),
        "Recipient": f"{one.parties.recipient.name} ({one.parties.recipient.kind.replace('_', ' ')})",
        "Legal basis": "; ".join(f"{b.title} ({b.citation})" if b.citation else b.title for b in bases),
        "Purpose": one.purpose,
        "Permits": ", ".join(one.permits),
        "In force": f"{one.effective} to {one.expires}",
        "Destroy by": str(one.destroy_by),
        **{words: getattr(one, clause) for clause, words in _CLAUSES.items()},
    }
    yield ""
    for name, value in facts.items():
        if value:
            yield f"{name + ':':27}{value}"
    yield "Elements:"
    for part in one.elements:
        if part.columns:
            which = f"columns {', '.join(part.columns)}"
        else:
            which = f"columns of class {', '.join(part.classes)}" if part.classes else "all columns"
        yield f"  {', '.join(part.layouts)}: {which}"


def element_lines(state: State, known: list[Agreement], layout: Layout, on: datetime.date) -> Iterator[str]:
    """One line per column and submitter: under which agreement it is taken in, and until when."""
    for submitter in state.submitters_of(layout.key):
        for column in layout.columns:
            question = Question(layout, (column,), submitter, "load", on)
            try:
                found = [one for one in require(known, state, question) if one.includes(layout.key, column)]
            except NoAgreement:
                yield f"{layout.key}.{column.name:<32} {submitter:<16} no agreement"
                continue
            last = max(found, key=lambda one: one.expires)
            yield f"{layout.key}.{column.name:<32} {submitter:<16} {last.agreement} until {last.expires}"
