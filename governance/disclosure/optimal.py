"""The least that must be hidden so that every sum by itself withstands: an integer program for HiGHS.

Its answer is a start for `suppression`, which goes on from there where sums work together, and its bound tells how far any
choice is from the best. For cohorts small enough; of the others only that is known which must be hidden in any case.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from governance.disclosure.capacity import Block, Flags, Floats

#: Cells of a cohort; with more of them the program grows out of hand.
SOLVABLE = 400
_NODES = 200


class Optimum(NamedTuple):
    """A choice of cells, where one was found, and what no choice can cost less than."""

    hidden: Flags | None
    bound: float


def least_loss(block: Block, forced: Flags, times: float | None = None) -> Optimum:
    """Choose what to hide beside the forced cells at the least cost.

    Args:
        block: the cohort.
        forced: the cells that are hidden in any case.
        times: how often its limit each sum must withstand for every hidden cell, since sums work together. Without it
            only what is small is looked after, each sum by itself: no choice that withstands can cost less than that.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    weights = block.costs
    least = float(weights[forced].sum())
    conditions = _Conditions(block, times) if len(block.keys) <= SOLVABLE else None
    if conditions is None or not conditions.lows:
        return Optimum(None, least)
    # Numbers of nodes and not seconds limit the search, so that every machine finds the same.
    found = milp(
        weights,
        integrality=np.ones(len(weights)),
        bounds=Bounds(forced.astype(float), np.ones(len(weights))),
        constraints=LinearConstraint(conditions.matrix(), lb=np.array(conditions.lows)),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    bound = least if found.mip_dual_bound is None else max(least, float(found.mip_dual_bound))
    return Optimum(None if found.x is None else found.x > 0.5, bound)


class _Conditions:
    """One row for each hidden member of a sum: it must be able to lie as far apart as the limit."""

    def __init__(self, block: Block, times: float | None) -> None:
        self.lows: list[float] = []
        self._numbers: list[int] = []
        self._values: list[float] = []
        self._starts = [0]
        self._size = len(block.keys)
        for measure in block.measures:
            limit = measure.limit * (times or 1.0)
            for totals, parts in block.relations:
                members = np.concatenate([parts, totals])
                value, fall, rise = (
                    np.minimum(numbers[members], limit)
                    for numbers in (measure.values, measure.fall, measure.rise)
                )
                # A part goes up as others go down; the parent goes up with its parts.
                up_shown, up_hidden = fall.copy(), value.copy()
                up_shown[-1], up_hidden[-1] = rise[-1], limit
                down_shown, down_hidden = rise.copy(), np.full(len(members), limit)
                down_shown[-1], down_hidden[-1] = fall[-1], value[-1]
                for place in range(len(members)):
                    if times is None and not block.sensitive[members[place]]:
                        continue
                    if place == len(members) - 1:
                        up_shown, down_shown = rise.copy(), fall.copy()
                        up_hidden, down_hidden = np.full(len(members), limit), value.copy()
                    self._demand(members, place, limit, up_shown, up_hidden, float(value[place]))
                    self._demand(members, place, limit, up_shown + down_shown, up_hidden + down_hidden, 0.0)

    def _demand(
        self, members: np.ndarray[tuple[int], np.dtype[np.int64]], place: int, limit: float, shown: Floats,
        hidden: Floats, own: float,
    ) -> None:  # fmt: skip
        """What the others give must come to the limit where the member is hidden."""
        others = np.arange(len(members)) != place
        given = float(shown[others].sum()) + own
        if given >= limit:
            return
        gain = np.where(others, np.minimum(hidden - shown, limit), -limit)
        self._numbers += members.tolist()
        self._values += gain.tolist()
        self._starts.append(len(self._numbers))
        self.lows.append(-given)

    def matrix(self) -> object:
        """The rows, sparse."""
        from scipy.sparse import csr_array

        shape = (len(self.lows), self._size)
        return csr_array((np.array(self._values), self._numbers, self._starts), shape=shape)
