"""The conditions that each cell obeys by itself, as straight lines: where a number stands between them, and how far it can go.

The numbers of a cell are its people, or those with and those without the outcome: one row of an array for each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from governance.attacker.system import Cells, Floats

#: Three indices: condition or number, number, cell.
Tensor = NDArray[np.float64]
TINY = 1e-12
_FIXED = 1e-6


class Room:
    """Weights of the numbers in each condition, and the least and most that they may come to."""

    def __init__(self, cells: Cells, low: Floats, high: Floats) -> None:
        """Write the conditions down.

        Args:
            cells: what is known of each cell by itself.
            low: the least that people, and those with and without the outcome, can be.
            high: the most.
        """
        self._cells, self._low, self._high = cells, low.T, high.T
        self.size, self.sides = len(low), 2 if cells.has_outcome else 1
        fixed = self._high - self._low < _FIXED
        # What is certain stands still by its ways and limits nothing.
        self.least, self.most = np.where(fixed, -np.inf, self._low), np.where(fixed, np.inf, self._high)
        self.weights = np.ones((1, 1, self.size))
        if cells.has_outcome:
            floor, ceiling = cells.share.T
            plain = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])[:, :, None].repeat(self.size, axis=2)
            lines = np.array([[floor - 1, floor], [1 - ceiling, -ceiling]])
            idle = np.stack([floor <= 0, ceiling >= 1]) | (fixed.sum(axis=0) > 1)
            self.weights = np.concatenate([plain, lines])
            self.least = np.concatenate([self.least, np.full((2, self.size), -np.inf)])
            self.most = np.concatenate([self.most, np.where(idle, np.inf, 0.0)])
        self.ways = _open_ways(fixed, self.sides)

    @property
    def is_open(self) -> bool:
        """True where each cell by itself has numbers with room on all sides."""
        numbers = self.inside()
        found = np.einsum("kmc,mc->kc", self.weights, numbers)
        return bool(
            (self._low <= self._high).all()
            and (found - self.least > TINY).all()
            and (self.most - found > TINY).all()
        )

    def left(self, numbers: Floats) -> tuple[Floats, Floats]:
        """How far each condition is from its least and from its most."""
        found = np.einsum("kmc,mc->kc", self.weights, numbers)
        return np.maximum(found - self.least, TINY), np.maximum(self.most - found, TINY)

    def slopes(self, below: Floats, above: Floats) -> tuple[Floats, Tensor]:
        """The gradient of each cell's barrier, and the inverse of its curvature along the ways that are open."""
        gradient = np.einsum("kmc,kc->mc", self.weights, 1 / above - 1 / below)
        steep = 1 / above**2 + 1 / below**2
        curvature = np.einsum("kmc,knc,kc->cmn", self.weights, self.weights, steep)
        whole = self.ways @ curvature @ self.ways + np.eye(self.sides) - self.ways
        inverse = self.ways @ np.linalg.inv(whole) @ self.ways
        return gradient, np.ascontiguousarray(inverse.transpose(1, 2, 0))

    def paces(self, ways: Tensor, below: Floats, above: Floats) -> tuple[Floats, Floats]:
        """How often each way can be gone forth and back before a condition stops it; a way is the last index."""
        forth, back = np.full(ways.shape[2], TINY), np.full(ways.shape[2], TINY)
        for weights, low, high in zip(self.weights, below, above, strict=True):
            if not (np.isfinite(low).any() or np.isfinite(high).any()):
                continue
            gone = weights[0, :, None] * ways[0]
            for side in range(1, self.sides):
                gone = gone + weights[side, :, None] * ways[side]
            for room, sign in ((high, 1.0), (low, -1.0)):
                if np.isfinite(room).any():
                    used = gone * (sign / room)[:, None]
                    np.maximum(forth, used.max(axis=0), out=forth)
                    np.maximum(back, -used.min(axis=0), out=back)
        return 1 / forth, 1 / back

    def inside(self) -> Floats:
        """Numbers inside the conditions of each cell by itself, whether or not the sums hold."""
        if not self._cells.has_outcome:
            return np.asarray((self._low + self._high) / 2)
        share_low, share_high = self._cells.share.T
        floor, ceiling = np.maximum(share_low, TINY), np.maximum(share_high, TINY)
        rest_floor, rest_ceiling = np.maximum(1 - share_high, TINY), np.maximum(1 - share_low, TINY)
        (x_low, y_low, n_low), (x_high, y_high, n_high) = self._low, self._high
        fewest = np.maximum.reduce([x_low, y_low + n_low, y_low / ceiling, n_low / rest_ceiling])
        most = np.minimum.reduce([x_high, y_high + n_high, y_high / floor, n_high / rest_floor])
        people = (fewest + most) / 2
        yes_low = np.maximum.reduce([y_low, people - n_high, people * share_low])
        yes_high = np.minimum.reduce([y_high, people - n_low, people * share_high])
        yes = (yes_low + yes_high) / 2
        return np.stack([yes, people - yes])


def measured(numbers: Floats) -> Floats:
    """People, and those with and without the outcome, one row for each cell."""
    if len(numbers) == 1:
        return numbers.T
    return np.stack([numbers.sum(axis=0), *numbers], axis=1)


def _open_ways(fixed: NDArray[np.bool_], sides: int) -> Tensor:
    """For each cell, the projection on the ways that leave what is certain as it is."""
    found = np.zeros((fixed.shape[1], sides, sides))
    if sides == 1:
        found[~fixed[0]] = 1.0
        return found
    held = fixed.sum(axis=0)
    found[held == 0] = np.eye(2)
    for measure, way in enumerate(((1.0, -1.0), (0.0, 1.0), (1.0, 0.0))):
        found[(held == 1) & fixed[measure]] = np.outer(way, way) / np.dot(way, way)
    return found
