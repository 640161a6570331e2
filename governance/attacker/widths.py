"""How far apart the numbers of hidden cells lie in the possible worlds seen so far: who is free already, who is not.

Two worlds in which a number differs by the limit prove that it is free; each world is looked at for all cells at once.
Where the rules say that one of a group is small, only worlds count in which one of it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from governance.attacker.program import Program
from governance.attacker.reasons import clipped
from governance.attacker.system import Floats, Places, System

SLACK = 1e-6
_ROUNDS = 2
_FEW = 3
# Worlds of a cell that are remembered.
_KEPT = 8


def measures(system: System, world: Floats, cells: Places) -> Floats:
    """People, and those with and without the outcome, of each cell in a world."""
    people = world[cells]
    if not system.has_outcome:
        return people[:, None]
    outcome = world[cells + system.size]
    return np.stack([people, outcome, people - outcome], axis=1)


def question(system: System, cell: int, measure: int) -> Floats:
    """The objective that is one measure of one cell."""
    objective = np.zeros(system.columns)
    if measure != 1:
        objective[cell] = 1.0
    if measure:
        objective[cell + system.size] = 1.0 if measure == 1 else -1.0
    return objective


def too_narrow(low: Floats, high: Floats, limits: Floats) -> NDArray[np.bool_]:
    """True where the bounds of a cell are closer than a limit, and it is not certain that it holds nothing small."""
    narrow: NDArray[np.bool_] = np.any(high - low < limits - SLACK, axis=-1) & np.any(
        low < limits - SLACK, axis=-1
    )
    return narrow


def bounds(program: Program, cell: int, count: int) -> tuple[Floats, Floats]:
    """The least and the most of each measure of a cell, exactly."""
    ends, place = np.zeros((2, count)), np.array([cell])
    for measure in range(count):
        asked = question(program.system, cell, measure)
        for end, sign in enumerate((-1.0, 1.0)):
            world = program.world(sign * asked)
            # An unanswered question counts as answered exactly: nothing is taken for safe by a failure.
            ends[end, measure] = 0.0 if world is None else measures(program.system, world, place)[0, measure]
    return ends[0], ends[1]


class Widths:
    """The least and the most of each measure of some cells that a world has shown."""

    def __init__(self, cells: Places, limits: Floats, groups: Places, caps: Floats) -> None:
        """Begin with no world.

        Args:
            cells: the hidden cells in question.
            limits: how far apart each measure must be able to lie.
            groups: for each cell a row of members of its group, itself among them; -1 where any world counts.
            caps: the most of each measure that is small.
        """
        self.cells, self.limits = cells, limits
        self.low = np.full((len(cells), len(limits)), np.inf)
        self.high = -self.low
        self._settled = np.zeros(len(cells), dtype=bool)
        self.opened = np.zeros(len(cells), dtype=bool)
        self.bound: NDArray[np.bool_] = groups[:, 0] >= 0
        #: Itself alone where any world counts.
        self.groups: Places = np.where(self.bound[:, None], groups, cells[:, None])
        self._caps = np.where(caps < 0, -np.inf, caps)
        self._row = np.cumsum(self.bound) - 1
        self._worlds = np.full((int(self.bound.sum()), _KEPT, 2 * len(limits)), np.nan)
        self._partners = np.full(self._worlds.shape[:2], -1)
        self._count = np.zeros(len(self._worlds), dtype=int)
        #: What the groups are in one world, for programs that do not know them.
        self._standing = np.zeros((*self.groups.shape, len(limits)))

    @property
    def missing(self) -> Floats:
        """What each measure of each cell lacks to its limit."""
        lacks: Floats = np.maximum(self.limits - SLACK - np.maximum(self.high - self.low, 0.0), 0.0)
        return lacks

    @property
    def free(self) -> NDArray[np.bool_]:
        """The cells that two worlds have shown to be free."""
        return np.asarray((self.missing == 0).all(axis=1))

    @property
    def waiting(self) -> NDArray[np.bool_]:
        """The cells that no two worlds have shown to be free, and about which there is more to ask."""
        return ~self.free & ~self._settled

    def settle(self, cells: NDArray[np.bool_], *, is_open: bool) -> None:
        """Ask no more about these cells."""
        self._settled |= cells
        self.opened |= cells & is_open

    def begin(self, found: Floats, groups: Floats) -> None:
        """Learn the first world, in which all stand that a smaller program does not move."""
        self._standing = groups
        self.learn(np.arange(len(self.cells)), found, groups)

    def learn(self, places: Places, found: Floats, groups: Floats) -> None:
        """Learn what some of the cells, and the members of their groups, are in a possible world."""
        bound = self.bound[places]
        self._widen(places[~bound], found[~bound])
        if not bound.any():
            return
        places, found, groups = places[bound], found[bound], groups[bound]
        above = (groups - self._caps).min(axis=2)
        which = np.arange(len(places)), above.argmin(axis=1)
        small = above[which] <= SLACK
        self._widen(places[small], found[small])
        worlds = np.concatenate([found, groups[which]], axis=1)
        rows, partners = self._row[places], self.groups[places][which]
        lacking = self.missing[places].any(axis=1)
        left, one = rows[lacking], worlds[lacking]
        for kept in range(min(_KEPT, int(self._count[left].max(initial=0)))):
            # Possible worlds lie on the straight line between two.
            same = self._partners[left, kept] == partners[lacking]
            for between, there in clipped(one, self._worlds[left, kept], self._caps, same):
                self._widen(places[lacking][there], between[there])
        turn = self._count[rows] % _KEPT
        self._worlds[rows, turn], self._partners[rows, turn] = worlds, partners
        self._count[rows] += 1

    def widen(self, place: int, found: Floats) -> None:
        """Learn what a cell is in a world of which it is known that it counts."""
        self._widen(np.array([place]), found)

    def _widen(self, places: Places, found: Floats) -> None:
        self.low[places] = np.minimum(self.low[places], found)
        self.high[places] = np.maximum(self.high[places], found)

    def search(self, program: Program, inside: Places, cells: Places, members: Places | None = None) -> None:
        """Ask a program for worlds at random, then for each cell that still waits by itself.

        Args:
            program: the program, over some of the cells.
            inside: which of these cells it knows.
            cells: by what numbers it knows them.
            members: all cells that it knows, where it does not know every one.
        """
        random = np.random.default_rng(7)
        for round_number in range(_ROUNDS):
            waiting = self.waiting[inside]
            if waiting.sum() < _FEW:
                break
            # One part against the other: sums hold most of them back otherwise.
            weights = random.uniform(0.5, 1.5, len(cells)) * waiting
            weights *= random.choice([-1.0, 1.0], len(cells))
            objective = _all_at_once(program.system, cells, weights, round_number)
            for sign in (1.0, -1.0):
                self._look(program, inside, cells, sign * objective, members)
        for place, cell in zip(inside.tolist(), cells.tolist(), strict=True):
            if self.missing[place].any():
                self._search_one(program, inside, cells, place, cell, members)

    def _search_one(
        self, program: Program, inside: Places, cells: Places, place: int, cell: int, members: Places | None
    ) -> None:
        """Ask for the ends of what one cell lacks, until one measure cannot be moved far enough."""
        for measure in np.argsort(
            -self.missing[place] / np.maximum(self.limits, 1.0), kind="stable"
        ).tolist():
            for sign in (1.0, -1.0):
                if self.missing[place, measure] > 0:
                    self._look(
                        program, inside, cells, sign * question(program.system, cell, measure), members
                    )
            if self.missing[place, measure] > 0:
                return

    def _look(
        self, program: Program, inside: Places, cells: Places, objective: Floats, members: Places | None
    ) -> None:
        world = program.world(objective)
        if world is None:
            return
        wanted, groups = self.groups[inside], self._standing[inside]
        if self.bound[inside].any():
            number = wanted if members is None else np.searchsorted(members, wanted)
            known = wanted >= 0 if members is None else np.append(members, -1)[number] == wanted
            groups = groups.copy()
            groups[known] = measures(program.system, world, number[known])
        self.learn(inside, measures(program.system, world, cells), groups)


def _all_at_once(system: System, cells: Places, weights: Floats, round_number: int) -> Floats:
    objective = np.zeros(system.columns)
    objective[cells] = weights
    if system.has_outcome and round_number % 2:
        # Outcomes against the people: both sides of the outcome move.
        objective[cells] = weights / 2
        objective[cells + system.size] = -weights
    return objective
