"""Primary rules: may this number be shown when it is looked at alone?

The state's thresholds and the cell they judge belong here. What neighbouring cells give away is `one_way`;
how a permitted number is written is `rounding`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from warehouse.errors import P20WError

Unit = Literal["percent", "usd"]

# States publish from 5 people upwards at the least; below 3 even an honest setting protects nobody.
_LOWEST_COUNT = 3


@dataclass(frozen=True)
class DisclosurePolicy:
    """The thresholds of one state, as its state file sets them."""

    preset: str = "default"
    min_count: int = 10
    min_outcome_count: int = 3
    min_wage_count: int = 10
    min_employers: int = 3
    max_employer_share: float = 0.8
    round_rate_to: float = 0.1
    round_usd_to: float = 100
    round_count_to: int = 10
    # Single cohorts and all cohorts pooled are never both published: their difference is one cohort.
    cohorts: Literal["single", "pooled"] = "single"

    def __post_init__(self) -> None:
        """Refuse thresholds that would protect nobody."""
        if min(self.min_count, self.min_wage_count) < _LOWEST_COUNT or self.min_outcome_count < 1:
            raise P20WError(
                "The disclosure thresholds are too low to protect anybody.",
                f"Set min_count and min_wage_count to at least {_LOWEST_COUNT}, min_outcome_count to at least 1.",
            )
        if self.round_rate_to <= 0 or self.round_usd_to <= 0 or self.round_count_to <= 0:
            raise P20WError(
                "A rounding step of the disclosure settings is not positive.",
                "Set round_rate_to, round_usd_to and round_count_to above zero.",
            )
        if self.cohorts not in ("single", "pooled"):
            raise P20WError(
                "The disclosure setting 'cohorts' is neither 'single' nor 'pooled'.",
                "Choose one of the two: publishing both would let one cohort be computed by subtraction.",
            )

    @classmethod
    def from_settings(cls, settings: Any) -> DisclosurePolicy:
        """Read the policy from the `disclosure` part of a state file; what is not set keeps its default."""
        found = {name: getattr(settings, name, None) for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in found.items() if value is not None})

    def as_dict(self) -> dict[str, Any]:
        """The thresholds by name, for the record of a release."""
        return asdict(self)

    def smallest_group(self, unit: Unit) -> int:
        """The fewest people a shown number may stand for."""
        return self.min_count if unit == "percent" else max(self.min_count, self.min_wage_count)


@dataclass(frozen=True)
class Cell:
    """One true number of the cube: a category of one dimension, in one cohort of one indicator."""

    category: str
    people: int
    with_outcome: int = 0
    median_usd: float | None = None
    employers: int | None = None
    top_employer_share: float | None = None


def is_sensitive(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> bool:
    """True where the cell alone would tell too much about too few people or employers.

    A rate is hidden when too few people are on either side of it: at 0 or 100 percent the outcome of each
    person is known. A wage is hidden when too few employers, or one dominant employer, stand behind it;
    where the number of employers is unknown it counts as too few.
    """
    if cell.people < policy.smallest_group(unit):
        return True
    if unit == "percent":
        return min(cell.with_outcome, cell.people - cell.with_outcome) < policy.min_outcome_count
    if cell.median_usd is None or cell.employers is None or cell.top_employer_share is None:
        return True
    return cell.employers < policy.min_employers or cell.top_employer_share > policy.max_employer_share
