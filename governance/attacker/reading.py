"""How a reader undoes rounding, coding and bins: the numbers that a printed text may stand for.

Count and rate are read together: how finely a rate is written, and from where it is coded, depends on the size of its group,
so that the rate's text tells of the size too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

_EPSILON = 1e-9
# Steps of a rate that is never finer than one person, after the state's own.
_COARSER = (1.0, 5.0, 10.0)


class Range(NamedTuple):
    """From and to, both possible."""

    low: float
    high: float


class Texts(NamedTuple):
    """What count and rate of one cell stand for."""

    people: Range
    outcome: Range
    share: Range


#: No number is written so.
IMPOSSIBLE = Range(1, 0)


@dataclass(frozen=True)
class Rules:
    """How numbers are written, as a release tells its readers."""

    count_to: int
    large_count_to: int | None
    rate_to: float
    by_size: bool
    of_rounded_counts: bool
    coded: tuple[tuple[int | None, float], ...]
    bins: tuple[tuple[int | None, float], ...]
    least_outcome: int

    def step(self, people: int) -> float:
        """The width of one step of a rate in a group of so many."""
        if not self.by_size:
            return self.rate_to
        steps = [self.rate_to, *(step for step in _COARSER if step > self.rate_to)]
        return next((step for step in steps if step * people >= 100), steps[-1])

    def cut(self, people: int) -> float:
        """From what share on a rate is coded at both ends, in percent."""
        return _rung(self.coded, people) or (1.0 if self.bins else 0.0)


@cache
def rules_of(record: str) -> Rules:
    """The rules of a release from the text of its record."""
    rules: dict[str, Any] = json.loads(record)
    large = rules.get("round_large_count_to")
    return Rules(
        int(rules["round_count_to"]), None if large is None else int(large), float(rules["round_rate_to"]),
        bool(rules.get("rate_step_by_size")), bool(rules.get("rate_of_rounded_counts")),
        tuple(map(tuple, rules.get("coded") or ())), tuple(map(tuple, rules.get("bins") or ())),
        int(rules["min_outcome_count"]),
    )  # fmt: skip


def people_range(text: str, rules: Rules, least: int) -> Range:
    """The whole numbers that are written so; never fewer than may be shown."""
    shown = int(text)
    fine, coarse = rules.count_to, rules.large_count_to
    found = [_rounding(shown, fine, None if coarse is None else 999)]
    if coarse is not None:
        found.append(_rounding(shown, coarse, None, lowest=1000))
    ranges = [r for r in found if r.low <= r.high]
    if not ranges:
        return IMPOSSIBLE
    low, high = min(r.low for r in ranges), max(r.high for r in ranges)
    return Range(max(low, least), high)


@lru_cache(maxsize=1 << 17)
def read(count: str, rate: str, record: str, least: int) -> Texts:
    """The people, those with the outcome and their share that are written so under the recorded rules."""
    rules = rules_of(record)
    people = people_range(count, rules, least)
    found = []
    for size in range(int(people.low), int(people.high) + 1):
        for low, high, share in _outcomes(rate, size, int(count), rules):
            low_end, high_end = max(low, rules.least_outcome), min(high, size - rules.least_outcome)
            if low_end <= high_end:
                found.append((size, low_end, high_end, share))
    if not found:
        return Texts(people, IMPOSSIBLE, Range(0, 1))
    sizes, lows, highs, shares = zip(*found, strict=True)
    return Texts(
        Range(min(sizes), max(sizes)),
        Range(min(lows), max(highs)),
        Range(min(s.low for s in shares), max(s.high for s in shares)),
    )


def _rounding(shown: int, step: int, highest: int | None, lowest: int = 0) -> Range:
    if shown % step:
        return IMPOSSIBLE
    low, high = math.ceil(shown - step / 2), math.ceil(shown + step / 2) - 1
    return Range(max(low, lowest), high if highest is None else min(high, highest))


def _outcomes(text: str, people: int, count: int, rules: Rules) -> Iterator[tuple[int, int, Range]]:
    """The least and the most with the outcome, in a group of so many, and their share; nothing where it is not written so."""
    width = _rung(rules.bins, people)
    if width > 1:
        yield from _binned(text, people, width)
    elif text[0] in "<>":
        cut = rules.cut(people)
        if cut and text == f"<={cut:g}":
            yield 0, math.floor(cut / 100 * people + _EPSILON), Range(0.0, cut / 100)
        elif cut and text == f">={100 - cut:g}":
            yield math.ceil((1 - cut / 100) * people - _EPSILON), people, Range(1 - cut / 100, 1.0)
    elif "-" not in text and _is_step(text, step := rules.step(people)):
        number, half, cut = float(text), step / 2, rules.cut(people)
        # A rate that is printed plainly is not one that would have been coded.
        inner = (
            math.floor(cut / 100 * people + _EPSILON) + 1 if cut else 0,
            math.ceil((1 - cut / 100) * people - _EPSILON) - 1 if cut else people,
        )
        if rules.of_rounded_counts:
            ends = _of_rounded((number - half) / 100 * count, (number + half) / 100 * count, rules)
            share = Range(0.0, 1.0)
        else:
            # Halves are rounded up.
            low, high = (number - half) / 100, (number + half) / 100
            ends = math.ceil(low * people - _EPSILON), math.ceil(high * people - _EPSILON) - 1
            share = Range(max(low, cut / 100, 0.0), min(high, 1 - cut / 100, 1.0))
        yield max(ends[0], inner[0]), min(ends[1], inner[1]), share


def _of_rounded(low: float, high: float, rules: Rules) -> tuple[int, int]:
    """The numbers whose rounded number is at least low and less than high."""
    found = []
    steps: list[tuple[int, int, float]] = (
        [(rules.count_to, 0, 999)] if rules.large_count_to else [(rules.count_to, 0, math.inf)]
    )
    for step, least, most in [*steps, (rules.large_count_to or 0, 1000, math.inf)]:
        if not step:
            continue
        first, last = math.ceil(low / step - _EPSILON) * step, (math.ceil(high / step - _EPSILON) - 1) * step
        if first <= last:
            ends = max(math.ceil(first - step / 2), least), min(math.ceil(last + step / 2) - 1, most)
            found += [ends] if ends[0] <= ends[1] else []
    return (min(e[0] for e in found), int(max(e[1] for e in found))) if found else (1, 0)


def _binned(text: str, people: int, width: float) -> Iterator[tuple[int, int, Range]]:
    for step in range(math.ceil(100 / width - _EPSILON)):
        low = min(step * width, 100 - width)
        high = low + width
        within = f"<{width:g}" if low == 0 else f"{low:g}-{high - 1:g}"
        if text == (f">={low:g}" if high >= 100 else within):
            last = people if high >= 100 else math.ceil(high / 100 * people - _EPSILON) - 1
            yield math.ceil(low / 100 * people - _EPSILON), last, Range(low / 100, min(high / 100, 1.0))


def _is_step(text: str, step: float) -> bool:
    """True where a rate of this step would be written with so many places."""
    _, _, places = text.partition(".")
    exponent = int(Decimal(str(step)).normalize().as_tuple().exponent)
    return len(places) == max(0, -exponent) and abs(float(text) / step - round(float(text) / step)) < 1e-6


def _rung(ladder: tuple[tuple[int | None, float], ...], people: float) -> float:
    return next((float(cut) for largest, cut in ladder if largest is None or people <= largest), 0.0)
