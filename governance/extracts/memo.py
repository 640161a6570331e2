"""The papers beside an extract: the memo for whoever receives it, and the k-anonymity report.

Belongs here: their words. Must not come here: figures that were not counted elsewhere.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.agreements.bases import legal_bases
from governance.extracts.request import column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from governance.agreements.agreement import Agreement
    from governance.extracts.anonymity import Protection
    from governance.extracts.register import Answer
    from governance.extracts.request import Asked
    from warehouse.state import State


@dataclass(frozen=True)
class Provenance:
    """Which warehouse an extract was made from."""

    code_version: str
    linkage_run: str
    deliveries: int
    built_on: datetime.date


def memo(
    state: State,
    asked: Asked,
    agreement: Agreement | None,
    done: Protection,
    approvals: list[Answer],
    made: Provenance,
) -> str:
    """Return the memo: purpose, agreement, who approved, how to cite it, what to beware of, when it ends."""
    request = asked.request
    lines = [f"# {request.title}", "", f"Research extract {request.project} of {state.name}."]
    if agreement is None or agreement.synthetic:
        lines.append("**Synthetic or without agreement: for trying out, not for research on people.**")
    lines += ["", f"Purpose: {request.purpose}", "", *_agreement(agreement), ""]
    lines += [
        f"People: {asked.group.title}, {request.period.first} to {request.period.last}; {done.rows:,} rows, one per person.",
        "Approved by: "
        + ("; ".join(f"{a.agency} ({a.actor}, {a.at:%Y-%m-%d})" for a in approvals) or "nobody was asked"),
        f"To be destroyed by {request.expires}, copies and files made from it included.",
        "",
        "## Cite as",
        "",
        f"{state.name}. {request.title}. Research extract {request.project}, built {made.built_on}; P-20W warehouse"
        f" {made.code_version}, linkage run {made.linkage_run}, {made.deliveries} accepted deliveries.",
        *[f"Indicator {term.name}, version {term.version}." for term in asked.measures if term.version],
        "",
        "## Beware",
        "",
        *[f"- {limit}" for limit in _limits(state, asked, done)],
        "",
        "## Conditions",
        "",
        "- Nobody may try to find out who a person is, or join the rows with other records of persons.",
        "- The codes serve this project alone; those of another project name nobody here.",
        "- What is published from it goes through disclosure review first: small counts can be people.",
    ]
    return "\n".join(lines) + "\n"


def _agreement(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return ["Agreement: the state asks for none."]
    bases = [legal_bases()[name] for name in agreement.legal_basis]
    law = "; ".join(f"{b.title} ({b.citation})" if b.citation else b.title for b in bases)
    return [
        f"Agreement: {agreement.agreement}, {agreement.title}, with {agreement.parties.recipient.name}.",
        f"Legal basis: {law}. In force until {agreement.expires}; destruction by {agreement.destroy_by}.",
    ]


def _limits(state: State, asked: Asked, done: Protection) -> Iterator[str]:
    yield "Records of one person are linked by probability: some are missed, a few joined wrongly. Missing is not no."
    elements = {f"{layout}.{column}" for layout, columns in asked.elements.items() for column in columns}
    codes = {term.name for term in asked.measures}
    for limitation in state.limitations:
        if codes & set(limitation.indicators) or elements & set(limitation.layout_columns):
            yield limitation.sentence
    for term in asked.measures:
        if term.caveats:
            yield f"{column_of(term)}: {term.caveats}"
    for name, form in done.keys.items():
        if form != "as it is":
            yield f"{name} is given in another form: {form}."
    if done.hidden:
        yield f"In {done.hidden:,} rows the key columns are hidden (*), since too few people share them."


def k_anonymity(done: Protection) -> str:
    """Return the k-anonymity report for the reviewer."""
    share = done.hidden / done.rows if done.rows else 0
    lines = [
        "# k-anonymity",
        "",
        f"k = {done.k}: the fewest rows that share all key columns are {done.smallest}.",
        f"{done.rows:,} rows in {done.classes:,} combinations of key columns;"
        f" in {done.hidden:,} rows ({share:.1%}) the key columns are hidden; {done.left_out} people are left out.",
        "",
        "| Key column | Form | Why it is a key |",
        "|---|---|---|",
        *[f"| {name} | {form} | {_why(name, done)} |" for name, form in done.keys.items()],
        "",
        "Amounts are given up to: "
        + (", ".join(f"{n} ${top:,}" for n, top in done.tops.items()) or "there are none"),
        "",
        "| Other column | Combinations in which everybody has the same value |",
        "|---|---|",
        *[f"| {name} | {count} of {done.classes} |" for name, count in done.alike.items()],
        "",
        "Where everybody of a combination has the same value, whoever knows somebody's key columns knows it too.",
    ]
    return "\n".join(lines) + "\n"


def _why(name: str, done: Protection) -> str:
    shared = {code.lower(): projects for code, projects in done.shared_with.items()}
    if name in shared:
        return f"also given to {', '.join(shared[name])}"
    return "may be known of somebody"
