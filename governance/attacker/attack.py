"""The attack on one cohort: bounds of every hidden cell from all that was ever printed of it.

A hidden cell withstands when its people, and those on either side of its outcome, may lie as far apart as the
limit; or when it is certain that it holds nothing small. What an earlier release printed of the very cell is no
discovery, but helps against all others: a reader supposes that nothing has changed unless the sums say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from governance.attacker.blocks import Blocks
from governance.attacker.knowledge import FAR, NOTHING, Known, read_texts
from governance.attacker.middle import Middle
from governance.attacker.narrowing import narrow
from governance.attacker.pools import Pools, told_apart
from governance.attacker.program import Program
from governance.attacker.reading import Range
from governance.attacker.reasons import Reasons
from governance.attacker.room import Room
from governance.attacker.seen import EVERYBODY, Place, Printed, Seen, fingerprint, sums, without_repeats
from governance.attacker.system import Cells, Floats, Places, System
from governance.attacker.widths import SLACK, Widths, bounds, measures, question, too_narrow
from governance.attacker.windows import side_by_side

# Fewer cells are asked about sooner than they are cut into blocks.
_SMALL = 100
_NARROWED = "can be narrowed below the limit"


@dataclass(frozen=True)
class Exposure:
    """A hidden cell that can be narrowed below the limit, or a hidden one that is now shown."""

    place: Place
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What an attack found; `of` names what was attacked, so that the same need not be attacked twice."""

    attacked: int
    exposures: tuple[Exposure, ...]
    of: str = ""


def attack(now: Seen, earlier: Sequence[Seen] = ()) -> Verdict:
    """Try everything on one cohort; earlier releases oldest first.

    What earlier releases gave away by themselves is out and is not held against this one.
    """
    return Siege(earlier).attack(now)


class Siege:
    """Attacks on one cohort that hides more each time: who was free then is free now."""

    def __init__(self, earlier: Sequence[Seen]) -> None:
        """Take up the earlier releases, oldest first."""
        self._earlier = without_repeats(earlier)
        self._last: tuple[Seen, _Attack] | None = None

    def attack(self, now: Seen) -> Verdict:
        """Try everything on what is printed now."""
        several = any(seen.windows for seen in (now, *self._earlier))
        pools = (side_by_side if several else told_apart)(now, self._earlier)
        earlier = pools.earlier
        once_hidden = {place for seen in earlier for place in seen.hidden()}
        shown_now = {place for place, printed in now.cells.items() if printed.people is not None}
        again = [Exposure(p, "was hidden earlier and is shown now") for p in once_hidden & shown_now]
        targets = sorted((set(now.hidden()) | once_hidden | set(pools.differences)) - shown_now)
        found: list[Exposure] = []
        if targets and (earlier or shown_now):
            found = self._narrowed(now, pools, targets)
        return Verdict(len(targets), (*again, *found), fingerprint(now, self._earlier))

    def _narrowed(self, now: Seen, pools: Pools, targets: Sequence[Place]) -> list[Exposure]:
        earlier = pools.earlier
        this = _Attack(now, pools, targets)
        found = this.run(self._last[1] if self._last and _hides_more(self._last[0], now) else None)
        self._last = now, this
        if found and earlier:
            nothing_new = replace(now, cells=dict.fromkeys(now.cells, Printed(None, None)))
            already = {e.place for e in _Attack(nothing_new, pools, [e.place for e in found]).run()}
            found = [exposure for exposure in found if exposure.place not in already]
        return found


def _hides_more(before: Seen, now: Seen) -> bool:
    """True where everything that is shown now was shown so before, and what stood there stands there still."""
    return before.cells.keys() <= now.cells.keys() and all(
        printed.people is None or before.cells.get(place) == printed for place, printed in now.cells.items()
    )


class _Ground(NamedTuple):
    """What stands firm: the conditions, the outermost ranges that they leave, and a world in which all hold."""

    system: System
    low: Floats
    high: Floats
    world: Floats
    middle: Middle | None


