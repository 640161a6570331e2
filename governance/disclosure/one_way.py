"""Complementary suppression inside one table: a published total and the categories that make it up.

Only single one-way tables belong here. Crossed and nested tables, which need all relations at once, must not
be passed through these functions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from governance.disclosure.primary import Cell, DisclosurePolicy, Unit, is_sensitive

# A hidden cell can be narrowed down unless another hidden cell stands beside it.
_FEWEST_HIDDEN = 2


def hidden_categories(
    cells: Sequence[Cell],
    total: Cell,
    unit: Unit,
    policy: DisclosurePolicy,
    *,
    forced: Collection[str] = (),
) -> frozenset[str]:
    """Choose the categories to hide so that no hidden number follows from the total and the rest.

    The attacker is taken to know every shown number exactly, as if nothing were rounded. What he can then
    compute is the sum over the hidden cells. So there must never be exactly one hidden cell, and the hidden
    cells together must hold enough people and enough outcomes on both sides. The smallest shown cells are
    hidden too until that is true; if it cannot be made true, the whole table is hidden.

    People in no listed category (a learner without a career cluster, say) form one more cell that is never
    printed but follows by subtraction while everything else is shown. If that remainder is itself
    sensitive, listed cells are hidden with it. It never serves as the shield of a listed cell, since it may
    be known from elsewhere. Where categories overlap (their sum exceeds the total) there is no remainder to
    compute.

    Args:
        cells: the true categories; those without people are not cells and must be left out.
        total: the true total over all categories.
        unit: what the indicator measures.
        policy: the state's thresholds.
        forced: categories that must stay hidden whatever they hold now.
    """
    everything = frozenset(cell.category for cell in cells)
    if is_sensitive(total, unit, policy):
        return everything
    remainder_is_sensitive = _remainder_is_sensitive(cells, total, unit, policy)
    sensitive = {cell.category for cell in cells if is_sensitive(cell, unit, policy)}
    hidden = sensitive | (everything & frozenset(forced))
    if not hidden and not remainder_is_sensitive:
        return frozenset()
    fewest = 1 if remainder_is_sensitive and not sensitive else _FEWEST_HIDDEN
    # Cells of equal size go together: a rule that chose between them by name would tell which one it met
    # first.
    for size in sorted({cell.people for cell in cells}):
        if _is_protected([c for c in cells if c.category in hidden], fewest, unit, policy):
            return frozenset(hidden)
        hidden |= {cell.category for cell in cells if cell.people == size}
    return everything


def _remainder_is_sensitive(cells: Sequence[Cell], total: Cell, unit: Unit, policy: DisclosurePolicy) -> bool:
    """True where people stand in no listed category and are too few, or too much alike, to be derived."""
    people = total.people - sum(cell.people for cell in cells)
    outcome = total.with_outcome - sum(cell.with_outcome for cell in cells)
    if people <= 0:
        return False
    one_sided = unit == "percent" and min(outcome, people - outcome) < policy.min_outcome_count
    return one_sided or people < policy.smallest_group(unit)


def _is_protected(hidden: Sequence[Cell], fewest: int, unit: Unit, policy: DisclosurePolicy) -> bool:
    """True where the sum over the hidden cells, which the attacker can compute, tells nothing about any.

    Where only the remainder has to be protected, one hidden cell does: neither of the two can be computed,
    and the hidden one could have been shown.
    """
    if len(hidden) < fewest:
        return False
    people = sum(cell.people for cell in hidden)
    outcome = sum(cell.with_outcome for cell in hidden)
    enough = people >= policy.smallest_group(unit)
    if unit == "usd":
        return enough
    return enough and min(outcome, people - outcome) >= policy.min_outcome_count
