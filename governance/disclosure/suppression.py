"""Which cells of a cohort to hide, so that no sum gives a hidden one away: primary and complementary suppression.

Works relation by relation with what a reader can deduce there. Whether all relations together give something
away is the attacker's question, and its answer comes back here as `exposed`.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

import numpy as np

from governance.disclosure.capacity import BIG, Block, Flags, Floats, Places
from governance.disclosure.cells import CellKey, CohortCells

# A neighbour whose other sums hide nothing yet would have to be shielded there in its turn.
_FRESH_SUM_COST = 1.0


class Suppression:
    """The hidden cells of one cohort; grows only, as more is asked of it."""

    def __init__(self, block: Block, cohort: CohortCells, start: Flags | None = None) -> None:
        self.block = block
        self._cohort = cohort
        forced = block.sensitive | block.must_hide
        self.hidden: Flags = forced if start is None else forced | start
        self._exact: set[int] = set()
        self._never_safe = block.covered.copy()

    @property
    def hides_everything(self) -> bool:
        """True where even a cohort's total is hidden."""
        return bool(self.hidden[self.block.roots].any())

    def protect(self) -> Flags:
        """Hide until every sum withstands, the categories without people with their tables."""
        while not self.hides_everything:
            self._protect_sums(range(len(self.block.relations)))
            if not self._hide_empty():
                return self.hidden
        self.hidden[:] = True
        return self.hidden

    def expose(self, exposed: Collection[CellKey], *, by_difference: bool = False) -> Flags:
        """Hide more around cells that can still be narrowed down; never gives up without a change.

        Args:
            exposed: the cells.
            by_difference: whether one tells of another number by an earlier one, so that being large protects nobody.
        """
        if by_difference:
            self._never_safe[:] = True
        before = int(self.hidden.sum())
        places = [self.block.place[key] for key in exposed if key in self.block.place]
        self.hidden[places] = True
        for place in places:
            self._exact.update(self.block.relations_of[place])
        self.protect()
        if int(self.hidden.sum()) == before:
            for place in places:
                self._widen(place)
            self.protect()
        if int(self.hidden.sum()) == before:
            self.hidden[:] = True
        return self.hidden

    def _protect_sums(self, numbers: Iterable[int]) -> None:
        waiting = sorted(numbers)
        queued = set(waiting)
        while waiting:
            number = heapq.heappop(waiting)
            queued.discard(number)
            for place in self._strengthen(number):
                for other in self.block.relations_of[place]:
                    if other not in queued:
                        queued.add(other)
                        heapq.heappush(waiting, other)

    def _strengthen(self, number: int) -> list[int]:
        """Hide members of a sum until each hidden one in it is free enough; the members hidden."""
        added: list[int] = []
        while (need := self._need(number)) is not None:
            chosen = self._choose(number, need)
            if not chosen:
                break
            self.hidden[chosen] = True
            added += chosen
        return added

    def _need(self, number: int) -> list[float] | None:
        """What is missing to the width of the least free hidden member, by measure; none where nothing is."""
        totals, parts = self.block.relations[number]
        members = np.concatenate([parts, totals])
        hidden = self.hidden[members]
        if not hidden.any():
            return None
        free = np.ones(len(members), dtype=bool)
        safe = ~self._never_safe[members]
        missing = []
        for measure in self.block.measures:
            shown = 0.0 if number in self._exact else 1.0
            values = measure.values[members]
            fall = np.where(hidden, values, shown * measure.fall[members])
            rise = np.where(hidden, BIG, shown * measure.rise[members])
            up, down = _room(fall, rise, len(parts))
            down = np.minimum(values, down)
            width = np.minimum(up, BIG) + down
            free &= width >= measure.limit
            safe &= values - down >= measure.limit
            missing.append(np.maximum(measure.limit - width, 0.0))
        bad = hidden & ~free & ~safe
        if not bad.any():
            return None
        return [float(short[bad].max()) for short in missing]

    def _choose(self, number: int, need: list[float]) -> list[int]:
        """The cheapest shown part that gives what is missing, else the cheapest of all; the totals at last."""
        totals, parts = self.block.relations[number]
        open_parts = parts[~self.hidden[parts]]
        useful = open_parts[~self.block.spent[open_parts] & (self.block.people[open_parts] > 0)]
        if len(useful) == 0:
            shown = totals[~self.hidden[totals]]
            if len(shown):
                return [min(shown.tolist(), key=lambda t: (self.block.people[t], t))]
            return [int(p) for p in open_parts]
        gives = np.ones(len(useful), dtype=bool)
        for measure, short in zip(self.block.measures, need, strict=True):
            gives &= measure.values[useful] >= min(short, measure.limit)
        candidates = useful[gives] if gives.any() else useful
        cost = self._costs(candidates, number)
        return [int(candidates[int(np.argmin(cost))])]

    def _costs(self, candidates: Places, number: int) -> Floats:
        fresh = np.array(
            [
                sum(
                    1
                    for other in self.block.relations_of[int(place)]
                    if other != number and not self._hides(other)
                )
                for place in candidates
            ],
            dtype=float,
        )
        costs: Floats = (self.block.people[candidates] + 1) * (1 + _FRESH_SUM_COST * fresh)
        return costs

    def _hides(self, number: int) -> bool:
        return any(bool(self.hidden[members].any()) for members in self.block.relations[number])

    def _widen(self, place: int) -> None:
        """Hide the cheapest shown cell that stands in a sum with the cell or with what it is hidden with."""
        seen, rim, waiting = {place}, set[int](), [place]
        while waiting:
            for number in self.block.relations_of[waiting.pop()]:
                for member in np.concatenate(self.block.relations[number]).tolist():
                    if not self.hidden[member]:
                        rim.add(member)
                    elif member not in seen:
                        seen.add(member)
                        waiting.append(member)
        roots = set(self.block.roots.tolist())
        useful = [m for m in rim if not self.block.spent[m] and m not in roots] or list(rim)
        if useful:
            self.hidden[min(useful, key=lambda m: (self.block.people[m], m))] = True

    def _hide_empty(self) -> bool:
        """Hide the categories without people in tables that hide something; true where that is new."""
        changed = False
        for keys in self._cohort.tables.values():
            places = np.array([self.block.place[key] for key in keys])
            if not self.hidden[places].any():
                continue
            empty = places[(self.block.people[places] == 0) & ~self.hidden[places]]
            if len(empty):
                self.hidden[empty] = True
                changed = True
        return changed


def _room(fall: Floats, rise: Floats, parts: int) -> tuple[Floats, Floats]:
    """How far each member of a sum can rise and fall against the others; after so many parts come the totals."""
    up, down = np.empty(len(fall)), np.empty(len(fall))
    up[:parts] = fall[:parts].sum() - fall[:parts] + rise[parts:].sum()
    down[:parts] = rise[:parts].sum() - rise[:parts] + fall[parts:].sum()
    up[parts:] = rise[:parts].sum() + (fall[parts:].sum() - fall[parts:])
    down[parts:] = fall[:parts].sum() + (rise[parts:].sum() - rise[parts:])
    return up, down
