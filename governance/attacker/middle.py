"""A possible world in the middle of all that is possible, and how far each cell can move from there: many at once.

Newton's method finds the middle. From it, the straight way that moves a cell while the cells with most room make up for it
is one solution of linear equations for each cell, all with one factorisation. Two ends of a way are two possible worlds.
What this shows to be free is free; what it does not show is left to linear programs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from governance.attacker.room import TINY, Room, Tensor, measured
from governance.attacker.system import Floats, Places, Sums
from governance.attacker.widths import Widths

_STEPS = 40
_CHUNK = 256
_TIGHT = 1e-7
_OFF = 1e-6
# Those with the outcome, those without it, and both: each question weighs the numbers of a cell.
_QUESTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


class Middle:
    """Numbers of the cells that are far from every limit."""

    def __init__(self, room: Room, sums: Sums) -> None:
        self._room, self._matrix = room, _incidence(sums, room.size)
        self.numbers = room.inside()
        self._weights: Tensor = np.zeros((room.sides, room.sides, room.size))
        self.found = bool(sums) and room.is_open and self._is_reached()

    def _is_reached(self) -> bool:
        try:
            return self._search()
        except (np.linalg.LinAlgError, RuntimeError):
            # The equations have no answer where hardly any room is left; a linear program finds a world there.
            return False

    @property
    def world(self) -> Floats:
        """People, then outcomes."""
        return np.concatenate([self.numbers.sum(axis=0), self.numbers[0]][: self._room.sides])

    def look(self, widths: Widths) -> None:
        """Try for each cell that waits the ways on which one of its measures moves, and learn from their ends."""
        self._look(widths)
        if widths.waiting.any():
            # Once more with less weight on the cells that have most room: it suits where little is left anywhere.
            self._weights = self._weights / np.maximum(np.trace(self._weights), TINY)
            self._factorise()
            self._look(widths)

    def _look(self, widths: Widths) -> None:
        for question in _QUESTIONS if self._room.sides > 1 else _QUESTIONS[-1:, :1]:
            waiting = np.flatnonzero(widths.waiting)
            for first in range(0, len(waiting), _CHUNK):
                self._try(widths, waiting[first : first + _CHUNK], question)

    def _try(self, widths: Widths, places: Places, question: Floats) -> None:
        cells, every = widths.cells[places], np.arange(len(places))
        groups = widths.groups[places]
        goals = np.zeros((self._room.sides, self._room.size, len(cells)))
        goals[:, cells, every] = question[:, None]
        ways = self._along_the_sums(self._weighted(goals))
        forth, back = self._room.paces(ways, *self._left)
        # The sums must hold at the ends as well as in the middle.
        off = np.abs(self._forth(ways)).max(axis=0, initial=0.0) * np.maximum(forth, back) > _OFF
        if off.any():
            ways = self._along_the_sums(ways)
            forth, back = self._room.paces(ways, *self._left)
            off = np.abs(self._forth(ways)).max(axis=0, initial=0.0) * np.maximum(forth, back) > _OFF
        for pace in (np.where(off, 0.0, forth), np.where(off, 0.0, -back)):
            found = measured(self.numbers[:, cells] + pace * ways[:, cells, every])
            members = self.numbers[:, groups] + pace[:, None] * ways[:, groups, every[:, None]]
            widths.learn(
                places, found, measured(members.reshape(len(members), -1)).reshape(*groups.shape, -1)
            )

    def _search(self) -> bool:
        """Newton's method from inside the conditions of each cell to where the sums hold too."""
        for _ in range(_STEPS):
            left = self._room.left(self.numbers)
            gradient, self._weights = self._room.slopes(*left)
            self._factorise()
            off = np.abs(self._matrix @ self.numbers.T).max(initial=0.0)
            step = -self._weighted(gradient[:, :, None])
            lacking = self._forth(self.numbers[:, :, None] + step)
            step -= self._back(self._solve(lacking))
            decrement = -float((gradient * step[:, :, 0]).sum())
            if off < _TIGHT and decrement < 1.0:
                break
            pace = self._room.paces(step, *left)[0][0]
            self.numbers = self.numbers + min(1.0, 0.95 * pace) * step[:, :, 0]
        self._stand(self.numbers)
        return bool(np.abs(self._matrix @ self.numbers.T).max(initial=0.0) < _OFF)

    def _stand(self, numbers: Floats) -> None:
        """Take these numbers for the place that ways go out from."""
        self.numbers = numbers
        self._left = self._room.left(numbers)
        _, self._weights = self._room.slopes(*self._left)
        self._factorise()

    def _factorise(self) -> None:
        """Make the equations ready that keep the sums while the cells with most room move most."""
        from scipy.sparse import block_array, diags_array, eye_array
        from scipy.sparse.linalg import splu

        a, sides = self._matrix, range(self._room.sides)
        whole = block_array([[a @ diags_array(self._weights[m, n]) @ a.T for n in sides] for m in sides])
        self._scale = 1.0 / np.sqrt(np.maximum(whole.tocsr().diagonal(), TINY))
        even = diags_array(self._scale)
        # Sums that follow from others make the equations singular without the small addition.
        whole = even @ whole @ even + 1e-10 * eye_array(len(self._scale))
        self._factor: Any = splu(
            whole.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )

    def _along_the_sums(self, ways: Tensor) -> Tensor:
        return ways - self._back(self._solve(self._forth(ways)))

    def _solve(self, right: Floats) -> Floats:
        solved: Floats = self._scale[:, None] * self._factor.solve(self._scale[:, None] * right)
        return solved

    def _weighted(self, goals: Tensor) -> Tensor:
        sides = range(self._room.sides)
        return np.stack([sum(self._weights[m, n][:, None] * goals[n] for n in sides) for m in sides])

    def _forth(self, ways: Tensor) -> Floats:
        return np.concatenate([self._matrix @ way for way in ways])

    def _back(self, solved: Floats) -> Tensor:
        return self._weighted(
            np.stack([self._matrix.T @ part for part in np.split(solved, self._room.sides)])
        )


def _incidence(sums: Sums, size: int) -> Any:
    """One row for each sum: its parts less its total."""
    from scipy.sparse import csr_array

    numbers = np.array([number for total, parts in sums for number in (*parts, total)], dtype=np.int32)
    values = np.array([value for _, parts in sums for value in (*[1.0] * len(parts), -1.0)], dtype=float)
    starts = np.cumsum([0, *(len(parts) + 1 for _, parts in sums)], dtype=np.int32)
    return csr_array((values, numbers, starts), shape=(len(sums), size))