class _Attack:
    """The unknowns and what is known of them."""

    def __init__(self, now: Seen, pools: Pools, targets: Sequence[Place]) -> None:
        self.now, earlier = now, pools.earlier
        linked = [place for total, parts in pools.links for place in (total, *parts)]
        self.every = list(dict.fromkeys([*(p for seen in (now, *earlier) for p in seen.cells), *linked]))
        self.number = {place: number for number, place in enumerate(self.every)}
        self.new = read_texts(now)
        old = {p: k for seen in earlier for p, k in read_texts(seen).items()}
        self.old = {p: k for p, k in old.items() if p not in self.new}
        #: Whom two possible worlds have shown to be free.
        self.free: set[Place] = set()
        self.targets = np.array([self.number[place] for place in targets])
        side = float(now.side_limit)
        self.limits: Floats = np.array([float(now.limit), side, side][: 3 if now.is_rate else 1])
        self.reasons = Reasons((self.limits - 1).tolist())
        found: dict[tuple[int, tuple[int, ...]], None] = {}
        links = self._numbered(pools.links)
        for seen in (*earlier, now):
            of_one = self._numbered(sums(seen, seen.cells))
            if seen.windows:
                unprinted = {self.number[place] for place in linked if place not in seen.cells}
                self.reasons.add(seen, self.number, [*of_one, *links], unprinted)
            else:
                self.reasons.add(seen, self.number, of_one)
            found |= dict.fromkeys(of_one)
        found |= dict.fromkeys(links)
        self.sums = list(found)
        #: Of these nothing is told where there is nobody.
        self.differences = {self.number[place] for place in pools.differences}
        # Who is hidden alone now is there at all.
        alone = self.reasons.alone([self.number[p] for p in set(now.hidden()) - self.old.keys()])
        self.told = {
            **dict.fromkeys(alone, (Known(Range(1, FAR), Range(0, FAR), Range(0, 1)), 0)),
            **self.reasons.told,
        }

    def _numbered(self, bound: Iterable[tuple[Place, Sequence[Place]]]) -> list[tuple[int, tuple[int, ...]]]:
        return [
            (self.number[total], tuple(sorted(self.number[part] for part in parts))) for total, parts in bound
        ]

    def run(self, before: _Attack | None = None) -> list[Exposure]:
        """The cells that do not withstand.

        Args:
            before: an attack on the same cohort when it showed more.
        """
        ground = self._ground()
        # With as much of the earlier releases as fits what is printed now.
        for older in (self._still_true, dict[Place, Known]):
            if ground is None and self.old:
                self.old = older()
                ground = self._ground()
        if ground is None:
            return [Exposure(EVERYBODY, "cannot be: the printed numbers contradict each other")]
        if before is not None and self.old.items() <= before.old.items():
            self.free = set(before.free)
        old = np.array([self.every[t] in self.old for t in self.targets.tolist()], dtype=bool)
        spared = np.array([self.every[t] in self.free for t in self.targets.tolist()], dtype=bool)
        found = self._opened(ground, self.targets[~old & ~spared])
        if old.any():
            program = Program(ground.system)
            found += [cell for cell in self.targets[old].tolist() if self._is_discovered(program, cell)]
        return [Exposure(self.every[cell], _NARROWED) for cell in found]

    def _ground(self) -> _Ground | None:
        """All conditions and a world that breaks none; none where there is no such world."""
        known = {**self.old, **self.new}
        found, sides = [], []
        for number, place in enumerate(self.every):
            cell, side = self.told.get(number, (NOTHING, 0))
            found.append(known.get(place, cell))
            sides.append(self.now.side_limit if place in known else side)
        cells = Cells.of(found, sides, has_outcome=self.now.is_rate)
        system = System.of(cells, self.sums)
        low, high = narrow(*cells.ranges(), self.sums)
        if system.size >= _SMALL:
            middle = Middle(Room(cells, low, high), self.sums)
            if middle.found:
                return _Ground(system, low, high, middle.world, middle)
        world = Program(system).any_world()
        return None if world is None else _Ground(system, low, high, world, None)

    def _opened(self, ground: _Ground, cells: Places) -> list[int]:
        """Those of the cells that are narrowed down; the larger the program, the fewer are left to ask it about."""
        low, high = ground.low[cells], ground.high[cells]
        widths = Widths(
            cells, self.limits, self.reasons.groups(cells, ground.low, ground.high), self.reasons.caps
        )
        stands = measures(ground.system, ground.world, cells)
        groups = widths.groups.ravel()
        widths.begin(
            stands,
            measures(ground.system, ground.world, groups).reshape(*widths.groups.shape, len(self.limits)),
        )
        widths.settle(np.asarray((low >= self.limits - SLACK).all(axis=1)), is_open=False)
        nobody = np.isin(cells, list(self.differences)) & (high[:, 0] <= SLACK)
        widths.settle(nobody, is_open=False)
        widths.settle(too_narrow(stands, stands + high - low, self.limits) & ~nobody, is_open=True)
        alone = np.isin(cells, self.reasons.alone(cells.tolist())) & widths.bound
        if alone.any():
            least, most = self.reasons.narrowest(low, high)
            widths.settle(alone & too_narrow(least, most, self.limits), is_open=True)
        if ground.middle is not None:
            ground.middle.look(widths)
        if widths.waiting.any() and ground.system.size >= _SMALL:
            blocks = Blocks(ground.system, self.sums)
            blocks.search(widths, ground.world)
            blocks.give_up(widths, ground.low, ground.high)
        waiting = np.flatnonzero(widths.waiting)
        if len(waiting):
            program = Program(ground.system)
            widths.search(program, waiting, cells[waiting])
            for place in np.flatnonzero(widths.waiting).tolist():
                widths.opened[place] = self._is_narrowed(program, widths, place, ground.low)
        self.free |= {self.every[cell] for cell in cells[widths.free].tolist()}
        return [int(cell) for cell in cells[widths.opened]]

    def _is_narrowed(self, program: Program, widths: Widths, place: int, least: Floats) -> bool:
        """Exactly: over all worlds, and where the rules say why the cell is hidden, over those of each reason."""
        cell = int(widths.cells[place])
        low, high = bounds(program, cell, len(self.limits))
        if cell in self.differences and high[0] <= SLACK:
            return False
        narrow_anyhow = bool(too_narrow(low, high, self.limits))
        if narrow_anyhow or not widths.bound[place]:
            return narrow_anyhow
        if (low >= self.limits - SLACK).all():
            return False
        for reason in self.reasons.alternatives(cell, least):
            program.cap(reason.cell, reason.measure, reason.most)
            for measure in np.flatnonzero(widths.missing[place]).tolist():
                for sign in (-1.0, 1.0):
                    world = program.world(sign * question(program.system, cell, measure))
                    if world is not None:
                        widths.widen(place, measures(program.system, world, np.array([cell])))
            program.cap(reason.cell, reason.measure, None)
        return bool(widths.missing[place].any())

    def _still_true(self) -> dict[Place, Known]:
        """Earlier numbers that may still hold: those that need not move for the sums of today."""
        places = [p for p in self.every if p in self.old]
        size = len(self.every)
        people = [self.new[p].people if p in self.new else NOTHING.people for p in self.every]
        # Two more unknowns for each earlier number: how far it has grown and shrunk.
        lows, highs = np.array([*people, *[NOTHING.people] * (2 * len(places))], dtype=float).T.copy()
        system = System(lows, highs, has_outcome=False)
        for total, parts in self.sums:
            system.row((total, *parts), (-1.0, *[1.0] * len(parts)), 0.0, 0.0)
        for step, place in enumerate(places):
            grown, shrunk = size + 2 * step, size + 2 * step + 1
            system.row((self.number[place], grown, shrunk), (1.0, -1.0, 1.0), *self.old[place].people)
        objective = np.zeros(system.columns)
        objective[size:] = -1.0
        world = Program(system.close()).world(objective)
        if world is None:
            return {}
        moved = world[size::2] + world[size + 1 :: 2]
        return {place: self.old[place] for place, by in zip(places, moved, strict=True) if by < SLACK}

    def _is_discovered(self, program: Program, cell: int) -> bool:
        """What an earlier release showed is no discovery; what all else tells of it beyond that is."""
        before = self.old[self.every[cell]].people
        program.free(cell)
        low, high = bounds(program, cell, len(self.limits))
        program.bind(cell)
        as_before = low[0] <= before.low + SLACK and high[0] >= before.high - SLACK
        return bool(too_narrow(low, high, self.limits)) and not as_before
