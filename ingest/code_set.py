"""The standard codes of a coded column, each with its label and the years in which it counts.

Belongs here: the shape of code-set files. Must not come here: local codes (those are the state's), the database.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.state_sections.senders import FIRST_YEAR, LAST_YEAR


class DatedCode(BaseModel):
    """A code that is not of all years."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    first: int = Field(default=FIRST_YEAR, ge=FIRST_YEAR, le=LAST_YEAR, alias="from")
    last: int = Field(default=LAST_YEAR, ge=FIRST_YEAR, le=LAST_YEAR, alias="to")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the code ends in {self.last}, before it begins in {self.first}")
        return self


class CodeSet(BaseModel):
    """The standard codes of one coded column, with what each means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    reference: str
    note: str | None = None
    codes: dict[str, str] = Field(min_length=1)
    years: dict[str, tuple[int, int]] = Field(default={}, exclude=True)

    def years_of(self, code: str) -> tuple[int, int]:
        """Return the first and last year in which files may hold a code."""
        return self.years.get(code, (FIRST_YEAR, LAST_YEAR))

    @model_validator(mode="before")
    @classmethod
    def _part_labels_and_years(cls, content: Any) -> Any:
        """A code is written as its label, or as {label, from, to} when it is not of all years."""
        if not isinstance(content, dict) or not isinstance(content.get("codes"), dict):
            return content
        dated = {
            code: DatedCode.model_validate(said)
            for code, said in content["codes"].items()
            if isinstance(said, dict)
        }
        labels = {
            code: dated[code].label if code in dated else said for code, said in content["codes"].items()
        }
        years = {code: (said.first, said.last) for code, said in dated.items()}
        return content | {"codes": labels} | ({"years": years} if years else {})
