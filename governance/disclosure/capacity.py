"""How far each number of a cohort could move without a change of what is printed: the measures of suppression.

A shown number may stand for any that is written alike; a hidden one for any number of people. Bulk arithmetic
only; which cells to hide is `suppression`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from governance.disclosure.cells import CellKey, CohortCells
from governance.disclosure.policy import DisclosurePolicy, Unit, step_of
from governance.disclosure.primary import Cell, is_sensitive
from governance.disclosure.rounding import rate_step

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
#: More than any cohort.
BIG = 1e12


@dataclass(frozen=True)
class Measure:
    """People, those with the outcome or those without it: true values and how far a shown one is blurred."""

    limit: float
    values: Floats
    fall: Floats
    rise: Floats


@dataclass(frozen=True)
class Block:
    """One cohort as arrays; a relation is the places of its totals and those of its parts."""

    keys: list[CellKey]
    place: dict[CellKey, int]
    relations: list[tuple[Places, Places]]
    relations_of: list[list[int]]
    measures: list[Measure]
    people: Floats
    sensitive: Flags
    must_hide: Flags
    #: Shown by an earlier release, so that hiding it now shields nobody.
    spent: Flags
    #: Sensitive for another reason than its size: never safe by being large.
    covered: Flags

    #: The totals of the cohorts.
    roots: Places
    #: What hiding each cell costs: its people, and the cell itself.
    costs: Floats


def block_of(
    cohort: CohortCells,
    unit: Unit,
    policy: DisclosurePolicy,
    must_hide: Collection[CellKey] = (),
    spent: Collection[CellKey] = (),
) -> Block:
    """Arrange a cohort for suppression."""
    keys = list(cohort.cells)
    place = {key: number for number, key in enumerate(keys)}
    relations = [
        (np.array([place[p] for p in (r.parent, *r.further)]), np.array([place[p] for p in r.parts]))
        for r in cohort.relations
    ]
    relations_of: list[list[int]] = [[] for _ in keys]
    for number, members in enumerate(relations):
        for member in np.concatenate(members).tolist():
            relations_of[member].append(number)
    cells = [cohort.cells[key] for key in keys]
    people = np.array([cell.people for cell in cells], dtype=float)
    outcome = np.array([cell.with_outcome for cell in cells], dtype=float)
    sensitive = np.array(
        [_sensitive(key, cell, cohort, unit, policy) for key, cell in zip(keys, cells, strict=True)]
    )
    small = np.array([_is_small(cell, unit, policy) for cell in cells])
    unprinted = np.array([key in cohort.unprinted for key in keys])
    return Block(
        keys, place, relations, relations_of, _measures(people, outcome, unit, policy), people, sensitive,
        np.array([key in must_hide for key in keys]) | unprinted, np.array([key in spent for key in keys]),
        sensitive & ~small, np.array([place[key] for key in cohort.totals]), np.where(unprinted, 0.0, people + 1.0),
    )  # fmt: skip


def _sensitive(key: CellKey, cell: Cell, cohort: CohortCells, unit: Unit, policy: DisclosurePolicy) -> bool:
    if key in cohort.unprinted:
        return False
    if (key.cohorts in cohort.pools or not cohort.pools) and 0 < cell.people < policy.smallest_group(
        unit
    ) + cohort.counted_again:
        # Who is counted twice is one person.
        return True
    if unit == "usd" and cell.median_usd is None:
        # The unlisted people have no printed amount, only a number.
        return 0 < cell.people < policy.smallest_group(unit)
    if is_sensitive(cell, unit, policy):
        return True
    if key.node.dimension not in cohort.overlapping:
        return False
    # Where categories overlap, everybody else follows from the total.
    whole = cohort.whole_of(key)
    rest = Cell(whole.people - cell.people, whole.with_outcome - cell.with_outcome)
    return rest.people > 0 and _is_small(rest, unit, policy)


def _is_small(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> bool:
    if cell.people < policy.smallest_group(unit):
        return True
    sides = min(cell.with_outcome, cell.people - cell.with_outcome)
    return unit == "percent" and sides < policy.min_outcome_count


def _measures(people: Floats, outcome: Floats, unit: Unit, policy: DisclosurePolicy) -> list[Measure]:
    step = np.array([policy.count_step(int(n)) for n in people], dtype=float)
    written = np.floor(people / step + 0.5) * step
    low, high = np.ceil(written - step / 2), np.ceil(written + step / 2) - 1
    measures = [Measure(policy.smallest_group(unit), people, people - low, high - people)]
    if unit == "percent" and policy.min_outcome_count:
        fall, rise = _blur(people, outcome, low, high, policy)
        limit = policy.min_outcome_count
        measures.append(Measure(limit, outcome, fall, rise))
        measures.append(Measure(limit, people - outcome, rise, fall))
    return measures


def _blur(
    people: Floats, outcome: Floats, fewest: Floats, most: Floats, policy: DisclosurePolicy
) -> tuple[Floats, Floats]:
    """How far the outcomes of a shown cell may fall and rise, its people falling and rising too."""
    sizes = people.astype(int)
    cut = np.array([_cut(n, policy) for n in sizes]) / 100 * people
    width = np.array([float(rate_step(int(n), policy)) if n else 0.0 for n in sizes]) / 100 * people
    if policy.bins:
        width = np.array([step_of(policy.bins, int(n)) or 0.0 for n in sizes]) / 100 * people
    with np.errstate(divide="ignore", invalid="ignore"):
        written = np.where(width > 0, np.floor(outcome / width + 0.5) * width, outcome)
        if policy.bins:
            written = np.where(width > 0, np.floor(outcome / width) * width + width / 2, outcome)
    low = np.where(outcome <= cut, 0, np.ceil(written - width / 2 - 1e-9))
    high = np.where(outcome <= cut, np.floor(cut), np.floor(written + width / 2 - 1e-9))
    top = (cut > 0) & (outcome >= people - cut)
    low, high = np.where(top, np.ceil(people - cut), low), np.where(top, people, high)
    least = policy.min_outcome_count
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(people > 0, low * fewest / people, 0)
        high = np.where(people > 0, high * most / people, 0)
    low, high = np.maximum(low, least), np.minimum(high, people - least)
    return cast("Floats", np.maximum(outcome - low, 0)), cast("Floats", np.maximum(high - outcome, 0))


def _cut(people: Any, policy: DisclosurePolicy) -> float:
    return float(step_of(policy.coded, int(people)) or 0)
