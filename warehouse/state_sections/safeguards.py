"""What protects people and readers: disclosure control, safeguards between agencies, retention, known limitations."""

import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from warehouse.state_sections.section import Count, LayoutKey, Section, Share, SubmitterName

Minimum = Annotated[int, Field(ge=3)]
Step = Annotated[float, Field(gt=0)]
# Largest group and a cut or width in percent; null for all larger ones.
Rung = tuple[Annotated[int, Field(ge=1)] | None, Annotated[float, Field(gt=0, le=50)]]


class Disclosure(Section):
    """A preset of disclosure control, and what the state sets instead of the preset's figures."""

    preset: str
    #: Tables of single cohorts, or of all complete cohorts pooled; never both, for one could be taken from the other.
    cohorts: Literal["single", "pooled"] | None = None
    #: What is published: district, school, career_cluster, cip, subgroup, and crosses such as `district x subgroup`.
    tables: list[str] | None = None
    #: Leave a table out for the coarser one where more than this share of its cells would be hidden; 1 for never.
    roll_up_above: Share | None = None
    #: Publish such a table of so many consecutive cohorts as one instead, where that shows more; 1 for never.
    pool_years: Annotated[int, Field(ge=1, le=5)] | None = None
    #: Offices that must approve the content of a release before it is published.
    approvals: list[str] = Field(default_factory=list)
    min_count: Minimum | None = None
    min_outcome_count: Count | None = None
    min_wage_count: Minimum | None = None
    min_employers: Annotated[int, Field(ge=1)] | None = None
    max_employer_share: Share | None = None
    round_count_to: Annotated[int, Field(ge=1)] | None = None
    round_large_count_to: Annotated[int, Field(ge=1)] | None = None
    round_rate_to: Step | None = None
    round_usd_to: Step | None = None
    usd_top: Step | None = None
    rate_step_by_size: bool | None = None
    rate_of_rounded_counts: bool | None = None
    coded: list[Rung] | None = None
    bins: list[Rung] | None = None


class Governance(Section):
    """Which of the safeguards between agencies the state wants; see docs/agreements.md."""

    #: Whether deliveries, releases and extracts stop without an agreement for their elements.
    agreements: Literal["required", "none"] = "required"
    #: Whether changes of layouts, rules and parameters wait for the approval of the agencies they touch.
    approvals: Literal["required", "none"] = "required"
    #: So many days before an agreement ends, `p20w doctor` begins to say so.
    remind_days: Annotated[int, Field(ge=0, le=1000)] = 90


class Retention(Section):
    """How long deliveries of some layouts are kept: so many years after their period's, or until a day."""

    rule: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
    layouts: list[LayoutKey] = Field(min_length=1)
    #: Until the last day of the year that is so many years after the one that the period's name begins with.
    keep_years: Annotated[int, Field(ge=0, le=200)] | None = None
    destroy_on: datetime.date | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Retention":
        if (self.keep_years is None) == (self.destroy_on is None):
            raise ValueError("give either keep_years or destroy_on")
        return self

    def told(self) -> str:
        """The rule in words."""
        if self.destroy_on is not None:
            return f"until {self.destroy_on:%Y-%m-%d}"
        return f"{self.keep_years} years after the period's year"


class Limitation(Section):
    """Something known to be missing or doubtful, and the columns and indicators whose readers must know it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
    sentence: Annotated[str, StringConstraints(min_length=20, pattern=r"\.$")]
    owner: str
    #: Periods, from and to which it holds; open where not given.
    since: str | None = None
    until: str | None = None
    submitter: SubmitterName | None = None
    layout_columns: list[str] = Field(default_factory=list)
    core_columns: list[Annotated[str, StringConstraints(pattern=r"^[a-z_]+[.][a-z0-9_]+[.][a-z0-9_]+$")]] = (
        Field(default_factory=list)
    )
    indicators: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_attached(self) -> "Limitation":
        if not (self.layout_columns or self.core_columns or self.indicators):
            raise ValueError("a limitation is attached to a column or an indicator")
        return self
