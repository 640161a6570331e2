"""The attack on one cohort: bounds of every hidden cell from all that was ever printed of it.

A hidden cell withstands when its people, and those on either side of its outcome, may lie as far apart as the
limit; or when it is certain that it holds nothing small. What an earlier release printed of the very cell is no
discovery, but helps against all others: a reader supposes that nothing has changed unless the sums say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from governance.attacker.program import FAR, Floats, Program
from governance.attacker.reading import Range, outcome_range, people_range, share_range
from governance.attacker.seen import EVERYBODY, Place, Printed, Seen, sums

_ROUNDS = 12
_SLACK = 1e-6


@dataclass(frozen=True)
class Exposure:
    """A hidden cell that can be narrowed below the limit, or a hidden one that is now shown."""

    place: Place
    people: Range
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What an attack found."""

    attacked: int
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True)
class _Known:
    people: Range
    outcome: Range
    share: Range


def attack(now: Seen, earlier: Sequence[Seen] = ()) -> Verdict:
    """Try everything on one cohort; earlier releases oldest first.

    What earlier releases gave away by themselves is out and is not held against this one.
    """
    once_hidden = {place for seen in earlier for place in seen.hidden()}
    shown_now = {place for place, printed in now.cells.items() if printed.people is not None}
    again = [Exposure(p, Range(0, 0), "was hidden earlier and is shown now") for p in once_hidden & shown_now]
    targets = sorted((set(now.hidden()) | once_hidden) - shown_now)
    found: list[Exposure] = []
    if targets and (earlier or shown_now):
        found = _Attack(now, earlier, targets).run()
    if found and earlier:
        nothing_new = replace(now, cells=dict.fromkeys(now.cells, Printed(None, None)))
        already = {e.place for e in _Attack(nothing_new, earlier, [e.place for e in found]).run()}
        found = [exposure for exposure in found if exposure.place not in already]
    return Verdict(len(targets), (*again, *found))


