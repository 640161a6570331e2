"""A research request: who is asked for, when, with which measures, for what, under which agreement; one YAML file.

Belongs here: reading a request and what is wrong with it. Must not come here: rows, approvals.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from governance.agreements.agreement import AgreementCode
from governance.extracts.vocabulary import Term, Vocabulary
from warehouse.state_sheet import StateSheetFile

#: In words of a warehouse's own columns; a measure must not be called like these.
CODE, YEAR = "person_code", "group_year"
ProjectCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=40)]
_Clause = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]


class _Part(BaseModel):
    """A part of the file: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(_Part):
    """Years of the group, both included."""

    first: int = Field(alias="from", ge=1900, le=2200)
    last: int = Field(alias="to", ge=1900, le=2200)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError("to lies before from")
        return self


class Request(_Part):
    """One request."""

    project: ProjectCode = Field(description="Short name of the project; its codes are its own.")
    title: str = Field(min_length=5)
    purpose: _Clause
    agreement: AgreementCode
    population: str = Field(description="A group of the vocabulary, or an indicator: whom it counts.")
    period: Period
    measures: list[str] = Field(min_length=1, max_length=40)
    expires: datetime.date = Field(description="The day on which the extract and its codes are destroyed.")
    k: int | None = Field(default=None, ge=3, le=100, description="Else the state's min_count.")
    may_hide: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="Share of rows whose key columns may be hidden before all are coarsened.",
    )

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        if repeated := [name for name in self.measures if self.measures.count(name) > 1]:
            raise ValueError(f"the measure {repeated[0]} is named twice")
        return self

    @property
    def sha256(self) -> str:
        """What an approval is given to: another word, another request."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


@dataclass(frozen=True)
class Asked:
    """A request with what its words mean."""

    request: Request
    group: Term
    measures: tuple[Term, ...]

    @property
    def elements(self) -> dict[str, set[str]]:
        """Layout -> columns that the extract is made from; none where only the layout is known."""
        found: dict[str, set[str]] = {}
        for term in (self.group, *self.measures):
            for layout, columns in term.elements.items():
                found.setdefault(layout, set()).update(columns)
        return found


def read_request(path: Path, vocabulary: Vocabulary) -> Asked:
    """Return the request in a file; raise P20WError with file and line where it is wrong."""
    file = StateSheetFile(path, Request)
    request = file.sheet

    def term(known: Mapping[str, Term], name: str, *place: str) -> Term:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5) or sorted(known)[:8]
            file.refuse(place, f"{name} is not in the vocabulary; similar: {', '.join(near)}")
        return known[name]

    group = term(vocabulary.groups, request.population, "population")
    measures = tuple(
        term(vocabulary.measures, name, "measures", str(number))
        for number, name in enumerate(request.measures)
    )
    return Asked(request, group, measures)


def asked_again(request: Mapping[str, Any], vocabulary: Vocabulary) -> Asked:
    """Return a request that was registered before."""
    again = Request.model_validate(request)
    return Asked(
        again,
        vocabulary.groups[again.population],
        tuple(vocabulary.measures[name] for name in again.measures),
    )


def column_of(term: Term) -> str:
    """The name of a measure's column: an indicator's code in small letters."""
    return re.sub(r"[^a-z0-9_]", "_", term.name.lower())
