"""Which tables of consecutive cohorts are published as one, since cohort by cohort they would lose too much.

A table that any release has shown of one of the cohorts stays as it is for good, and one that was pooled stays pooled: together
the two would give single cohorts away. The cohorts' other tables stay single and are protected together with the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from governance.attacker.seen import Printed, Seen
from governance.disclosure.cells import STATE, CellKey, CohortCells, Node
from governance.disclosure.primary import Cell
from governance.disclosure.windows import Table, Window, added, shown_people, table_of, together, window_of
from governance.protection import Loss, Protected
from governance.release_source import NO_HISTORY, History
from governance.rolling_up import (
    RolledUp,
    coarser,
    count_left_out,
    hidden_cells,
    name_of,
    needs,
    released_tables,
    roll_up,
    with_needy,
)

NO_WINDOW = Window("", ())


class Known(NamedTuple):
    """What decides which cohorts may be pooled, by indicator.

    Attributes:
        windows: the cohorts of every pool that a release has shown.
        counted_again: people who count in two cohorts of an indicator's version, by both cohorts; nothing of an indicator
            for which nobody has counted them.
    """

    windows: Mapping[str, Mapping[str, tuple[str, ...]]]
    counted_again: Mapping[tuple[str, str], Mapping[tuple[str, str], int]]


NOTHING_KNOWN = Known({}, {})


class Member(NamedTuple):
    """One cohort: its true cells, and what earlier releases hid and printed of it."""

    cells: dict[CellKey, Cell]
    past: History
    earlier: Sequence[Seen]


class Group(NamedTuple):
    """Cohorts of one indicator that are decided together: those of a window, or one by itself.

    Attributes:
        window: the window.
        may_pool: whether its tables may be pooled now.
        waits: whether the window is not complete yet.
        counted_again: how many times people count in another of the cohorts again, at the most.
    """

    members: dict[str, Member]
    window: Window = NO_WINDOW
    past: History = NO_HISTORY
    earlier: Sequence[Seen] = ()
    may_pool: bool = False
    waits: bool = False
    counted_again: int = 0


@dataclass
class Decision:
    """What is printed of a group, cell by cell, with its cohort or pool."""

    loss: Loss = field(default_factory=Loss)
    withstood: set[str] = field(default_factory=set)
    printed: list[tuple[str, CellKey, Printed, str]] = field(default_factory=list)
    parents: dict[Node, Node] = field(default_factory=dict)
    #: Tables by cohort.
    left_out: dict[str, list[str]] = field(default_factory=dict)
    pooled: list[str] = field(default_factory=list)

    def add(self, protected: Protected, cohort: str = "") -> None:
        """Take up a protected cohort, or several with their names."""
        self.loss.add(protected.loss)
        self.withstood |= protected.withstood
        self.parents |= protected.cohort.parents
        self.printed += [
            (key.cohorts or cohort, key._replace(cohorts=""), *cell)
            for key, cell in protected.printed.items()
        ]


def counted_again(again: Mapping[tuple[str, str], int], cohorts: Collection[str]) -> int:
    """How many times people count in another of these cohorts again, at the most."""
    return sum(people for pair, people in again.items() if set(pair) <= set(cohorts))


def windows_of(
    cohorts: Collection[str], earlier: Mapping[str, tuple[str, ...]], years: int
) -> dict[str, Window]:
    """The window of each cohort that has one: an earlier release's, else a new one that overlaps none of those."""
    found = {c: Window(name, made) for name, made in sorted(earlier.items()) for c in made}
    taken = set(found)
    for cohort in sorted(cohorts):
        window = window_of(cohort, years)
        if window is not None and not taken.intersection(window.cohorts):
            found[cohort] = window
    return {cohort: window for cohort, window in found.items() if cohort in cohorts}


Complete = Callable[[Mapping[CellKey, Cell]], CohortCells]
Protect = Callable[[CohortCells, History, Sequence[Seen]], Protected]


