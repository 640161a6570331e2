"""Why a cell is hidden, as the published rules tell any reader: of hidden cells that sums tie together, one is small by itself.

Small means too few people, or too few with or without the outcome. Which of them it is nobody says, so that each may be the
small one; a cell that is hidden alone is small itself. Amounts may be hidden for their employers: nothing follows there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from governance.attacker.knowledge import FAR, Known
from governance.attacker.reading import Range
from governance.attacker.seen import EVERYBODY, Place, Seen
from governance.attacker.system import Floats, Places, Sums

#: How people who stand in no category of a table are listed; they have no amount that employers could be behind.
_UNLISTED = "none"
# So many members of a group are tried as its small one.
_TRIED = 5
# So many are looked at in every world.
_MEMBERS = 16


class Reason(NamedTuple):
    """One way in which a cell can be small: a measure of it is at most this."""

    cell: int
    measure: int
    most: float


class Reasons:
    """The groups of one cohort in which a cell must be small."""

    def __init__(self, caps: Sequence[float]) -> None:
        """Take the most of each measure that counts as small; below nought it cannot be a reason."""
        self.caps: Floats = np.array(caps, dtype=float)
        self._group_of: dict[int, tuple[int, ...]] = {}
        self._before: set[int] = set()
        #: What the codes of suppression and its reasons tell of single hidden cells, and of their other side.
        self.told: dict[int, tuple[Known, int]] = {}

    def add(
        self, seen: Seen, number: Mapping[Place, int], sums: Sums, unprinted: Collection[int] = ()
    ) -> None:
        """Learn from a release; releases oldest first, for what was hidden once is hidden again whatever it holds.

        Args:
            seen: the release.
            number: the numbers of its places.
            sums: what binds them.
            unprinted: cells that are not printed at all, through which hidden ones are tied together too.
        """
        hidden = {number[place]: place for place in seen.hidden()}
        if not any(place[:4] == EVERYBODY[:4] for place in hidden.values()):
            primary = {number[place] for place in seen.primary}
            if primary and primary != hidden.keys():
                groups: list[tuple[int, ...]] = [(cell,) for cell in sorted(primary)]
                for cell in hidden.keys() - primary:
                    large = Known(Range(seen.limit, FAR), Range(seen.side_limit, FAR), Range(0, 1))
                    self.told.setdefault(cell, (large, seen.side_limit))
            else:
                tied = _tied(sorted({*hidden, *unprinted}), sums)
                groups = [group for cells in tied if (group := tuple(c for c in cells if c in hidden))]
            for group in groups:
                if not self._before.intersection(group) and all(_is_bound(hidden[c], seen) for c in group):
                    self._group_of |= {cell: group for cell in group if cell not in self._group_of}
        self._before |= hidden.keys()

    def alone(self, cells: Sequence[int]) -> list[int]:
        """Those of the cells that are small themselves, and so not empty."""
        return [cell for cell in cells if self._group_of.get(cell) == (cell,)]

    def groups(self, cells: Places, low: Floats, high: Floats) -> Places:
        """A row for each cell: itself and the others of its group that are most likely small; -1 without a group.

        Args:
            cells: the hidden cells.
            low: the least of each measure of every cell.
            high: the most.
        """
        sizes = [len(self._group_of.get(cell, ())) for cell in cells.tolist()]
        found = np.full((len(cells), min(max([1, *sizes]), _MEMBERS + 1)), -1)
        best: dict[tuple[int, ...], list[int]] = {}
        for place, cell in enumerate(cells.tolist()):
            group = self._group_of.get(cell)
            if group is None:
                continue
            if group not in best:
                members = np.array(group)
                # Where none of them can be small any more, the reason lay in earlier numbers.
                can = bool((low[members][:, : len(self.caps)] <= self.caps).any())
                order = np.lexsort((members, high[members, 0], low[members, 0]))
                best[group] = members[order][:_MEMBERS].tolist() if can else []
            if best[group]:
                found[place] = cell
                found[place, 1 : 1 + len(best[group])] = best[group][: found.shape[1] - 1]
        return found

    def alternatives(self, cell: int, low: Floats) -> list[Reason]:
        """The reasons by which the group of a cell can have been hidden, one of which holds."""
        group = self._group_of[cell]
        members = [cell, *sorted((c for c in group if c != cell), key=lambda c: (low[c, 0], c))[:_TRIED]]
        return [
            Reason(member, measure, most)
            for member in members
            for measure, most in enumerate(self.caps.tolist())
            if low[member, measure] <= most
        ]

    def narrowest(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The outermost ranges of cells that are small themselves, one row for each cell."""
        least, most = np.full(low.shape, np.inf), np.full(low.shape, -np.inf)
        for measure, cap in enumerate(self.caps.tolist()):
            possible = low[:, measure] <= cap
            ends = high.copy()
            ends[:, measure] = np.minimum(ends[:, measure], cap)
            if low.shape[1] > 1:
                people, yes, no = ends.T
                if measure == 0:
                    ends[:, 1] = np.minimum(yes, people - low[:, 2])
                    ends[:, 2] = np.minimum(no, people - low[:, 1])
                else:
                    ends[:, 0] = np.minimum(people, yes + no)
            least[possible] = np.minimum(least[possible], low[possible])
            most[possible] = np.maximum(most[possible], ends[possible])
        return least, most


def _is_bound(place: Place, seen: Seen) -> bool:
    """True where a reader can say why such a cell is hidden."""
    if place.dimension in seen.overlapping or place.within_dimension in seen.overlapping:
        # Everybody else may be few there.
        return False
    return seen.is_rate or place.category.rpartition("|")[2] == _UNLISTED


def _tied(cells: Sequence[int], sums: Sums) -> list[tuple[int, ...]]:
    """The cells in groups: two that stand in one sum are in one group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {cell: number for number, cell in enumerate(cells)}
    pairs = [
        (place[cell], len(cells) + number)
        for number, (total, parts) in enumerate(sums)
        for cell in (total, *parts)
        if cell in place
    ]
    if not cells:
        return []
    one, other = np.array(pairs, dtype=int).reshape(-1, 2).T
    nodes = len(cells) + len(sums)
    links = coo_array((np.ones(len(one)), (one, other)), shape=(nodes, nodes))
    _, labels = connected_components(links, directed=False)
    found: dict[int, list[int]] = {}
    for cell, label in zip(cells, labels.tolist(), strict=False):
        found.setdefault(label, []).append(cell)
    return [tuple(group) for group in found.values()]


def clipped(
    points: Floats, before: Floats, caps: Floats, same: NDArray[np.bool_]
) -> list[tuple[Floats, NDArray[np.bool_]]]:
    """Where the straight lines between two worlds of each cell pass into what the reasons allow.

    Args:
        points: measures of each cell and of a member of its group in one world, the cell's first.
        before: the same in another world.
        caps: the most of each measure that is small.
        same: where both worlds tell of the same member.

    Returns:
        Points of the cells on these lines, and for which cells there is one: both hold of some possible world.
    """
    found, sides = [], len(caps)
    for column in range(points.shape[1]):
        cap = float(caps[column % sides])
        if not np.isfinite(cap):
            continue
        here, there = points[:, column] - cap, before[:, column] - cap
        crosses = here * there < 0
        if column >= sides:
            crosses &= same
        if not crosses.any():
            continue
        weight = np.where(crosses, here / np.where(crosses, here - there, 1.0), 0.0)
        found.append((points[:, :sides] + weight[:, None] * (before - points)[:, :sides], crosses))
    return found