class _Attack:
    """The unknowns, what is known of them, and the possible worlds seen so far."""

    def __init__(self, now: Seen, earlier: Sequence[Seen], targets: Sequence[Place]) -> None:
        self.now = now
        self.every = list(dict.fromkeys([p for seen in (now, *earlier) for p in seen.cells]))
        self.number = {place: number for number, place in enumerate(self.every)}
        self.old = {p: k for seen in earlier for p, k in _read(seen).items()}
        self.new = _read(now)
        self.old = {p: k for p, k in self.old.items() if p not in self.new}
        self.targets = np.array([self.number[place] for place in targets])
        self.sums: dict[tuple[int, tuple[int, ...]], None] = {}
        for seen in (now, *earlier):
            for total, parts in sums(seen, seen.cells):
                self.sums[self.number[total], tuple(sorted(self.number[p] for p in parts))] = None
        self.program = self._possible()

    def _possible(self) -> Program:
        """The program with as much of the earlier releases as fits what is printed now."""
        program = self._program(self.old)
        if self.old and program.world(np.zeros(program.columns)) is None:
            self.old = self._still_true()
            program = self._program(self.old)
            if program.world(np.zeros(program.columns)) is None:
                self.old = {}
                program = self._program({})
        return program

    def _program(self, old: dict[Place, _Known]) -> Program:
        known = {**old, **self.new}
        nothing = _Known(Range(0, FAR), Range(0, FAR), Range(0, 1))
        found = [known.get(place, nothing) for place in self.every]
        rate = self.now.is_rate
        program = Program([k.people for k in found], [k.outcome for k in found] if rate else None)
        for total, parts in self.sums:
            program.sum_of(total, parts)
        if rate:
            for number, k in enumerate(found):
                program.share(number, k.share, self.now.side_limit if self.every[number] in known else 0)
        program.start()
        return program

    def _still_true(self) -> dict[Place, _Known]:
        """Earlier numbers that may still hold: those that need not move for the sums of today."""
        places = [p for p in self.every if p in self.old]
        size, first = len(self.every), len(self.every)
        nothing = Range(0, FAR)
        people = [self.new[p].people if p in self.new else nothing for p in self.every]
        # Two more unknowns for each earlier number: how far it has grown and shrunk.
        program = Program([*people, *[nothing] * (2 * len(places))], None)
        for total, parts in self.sums:
            program.row({total: -1.0, **dict.fromkeys(parts, 1.0)}, 0.0, 0.0)
        for step, place in enumerate(places):
            grown, shrunk = first + 2 * step, first + 2 * step + 1
            low, high = self.old[place].people
            program.row({self.number[place]: 1.0, grown: -1.0, shrunk: 1.0}, low, high)
        program.start()
        objective = np.zeros(program.columns)
        objective[size:] = -1.0
        world = program.world(objective)
        if world is None:
            return {}
        moved = world[size::2] + world[size + 1 :: 2]
        return {place: self.old[place] for place, by in zip(places, moved, strict=True) if by < _SLACK}

    def run(self) -> list[Exposure]:
        """The cells that do not withstand."""
        if self.program.world(np.zeros(self.program.columns)) is None:
            return [Exposure(EVERYBODY, Range(0, 0), "the printed numbers contradict each other")]
        shown_before = {self.number[place] for place in self.old}
        fresh = np.array([t for t in self.targets if int(t) not in shown_before], dtype=int)
        open_cells = [*self._not_yet_free(fresh), *(t for t in self.targets if int(t) in shown_before)]
        return [e for e in (self._examine(int(t)) for t in open_cells) if e is not None]

    def _measures(self, world: Floats, cells: NDArray[np.int64]) -> Floats:
        people = world[cells]
        if not self.program.has_outcome:
            return people[:, None]
        outcome = world[cells + self.program.size]
        return np.stack([people, outcome, people - outcome], axis=1)

    @property
    def _limits(self) -> Floats:
        side = float(self.now.side_limit)
        return np.array([float(self.now.limit), side, side][: 3 if self.program.has_outcome else 1])

    def _not_yet_free(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Whom no pair of possible worlds has shown to be free; each world is looked at for all cells at once."""
        random = np.random.default_rng(7)
        low = np.full((len(cells), len(self._limits)), np.inf)
        high = -low
        waiting = np.ones(len(cells), dtype=bool)
        for round_number in range(_ROUNDS):
            if not waiting.any():
                break
            weights = random.uniform(0.5, 1.5, len(cells)) * waiting
            # All against all first, then one part against the other: sums hold most of them back otherwise.
            signs = np.ones(len(cells)) if round_number < 2 else random.choice([-1.0, 1.0], len(cells))
            for sign in (1.0, -1.0):
                world = self.program.world(self._objective(cells, weights * signs * sign, round_number))
                if world is None:
                    return cells
                measured = self._measures(world, cells)
                low, high = np.minimum(low, measured), np.maximum(high, measured)
            waiting = ~np.all(high - low >= self._limits - _SLACK, axis=1)
        return cells[waiting]

    def _objective(self, cells: NDArray[np.int64], weights: Floats, round_number: int) -> Floats:
        objective = np.zeros(self.program.columns)
        objective[cells] = weights
        if self.program.has_outcome and round_number % 2:
            # Outcomes against the people: both sides of the outcome move.
            objective[cells] = weights / 2
            objective[cells + self.program.size] = -weights
        return objective

    def _examine(self, cell: int) -> Exposure | None:
        """The exact bounds of one cell."""
        was_shown = self.every[cell] in self.old
        if was_shown:
            self.program.free(cell)
        low, high = self._bounds(cell)
        if was_shown:
            self.program.bind(cell)
        limits = self._limits
        if np.all(high - low >= limits - _SLACK) or np.all(low >= limits - _SLACK):
            return None
        people = Range(float(low[0]), float(high[0]))
        if was_shown:
            before = self.old[self.every[cell]].people
            if people.low <= before.low + _SLACK and people.high >= before.high - _SLACK:
                return None
        return Exposure(self.every[cell], people, "can be narrowed below the limit")

    def _bounds(self, cell: int) -> tuple[Floats, Floats]:
        size, ends = self.program.size, []
        questions = [{cell: 1.0}]
        if self.program.has_outcome:
            questions += [{cell + size: 1.0}, {cell: 1.0, cell + size: -1.0}]
        for sign in (-1.0, 1.0):
            found = []
            for measure, terms in enumerate(questions):
                objective = np.zeros(self.program.columns)
                for column, weight in terms.items():
                    objective[column] = sign * weight
                world = self.program.world(objective)
                # An unanswered question counts as answered exactly: nothing is taken for safe by a failure.
                found.append(0.0 if world is None else self._measures(world, np.array([cell]))[0, measure])
            ends.append(np.array(found))
        return ends[0], ends[1]


def _read(seen: Seen) -> dict[Place, _Known]:
    """What the printed texts of a release say of each shown cell."""
    known = {}
    for place, printed in seen.cells.items():
        if printed.people is None:
            continue
        least = seen.limit
        people = people_range(printed.people, seen.rules, least)
        outcome, share = Range(0, FAR), Range(0, 1)
        if seen.is_rate and printed.value is not None:
            share = share_range(printed.value, people, seen.rules)
            outcome = outcome_range(printed.value, printed.people, people, seen.rules)
        known[place] = _Known(people, outcome, share)
    return known
