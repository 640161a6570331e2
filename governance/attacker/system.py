"""What a reader can write down of a cohort: unknown numbers, their ranges, and the sums and shares that bind them.

Conditions only. Which world makes a number largest is asked of `program`, where the middle of all worlds is of `middle`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.attacker.knowledge import FAR, Known

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Sums = Sequence[tuple[int, tuple[int, ...]]]
_SLACK = 1e-6


@dataclass(frozen=True)
class Cells:
    """What is known of each cell by itself; an array has the least in its first column and the most in its second."""

    people: Floats
    outcome: Floats
    share: Floats
    #: The fewest on the other side of the outcome.
    side: Floats
    has_outcome: bool

    @classmethod
    def of(cls, found: Sequence[Known], sides: Sequence[int], *, has_outcome: bool) -> Cells:
        """From what the printed texts say."""
        table = np.array([(*k.people, *k.outcome, *k.share) for k in found], dtype=float).reshape(-1, 6)
        return cls(table[:, :2], table[:, 2:4], table[:, 4:], np.array(sides, dtype=float), has_outcome)

    def ranges(self) -> tuple[Floats, Floats]:
        """The least and the most of people and, where there are outcomes, of those with and without it."""
        if not self.has_outcome:
            return self.people[:, :1], self.people[:, 1:]
        (fewest, most), (yes_low, yes_high), share = self.people.T, self.outcome.T, self.share.T
        no_low = np.maximum(np.maximum(fewest - yes_high, fewest * (1 - share[1])), self.side)
        no_high = np.minimum(most - yes_low, most * (1 - share[0]))
        return np.stack([fewest, yes_low, no_low], axis=1), np.stack([most, yes_high, no_high], axis=1)


class System:
    """Unknown people of each cell, and unknown outcomes beside them, within what is printed."""

    def __init__(self, lows: Floats, highs: Floats, *, has_outcome: bool) -> None:
        self.has_outcome = has_outcome
        self.lows, self.highs = lows, highs
        self.columns = len(lows)
        self.size = self.columns // (2 if has_outcome else 1)
        self.matrix: Any = None
        self._by_column: Any = None
        self.row_lows, self.row_highs = np.empty(0), np.empty(0)
        self._starts: list[int] = [0]
        self._numbers: list[int] = []
        self._values: list[float] = []
        self._row_lows: list[float] = []
        self._row_highs: list[float] = []
        #: The condition that counts those without the outcome, by cell.
        self.others: dict[int, int] = {}

    @classmethod
    def of(cls, cells: Cells, sums: Sums) -> System:
        """All conditions of a cohort."""
        both = np.concatenate([cells.people, cells.outcome]) if cells.has_outcome else cells.people
        system = cls(both[:, 0].copy(), both[:, 1].copy(), has_outcome=cells.has_outcome)
        for total, parts in sums:
            for shift in range(0, system.columns, system.size):
                numbers = [total + shift, *(part + shift for part in parts)]
                system.row(numbers, [-1.0, *[1.0] * len(parts)], 0.0, 0.0)
        if cells.has_outcome:
            for number, (low, high) in enumerate(cells.share.tolist()):
                system._share(number, low, high, float(cells.side[number]))
        return system.close()

    def _share(self, cell: int, low: float, high: float, side: float) -> None:
        """The outcomes are this share of the people, and so many people are on the other side at least."""
        people, outcome = cell, cell + self.size
        if low > 0:
            self.row((outcome, people), (1.0, -low), 0.0, FAR)
        if high < 1:
            self.row((outcome, people), (1.0, -high), -FAR, 0.0)
        self.others[cell] = len(self._row_lows)
        self.row((people, outcome), (1.0, -1.0), side, FAR)

    def row(self, numbers: Iterable[int], values: Iterable[float], low: float, high: float) -> None:
        """Add one condition: low <= sum of values x unknowns <= high."""
        self._numbers += numbers
        self._values += values
        self._starts.append(len(self._numbers))
        self._row_lows.append(low)
        self._row_highs.append(high)

    def close(self) -> System:
        """All conditions are there; from now on they are arrays."""
        from scipy.sparse import csr_array

        self.row_lows, self.row_highs = np.array(self._row_lows), np.array(self._row_highs)
        shape = (len(self._row_lows), self.columns)
        self.matrix = csr_array((np.array(self._values), self._numbers, self._starts), shape=shape)
        return self

    def columns_of(self, cells: Places) -> Places:
        """The unknowns of these cells: people, then outcomes."""
        return np.concatenate([cells, cells + self.size]) if self.has_outcome else cells

    def part(self, cells: Places, world: Floats) -> System:
        """The same for these cells alone, while all others stay as they are in a possible world.

        What is possible in the part is possible in the whole, so that a cell which is free here is free.
        """
        return self._part(cells, world, world)

    def around(self, cells: Places, low: Floats, high: Floats) -> System:
        """The same for these cells alone, while all others are anything between their least and their most.

        What is possible in the whole is possible here, so that a cell which is open here is open.
        """
        return self._part(cells, low, high)

    def _part(self, cells: Places, low: Floats, high: Floats) -> System:
        if self._by_column is None:
            self._by_column = self.matrix.tocsc()
        columns = self.columns_of(cells)
        cut = self._by_column[:, columns]
        rows = np.unique(cut.indices)
        part = System(self.lows[columns], self.highs[columns], has_outcome=self.has_outcome)
        part.matrix, whole = cut.tocsr()[rows], self.matrix[rows]
        least = _sums(whole, low, high) - _sums(part.matrix, low[columns], high[columns])
        most = _sums(whole, high, low) - _sums(part.matrix, high[columns], low[columns])
        part.row_lows, part.row_highs = self.row_lows[rows] - most, self.row_highs[rows] - least
        return part


def _sums(matrix: Any, low: Floats, high: Floats) -> Floats:
    """The least of each row where the unknowns are between low and high; the most with both exchanged."""
    found: Floats = matrix.maximum(0) @ low + matrix.minimum(0) @ high
    return found
