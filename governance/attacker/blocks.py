"""Cuts what binds a cohort into small blocks, so that most hidden cells are proven free in a small program.

First every table by itself, such as the sexes within all districts, while the totals that several tables share stay as
they are in one possible world. Then those totals one by one, each with all that is within it and within a few others that
can make up for it. Standing still takes possibilities away and adds none: who is free in a block is free in the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from governance.attacker.program import Program
from governance.attacker.system import Floats, Places, Sums, System
from governance.attacker.widths import Widths, bounds, too_narrow

# Families that may make up for what moves in another one.
_HELPERS = 2


class Blocks:
    """The blocks of one system."""

    def __init__(self, system: System, sums: Sums) -> None:
        self.system, self.sums = system, sums
        self.parts_of: dict[int, list[int]] = defaultdict(list)
        self.totals_of: dict[int, list[int]] = defaultdict(list)
        counted = np.zeros(system.size, dtype=int)
        for total, parts in sums:
            counted[total] += 1
            self.parts_of[total] += parts
            for part in parts:
                self.totals_of[part].append(total)
        self.shared = counted > 1
        ranges = (system.highs - system.lows).reshape(-1, system.size)
        self.moves: NDArray[np.bool_] = ranges.max(axis=0) > 0
        self._ease = np.minimum(ranges, 100.0).sum(axis=0)

    def search(self, widths: Widths, world: Floats) -> None:
        """Ask the block of each cell that waits.

        Args:
            widths: the hidden cells in question.
            world: numbers that break no condition.
        """
        for kind in (self._tables, self._families):
            cells = widths.cells[widths.waiting]
            if not len(cells):
                break
            for members in kind(cells):
                inside, place = _common(members, widths)
                if len(inside):
                    widths.search(Program(self.system.part(members, world)), inside, place, members)

    def give_up(self, widths: Widths, low: Floats, high: Floats) -> None:
        """Find the waiting cells that are open even where all else may be anything.

        Args:
            widths: the hidden cells in question.
            low: the least of people and outcomes of each cell.
            high: the most.
        """
        sides = 2 if self.system.has_outcome else 1
        least, most = low[:, :sides].T.ravel(), high[:, :sides].T.ravel()
        for members in self._families(widths.cells[widths.waiting]):
            inside, place = _common(members, widths)
            if len(inside):
                program = Program(self.system.around(members, least, most))
                found = np.zeros(len(widths.cells), dtype=bool)
                for number, cell in zip(inside.tolist(), place.tolist(), strict=True):
                    found[number] = too_narrow(*bounds(program, cell, len(widths.limits)), widths.limits)
                widths.settle(found, is_open=True)

    def _tables(self, cells: Places) -> list[Places]:
        """The cells that sums tie together when shared totals stand still."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        moving = self.moves & ~self.shared
        pairs = [
            (number, cell)
            for number, (total, parts) in enumerate(self.sums)
            for cell in (total, *parts)
            if moving[cell]
        ]
        if not pairs:
            return []
        numbers, tied = np.array(pairs).T
        nodes = self.system.size + len(self.sums)
        links = coo_array((np.ones(len(tied)), (tied, self.system.size + numbers)), shape=(nodes, nodes))
        _, block = connected_components(links, directed=False)
        members = np.flatnonzero(moving)
        members = members[np.argsort(block[members], kind="stable")]
        blocks = np.split(members, np.flatnonzero(np.diff(block[members])) + 1)
        return [np.sort(found) for found in blocks if np.isin(cells, found).any()]

    def _families(self, cells: Places) -> Iterable[Places]:
        """Each shared total above a cell that waits, with its parts and those of its helpers."""
        above = {total for cell in cells.tolist() for total in self.totals_of[cell] if self.shared[total]}
        sizes = {total: len(self.parts_of[total]) for total in self.parts_of if self.shared[total]}
        ease = {total: float(self._ease[self.parts_of[total]].sum()) for total in sizes}
        easiest = sorted(sizes, key=lambda total: (-ease[total], total))
        for total in sorted(above):
            # Of the same kind: what is within a district is made up for within another one.
            alike = [t for t in easiest if t != total and set(self.totals_of[t]) & set(self.totals_of[total])]
            yield self._family([total, *alike[:_HELPERS]])

    def _family(self, heads: Sequence[int]) -> Places:
        found = {part for head in heads for part in self.parts_of[head] if not self.shared[part]}
        found |= {total for part in found for total in self.totals_of[part] if not self.shared[total]}
        return np.array([cell for cell in sorted(found | set(heads)) if self.moves[cell]], dtype=int)


def _common(members: Places, widths: Widths) -> tuple[Places, Places]:
    """The waiting cells among the members, and where they stand there."""
    place = np.searchsorted(members, widths.cells)
    inside = np.flatnonzero((np.append(members, -1)[place] == widths.cells) & widths.waiting)
    return inside, place[inside]
