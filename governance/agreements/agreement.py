"""What a data-sharing agreement says, as one YAML file.

Belongs here: its clauses and what makes them complete by themselves. Must not come here: what they allow (coverage),
where the files lie (register).
"""

import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from governance.agreements.bases import legal_bases
from ingest.catalogue import Column
from ingest.layout import PiiClass

Basis = Literal["ferpa_audit_evaluation", "ferpa_studies", "ui_confidentiality", "other_law"]
#: load: files are taken in and linked. aggregates: protected numbers are published. extracts: de-identified rows
#: are given to research.
Use = Literal["load", "aggregates", "extracts"]
#: What agreements call the keyed encodings of persons that an agency sends in place of identifiers: they have no layout.
ENCODED: Final = "encoded/person"
Clause = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
AgreementCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=40)]
_LayoutKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")]


class _Part(BaseModel):
    """A part of the file: an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Recipient(_Part):
    """Who receives, and what it is before the law."""

    name: str
    kind: Literal["public_official", "agent_of_public_official", "research_institution", "other"]


class Parties(_Part):
    """Who gives and who receives."""

    providers: list[str] = Field(
        min_length=1, description="Agencies or single submitters, by their names in the state's file."
    )
    recipient: Recipient


class Elements(_Part):
    """Columns of some layouts: all of them, those named, or those of some classes."""

    layouts: list[_LayoutKey] = Field(min_length=1)
    columns: list[str] | None = Field(default=None, min_length=1, description="These columns only.")
    classes: list[PiiClass] | None = Field(
        default=None, min_length=1, description="Columns of these classes only, by the layout's `pii`."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.columns is not None and self.classes is not None:
            raise ValueError("name columns or classes, not both")
        if self.columns is not None and len(self.layouts) > 1:
            raise ValueError("columns are those of one layout; give every layout an entry of its own")
        return self

    def includes(self, column: Column) -> bool:
        """Whether a column of one of the layouts is among them."""
        if self.columns is not None:
            return column.name in self.columns
        return self.classes is None or column.pii in self.classes


class Agreement(_Part):
    """One data-sharing agreement."""

    agreement: AgreementCode = Field(
        description="Its short name, by which extracts and messages refer to it."
    )
    title: str
    synthetic: bool = Field(default=False, description="Made up for a demonstration; it binds nobody.")
    parties: Parties
    legal_basis: list[Basis] = Field(min_length=1)
    citation: Clause | None = Field(default=None, description="Where the law is none of the listed ones.")
    purpose: Clause
    permits: list[Use] = Field(min_length=1)
    elements: list[Elements] = Field(min_length=1)
    effective: datetime.date
    expires: datetime.date = Field(description="The last day on which it holds.")
    destroy_by: datetime.date = Field(description="By when everything received under it is destroyed.")
    designated_representative: Clause | None = Field(default=None, description="An office, not a person.")
    scope: Clause | None = Field(default=None, description="What a study is about and how long it lasts.")
    limits_on_use: Clause | None = Field(
        default=None, description="Who needs to know, and what is forbidden."
    )
    safeguards: Clause | None = None
    redisclosure: Clause | None = None
    transfer: Clause | None = Field(default=None, description="How, when and in which format it is sent.")
    cost: Clause | None = Field(default=None, description="Who pays for what.")
    inspection: Clause | None = Field(default=None, description="The provider's right to look on site.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.expires < self.effective:
            raise ValueError("expires lies before effective")
        if self.destroy_by < self.expires:
            raise ValueError("destroy_by lies before expires: what is still used cannot be destroyed")
        for name in self.legal_basis:
            basis = legal_bases()[name]
            law = f"{name} ({basis.citation})" if basis.citation else name
            if missing := [clause for clause in basis.clauses if getattr(self, clause) is None]:
                raise ValueError(f"{law} asks for the clause {missing[0]}, which is missing")
            if basis.recipients and self.parties.recipient.kind not in basis.recipients:
                raise ValueError(f"{law} allows as recipient.kind only {' or '.join(basis.recipients)}")
        return self

    def is_in_force(self, on: datetime.date) -> bool:
        """Whether it holds on a day."""
        return self.effective <= on <= self.expires

    def speaks_of(self, layout_key: str) -> bool:
        """Whether anything of a layout is among its elements."""
        return any(layout_key in part.layouts for part in self.elements)

    def includes(self, layout_key: str, column: Column) -> bool:
        """Whether a column is among its elements."""
        return any(layout_key in part.layouts and part.includes(column) for part in self.elements)
