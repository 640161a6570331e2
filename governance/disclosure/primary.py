"""Primary rules: may this number be shown when it is looked at alone?

What neighbouring cells give away is `suppression`; how a permitted number is written is `rounding`.
"""

from __future__ import annotations

from dataclasses import dataclass

from governance.disclosure.policy import DisclosurePolicy, Unit


@dataclass(frozen=True)
class Cell:
    """The true numbers of one cell, in one cohort of one indicator."""

    people: int
    with_outcome: int = 0
    median_usd: float | None = None
    employers: int | None = None
    top_employer_share: float | None = None


def is_sensitive(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> bool:
    """True where the cell alone would tell too much about too few people or employers.

    A rate is hidden when too few people are on either side of it: at 0 or 100 percent the outcome of each
    person is known. A wage is hidden when too few employers, or one dominant employer, stand behind it;
    where the number of employers is unknown it counts as too few. Nobody is nobody's secret: an empty cell
    is hidden with its table only.
    """
    if cell.people < policy.smallest_group(unit):
        return cell.people > 0
    if unit == "percent":
        return min(cell.with_outcome, cell.people - cell.with_outcome) < policy.min_outcome_count
    if cell.median_usd is None or cell.employers is None or cell.top_employer_share is None:
        return True
    return cell.employers < policy.min_employers or cell.top_employer_share > policy.max_employer_share
