"""How a reader undoes rounding, coding and bins: the numbers that a printed text may stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

_EPSILON = 1e-9


class Range(NamedTuple):
    """From and to, both possible."""

    low: float
    high: float


def people_range(text: str, rules: Mapping[str, Any], least: int) -> Range:
    """The whole numbers that are written so; never fewer than may be shown."""
    shown = int(text)
    fine, coarse = int(rules["round_count_to"]), rules.get("round_large_count_to")
    found = [_rounding(shown, fine, None if coarse is None else 999)]
    if coarse is not None:
        found.append(_rounding(shown, int(coarse), None, lowest=1000))
    ranges = [r for r in found if r.low <= r.high]
    low, high = min(r.low for r in ranges), max(r.high for r in ranges)
    return Range(max(low, least), high)


def _rounding(shown: int, step: int, highest: int | None, lowest: int = 0) -> Range:
    if shown % step:
        return Range(1, 0)
    low, high = math.ceil(shown - step / 2), math.ceil(shown + step / 2) - 1
    return Range(max(low, lowest), high if highest is None else min(high, highest))


def share_range(text: str, people: Range, rules: Mapping[str, Any]) -> Range:
    """The shares, 0 to 1, that a printed rate may stand for in a group of so many people."""
    if text.startswith((">=", "<=", "<")):
        number = float(text.lstrip("<>="))
        return Range(number / 100, 1.0) if text.startswith(">") else Range(0.0, number / 100)
    if "-" in text:
        first, last = text.split("-")
        return Range(float(first) / 100, (float(last) + 1) / 100)
    number = float(text)
    if rules.get("rate_of_rounded_counts"):
        return Range(0.0, 1.0)
    half = _widest_step(people, rules) / 2
    low, high = max((number - half) / 100, 0.0), min((number + half) / 100, 1.0)
    cuts = rules.get("coded") or ()
    # A rate that is printed plainly is not one that would have been coded.
    cut = min((_rung(cuts, n) for n in (people.low, people.high)), default=0.0)
    return Range(max(low, cut / 100), min(high, 1 - cut / 100))


def outcome_range(text: str, count: str, people: Range, rules: Mapping[str, Any]) -> Range:
    """The numbers with the outcome, in people, that count and rate together allow."""
    share = share_range(text, people, rules)
    low, high = share.low * people.low, share.high * people.high
    if rules.get("rate_of_rounded_counts") and text.replace(".", "", 1).isdigit():
        half_step = float(rules["round_rate_to"]) / 2
        blur = max(int(rules["round_count_to"]), int(rules.get("round_large_count_to") or 1)) / 2
        low = (float(text) - half_step) / 100 * int(count) - blur
        high = (float(text) + half_step) / 100 * int(count) + blur
    least = int(rules["min_outcome_count"])
    low, high = max(low, least), min(high, people.high - least)
    return Range(math.ceil(low - _EPSILON), math.floor(high + _EPSILON))


def _widest_step(people: Range, rules: Mapping[str, Any]) -> float:
    own = float(rules["round_rate_to"])
    if not rules.get("rate_step_by_size"):
        return own
    steps = [own, *(step for step in (1.0, 5.0, 10.0) if step > own)]
    return next((step for step in steps if step * people.low >= 100), steps[-1])


def _rung(ladder: Any, people: float) -> float:
    return next((float(cut) for largest, cut in ladder if largest is None or people <= largest), 0.0)