class Pooling:
    """Decides one group."""

    def __init__(
        self, group: Group, parents: Mapping[Node, Node], share: float | None, complete: Complete, protect: Protect
    ) -> None:  # fmt: skip
        self._group, self._parents, self._share = group, parents, share
        self._complete, self._protect = complete, protect
        # Each cohort with all of its tables.
        self._whole: dict[str, Protected] = {}

    def decide(self) -> Decision:
        """Single cohorts, or some tables pooled where that shows more."""
        group = self._group
        plain = {cohort: self._single(cohort, member) for cohort, member in group.members.items()}
        before = released_tables(group.past)
        if not group.window.cohorts or not (group.may_pool or before):
            return self._separate(plain)
        pooled = before | (self._losing() if group.may_pool else set())
        while pooled or before:
            made = self._pooled(pooled, plain)
            if isinstance(made, Decision):
                return made
            pooled = pooled - made
        return self._separate(plain)

    def _single(self, cohort: str, member: Member) -> RolledUp:
        def protect(cells: Mapping[CellKey, Cell]) -> Protected:
            protected = self._protect(self._complete(cells), member.past, member.earlier)
            return self._whole.setdefault(cohort, protected) if cells is member.cells else protected

        return roll_up(
            member.cells, self._parents, member.past, self._share, protect, waits=self._group.waits
        )

    def _separate(self, plain: Mapping[str, RolledUp]) -> Decision:
        decision = Decision()
        for cohort, (protected, left_out) in plain.items():
            decision.add(protected, cohort)
            decision.left_out[cohort] = sorted(map(name_of, left_out))
        return decision

    def _losing(self) -> set[Table]:
        """Tables that lose more than the share of their cells over all cohorts, and that no release has shown."""
        counts: dict[Table, tuple[int, int]] = {}
        every: dict[CellKey, Cell] = {}
        released: set[Table] = set()
        for cohort, member in self._group.members.items():
            for table, (count, hidden) in hidden_cells(self._whole[cohort], member.cells).items():
                before = counts.get(table, (0, 0))
                counts[table] = before[0] + count, before[1] + hidden
            every |= member.cells
            released |= released_tables(member.past)
        share = 1.0 if self._share is None else self._share
        found: set[Table] = set()
        for table, (count, hidden) in counts.items():
            tables = with_needy([table], every, self._parents)
            if table[1] != STATE.dimension and hidden > share * count and not tables & released:
                found |= tables
        return found

    def _pooled(self, pooled: set[Table], plain: Mapping[str, RolledUp]) -> Decision | set[Table]:
        """The group with these tables pooled, or those of them that must not be pooled after all."""
        group, window = self._group, self._group.window
        before = released_tables(group.past)
        every = added([m.cells for m in group.members.values()])
        shown = pooled if group.may_pool else set()
        # What a pool has shown of other cohorts is not shown of these.
        gone = with_needy(before, every, self._parents) - shown if before else set()
        left_out = {cohort: frozenset((made.left_out | gone) - shown) for cohort, made in plain.items()}
        lost = frozenset().union(*left_out.values())
        if useless := {t for t in pooled - before if t in lost or _adds_up(t, lost, self._parents)}:
            return useless
        kept = {key: cell for key, cell in every.items() if table_of(key) not in lost}
        singles = {
            cohort: self._complete(
                {k: c for k, c in member.cells.items() if table_of(k) not in left_out[cohort]}
            )
            for cohort, member in group.members.items()
        }
        joint = together(singles, self._complete(kept), window, shown, group.counted_again)
        made = self._protect(joint, self._past(), group.earlier)
        decision = Decision()
        decision.pooled = sorted(map(name_of, shown))
        for cohort, member in group.members.items():
            count_left_out(made, member.cells, left_out[cohort])
            decision.left_out[cohort] = sorted(map(name_of, left_out[cohort]))
        worse = self._worse(made, shown, plain)
        decision.add(made)
        return (worse - before) or decision

    def _past(self) -> History:
        """What earlier releases hid and showed of all cohorts and of the pool."""
        window = self._group.window
        every = {**{c: m.past for c, m in self._group.members.items()}, window.name: self._group.past}
        hidden, shown = (
            frozenset(key._replace(cohorts=cohort) for cohort, past in every.items() for key in past[which])
            for which in range(2)
        )
        return History(hidden, shown)

    def _worse(self, made: Protected, pooled: set[Table], plain: Mapping[str, RolledUp]) -> set[Table]:
        """Tables of which the pool shows no more people than single cohorts; all, where other tables pay too much for them."""
        shown = {key for key, (cell, _) in made.printed.items() if cell.people is not None}
        single = {
            cohort: (
                found.cohort,
                [key for key, (cell, _) in found.printed.items() if cell.people is not None],
            )
            for cohort, (found, _) in plain.items()
        }
        worse, loss = set(), made.loss
        for table in pooled:
            now = shown_people(made.cohort, [k for k in shown if k.cohorts in made.cohort.pools], table)
            then = sum(shown_people(cohort, keys, table) for cohort, keys in single.values())
            if now <= then:
                worse.add(table)
            if table[0] == STATE.dimension:
                cells = made.cohort.cells.items()
                loss.pooled_learners += sum(
                    c.people for k, c in cells if k.cohorts in made.cohort.pools and table_of(k) == table
                )
                loss.shown_pooled += now
                loss.shown_single += then
        loss.pooled_tables += len(pooled)
        if shown_people(made.cohort, shown) <= sum(
            shown_people(cohort, keys) for cohort, keys in single.values()
        ):
            return set(pooled)
        return worse


def _adds_up(table: Table, to: Collection[Table], parents: Mapping[Node, Node]) -> bool:
    above = coarser(parents)
    return any(needs(table, other, above) for other in to)
