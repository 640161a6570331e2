"""How a permitted number is written: rounded, coded at the extremes, or binned. Never decides what may be shown.

Suppression comes first. A count is written to the nearest step and a rate never finer than the weight of one
person, so that count x rate gives back a range of numerators and not the number of people who had the outcome.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from governance.disclosure.policy import DisclosurePolicy, step_of

# Widths of a shown percentage, finest first; the state's own step stands before them.
_COARSER_STEPS = (Decimal(1), Decimal(5), Decimal(10))


def shown_count(people: int, policy: DisclosurePolicy) -> str:
    """A number of people to the nearest step, as text."""
    return _written(_rounded_count(people, policy), Decimal(1))


def shown_rate(with_outcome: int, people: int, policy: DisclosurePolicy) -> tuple[str, str]:
    """A percentage as text and its code: `83`; `>=95` (top), `<=5` (bottom), `50-59` (bin)."""
    percent = Decimal(100) * Decimal(with_outcome) / Decimal(people)
    width = step_of(policy.bins, people)
    if width is not None and width > 1:
        return _bin(percent, Decimal(str(width)))
    limit = step_of(policy.coded, people)
    if limit is None and policy.bins:
        limit = 1
    if limit is not None:
        cut = Decimal(str(limit))
        if percent <= cut:
            return f"<={limit:g}", "bottom"
        if percent >= 100 - cut:
            return f">={100 - limit:g}", "top"
    if policy.rate_of_rounded_counts:
        percent = Decimal(100) * _rounded_count(with_outcome, policy) / _rounded_count(people, policy)
    step = rate_step(people, policy)
    return _written(_nearest(percent, step), step), "none"


def rate_step(people: int, policy: DisclosurePolicy) -> Decimal:
    """The width of one step of a shown rate: the state's own, or coarser where one person weighs more."""
    own = Decimal(str(policy.round_rate_to))
    if not policy.rate_step_by_size:
        return own
    steps = (own, *(step for step in _COARSER_STEPS if step > own))
    return next((step for step in steps if step * people >= Decimal(100)), steps[-1])


def shown_usd(amount: float, policy: DisclosurePolicy) -> tuple[str, str]:
    """A dollar amount to the nearest step without separators, and its code."""
    if policy.usd_top is not None and amount >= policy.usd_top:
        return f">={policy.usd_top:.0f}", "top"
    return _written(_nearest(Decimal(str(amount)), Decimal(str(policy.round_usd_to))), Decimal(1)), "none"


def _bin(percent: Decimal, width: Decimal) -> tuple[str, str]:
    """The bin of a percentage; the outermost ones are written as bounds."""
    low = min(percent // width * width, 100 - width)
    if low + width >= 100:
        return f">={low:f}", "top"
    if low == 0:
        return f"<{width:f}", "bottom"
    return f"{low:f}-{low + width - 1:f}", "bin"


def _rounded_count(people: int, policy: DisclosurePolicy) -> Decimal:
    return _nearest(Decimal(people), Decimal(policy.count_step(people)))


def _nearest(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def _written(value: Decimal, step: Decimal) -> str:
    places = max(0, -int(step.normalize().as_tuple().exponent))
    return f"{value:.{places}f}"
