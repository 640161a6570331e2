"""How a permitted number is written: rounded, and coded at the extremes. Never decides what may be shown.

Hidden cells do not depend on anything here: `one_way` assumes that the reader knows every shown number
exactly. Rounding is the second wall, for the shown cells themselves. A count is written to the nearest ten
and a rate never finer than the weight of one person, so that count x rate gives back a range of numerators
and not the number of people who had the outcome.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from governance.disclosure.primary import DisclosurePolicy

# Widths of a shown percentage, finest first; the state's own step stands before them.
_COARSER_STEPS = (Decimal(1), Decimal(5), Decimal(10))

# Largest group and the percentage at which its rates are cut off at either end. After the tables of the NCES
# SLDS Technical Brief 3 (2011-603) as the field reports them; not checked against the printed brief.
_CODED_BELOW: tuple[tuple[int, int], ...] = ((20, 20), (40, 10), (100, 5), (300, 2))
_CODED_BELOW_LARGEST = 1


def shown_count(people: int, policy: DisclosurePolicy) -> str:
    """A number of people to the nearest step, as text."""
    return _written(_nearest(Decimal(people), Decimal(policy.round_count_to)), Decimal(1))


def shown_rate(with_outcome: int, people: int, policy: DisclosurePolicy) -> str:
    """A percentage as text: `83`, `83.4`, or `>=95` and `<=5` where it is extreme for the group's size."""
    percent = Decimal(100) * Decimal(with_outcome) / Decimal(people)
    limit = next((cut for largest, cut in _CODED_BELOW if people <= largest), _CODED_BELOW_LARGEST)
    if percent <= limit:
        return f"<={limit}"
    if percent >= 100 - limit:
        return f">={100 - limit}"
    step = rate_step(people, policy)
    return _written(_nearest(percent, step), step)


def rate_step(people: int, policy: DisclosurePolicy) -> Decimal:
    """The width of one step of a shown rate: the state's own, or coarser where one person weighs more."""
    own = Decimal(str(policy.round_rate_to))
    steps = (own, *(step for step in _COARSER_STEPS if step > own))
    return next((step for step in steps if step * people >= Decimal(100)), steps[-1])


def shown_usd(amount: float, policy: DisclosurePolicy) -> str:
    """A dollar amount to the nearest step, as text without separators."""
    return _written(_nearest(Decimal(str(amount)), Decimal(str(policy.round_usd_to))), Decimal(1))


def _nearest(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def _written(value: Decimal, step: Decimal) -> str:
    places = max(0, -int(step.normalize().as_tuple().exponent))
    return f"{value:.{places}f}"
