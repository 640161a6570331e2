"""Ranges that sums and shares leave, worked out step by step without a solver: never narrower than the truth allows.

Where even these are narrower than the limit, a cell is open and nothing more needs to be asked about it.
"""

from __future__ import annotations

import numpy as np

from governance.attacker.knowledge import FAR
from governance.attacker.system import Floats, Places, Sums

_STEPS = 8


def narrow(low: Floats, high: Floats, sums: Sums) -> tuple[Floats, Floats]:
    """Narrower ranges of the same numbers, cell by cell, one column for each measure.

    Args:
        low: the least of each cell: of its people, and of those with and without the outcome where there are outcomes.
        high: the most of each.
        sums: the totals and their parts.
    """
    low, high = low.copy(), high.copy()
    totals = np.array([total for total, _ in sums], dtype=int)
    parts = np.array([part for _, all_parts in sums for part in all_parts], dtype=int)
    lengths = np.array([len(all_parts) for _, all_parts in sums], dtype=int)
    starts, of_sum = np.cumsum(lengths) - lengths, np.repeat(np.arange(len(sums)), lengths)
    for _ in range(_STEPS):
        before = low.copy(), high.copy()
        if len(sums):
            _through_sums(low, high, totals, parts, starts, of_sum)
        if low.shape[1] > 1:
            _through_outcomes(low, high)
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


def _through_sums(
    low: Floats, high: Floats, totals: Places, parts: Places, starts: Places, of_sum: Places
) -> None:
    least, most = np.add.reduceat(low[parts], starts), np.add.reduceat(high[parts], starts)
    np.maximum.at(low, totals, least)
    np.minimum.at(high, totals, most)
    # A part is what the total leaves for it beside the others.
    np.maximum.at(low, parts, low[totals][of_sum] - (most[of_sum] - high[parts]))
    np.minimum.at(high, parts, np.minimum(high[totals][of_sum] - (least[of_sum] - low[parts]), FAR))


def _through_outcomes(low: Floats, high: Floats) -> None:
    people, yes, no = range(3)
    np.maximum(low[:, people], low[:, yes] + low[:, no], out=low[:, people])
    np.minimum(high[:, people], high[:, yes] + high[:, no], out=high[:, people])
    for one, other in ((yes, no), (no, yes)):
        np.maximum(low[:, one], low[:, people] - high[:, other], out=low[:, one])
        np.minimum(high[:, one], high[:, people] - low[:, other], out=high[:, one])
