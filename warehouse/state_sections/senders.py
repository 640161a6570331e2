"""Who sends which files, in which codes, by when, and when a file is taken."""

import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, field_validator, model_validator

from warehouse.state_sections.section import LayoutKey, Section, SubmitterName, Year

# What stands for "always" where years are written.
FIRST_YEAR, LAST_YEAR = 1900, 9999


class YearsOfCodes(Section):
    """Local code → standard code, for the files of some years: the whole map of these years."""

    first: Year = Field(default=FIRST_YEAR, alias="from")
    last: Year | None = Field(default=None, alias="to")
    codes: dict[str, str] = Field(min_length=1)


# One map for all years, or a list of maps with their years.
CodeMap = Annotated[
    Annotated[dict[str, str], Tag("[always]")] | Annotated[list[YearsOfCodes], Tag("[by year]")],
    Discriminator(lambda value: "[by year]" if isinstance(value, list) else "[always]"),
]


class Submitter(Section):
    """Who sends files, which layouts, and how its local codes read in standard codes."""

    name: str
    agency: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    layouts: list[LayoutKey] = Field(min_length=1)
    code_maps: dict[str, CodeMap] = Field(default_factory=dict)
    # The form in which a layout comes from this submitter, where it is not to be told from the file.
    variants: dict[LayoutKey, str] = Field(default_factory=dict)

    def code_map(self, code_set: str) -> list[tuple[int, int, dict[str, str]]]:
        """The maps of a code set as (first year, last year, local → standard); empty when it is sent in standard codes."""
        given = self.code_maps.get(code_set)
        if given is None:
            return []
        if isinstance(given, dict):
            return [(FIRST_YEAR, LAST_YEAR, given)]
        ordered = sorted(given, key=lambda part: part.first)
        following = [part.first - 1 for part in ordered[1:]] + [LAST_YEAR]
        return [
            (part.first, end if part.last is None else part.last, part.codes)
            for part, end in zip(ordered, following, strict=True)
        ]

    @field_validator("code_maps")
    @classmethod
    def _years_follow_each_other(cls, maps: dict[str, CodeMap]) -> dict[str, CodeMap]:
        for code_set, given in maps.items():
            if isinstance(given, list):
                _check_years(code_set, sorted(given, key=lambda part: part.first))
        return maps


def _check_years(code_set: str, parts: list[YearsOfCodes]) -> None:
    if not parts:
        raise ValueError(f"{code_set} has no codes")
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if part.last is not None and part.last < part.first:
            raise ValueError(f"{code_set} ends in {part.last}, before it begins in {part.first}")
        if following and following.first <= (part.first if part.last is None else part.last):
            raise ValueError(f"{code_set} has two maps for {following.first}")


class Agency(Section):
    """Whose an agency's elements are, where neither layout nor column says otherwise."""

    name: str
    #: The office that answers for the content of what the agency sends.
    owner: Annotated[str, StringConstraints(min_length=3)] | None = None
    #: Who looks after it day by day and is asked when something is doubtful.
    steward: Annotated[str, StringConstraints(min_length=3)] | None = None


class Due(Section):
    """By when a delivery is due: so many days after its period, or on a day of the year after it."""

    days: Annotated[int, Field(ge=0, le=1500)] | None = None
    month_day: (
        Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]|29|30|31)$")] | None
    ) = None
    #: Counted from the period's end, or from its begin.
    after: Literal["end", "begin"] = "end"

    @model_validator(mode="after")
    def _one_of_both(self) -> "Due":
        if (self.days is None) == (self.month_day is None):
            raise ValueError("give either days or month_day")
        if self.month_day is not None:
            # Not a leap year: a day that is there every year.
            datetime.date(2001, *map(int, self.month_day.split("-")))
        return self


class Expectation(Section):
    """What is expected regularly: files of these layouts for every period from one on."""

    layouts: list[LayoutKey] = Field(min_length=1)
    #: Who sends it; else all submitters of the layout.
    submitters: list[SubmitterName] = Field(default_factory=list)
    due: Due
    first: str = Field(alias="from")
    last: str | None = Field(default=None, alias="to")
    #: Only these terms, for layouts that are sent by academic term.
    terms: list[Literal["FA", "SP", "SU"]] = Field(default_factory=list)


class Landing(Section):
    """When a file in a submitter's folder is taken."""

    #: A file that changed within so many seconds may still be growing.
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 10
    #: Take only files that have `<name>.done` beside them, written after them.
    require_done_marker: bool = False
    #: When a file counts as received: now, or at its own time, where files of earlier years are brought in.
    arrival: Literal["now", "file_time"] = "now"


class Volume(Section):
    """Files of which the periods differ more by nature than rules expect: cohorts that leave, a service that ends."""

    layouts: list[LayoutKey] = Field(min_length=1)
    #: The share of rows by which a file may fall below that of an earlier period before it is held.
    fall_between_periods: Annotated[float, Field(gt=0, lt=1)]
