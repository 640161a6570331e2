"""Which tables of a cohort are left out because they would lose too much: their people stand in the coarser table.

A school's students are shown with the district's, a program's with the cluster's, a cross in its margins. Decides on true
cells; what is hidden in the tables that stay is decided in `protection`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from governance.disclosure.cells import STATE, CellKey, Node
from governance.disclosure.primary import Cell
from governance.protection import Protected
from governance.release_source import History

#: The dimensions of a table: within what, and what. In the one-way tables the first is the state's.
Table = tuple[str, str]


class RolledUp(NamedTuple):
    """A cohort without the tables that lost too much, and their names as settings and readers know them."""

    protected: Protected
    left_out: tuple[str, ...]


def roll_up(
    cells: Mapping[CellKey, Cell],
    parents: Mapping[Node, Node],
    past: History,
    share: float | None,
    protect: Callable[[Mapping[CellKey, Cell]], Protected],
) -> RolledUp:
    """Protect a cohort, and again without the tables of which more than a share would be hidden.

    A table that a release has shown stays. One that a release of this cohort left out comes back only where it would
    lose less than half of that share: so tables do not come and go.
    """
    protected = protect(cells)
    left_out: set[Table] = set()
    while share is not None and not protected.loss.hidden_cohorts:
        losing = _losing(protected, cells, _coarser(parents), past, share) - left_out
        if not losing:
            break
        left_out |= losing | {
            t for t in _tables(cells) for lost in losing if _needs(t, lost, _coarser(parents))
        }
        protected = protect({key: cell for key, cell in cells.items() if _table(key) not in left_out})
    lost = {key: cell for key, cell in cells.items() if _table(key) in left_out and cell.people}
    protected.loss.cells += len(lost)
    protected.loss.hidden_cells += len(lost)
    one_way = sum(cell.people for key, cell in lost.items() if key.within == STATE)
    protected.loss.learners += one_way
    protected.loss.hidden_learners += one_way
    return RolledUp(protected, tuple(sorted(_name(table) for table in left_out)))


def _table(key: CellKey) -> Table:
    return key.within.dimension, key.node.dimension


def _name(table: Table) -> str:
    return table[1] if table[0] == STATE.dimension else " x ".join(table)


def _tables(cells: Mapping[CellKey, Cell]) -> set[Table]:
    return {_table(key) for key in cells}


def _coarser(parents: Mapping[Node, Node]) -> dict[str, str]:
    """The dimension above each dimension that has one."""
    return {below.dimension: above.dimension for below, above in parents.items()}


def _needs(table: Table, lost: Table, coarser: Mapping[str, str]) -> bool:
    """True where a table adds up to one that is left out."""
    within, dimension = table
    if table == lost:
        return False
    if lost[0] == STATE.dimension:
        return lost[1] in table or coarser.get(within) == lost[1] or coarser.get(dimension) == lost[1]
    return (within == lost[0] or coarser.get(within) == lost[0]) and (
        dimension == lost[1] or coarser.get(dimension) == lost[1]
    )


def _losing(
    protected: Protected,
    cells: Mapping[CellKey, Cell],
    coarser: Mapping[str, str],
    past: History,
    share: float,
) -> set[Table]:
    """Tables that have a coarser one and lose more than the share of their cells."""
    every: dict[Table, int] = defaultdict(int)
    hidden: dict[Table, int] = defaultdict(int)
    for key, cell in cells.items():
        if cell.people and key in protected.printed:
            every[_table(key)] += 1
            hidden[_table(key)] += protected.printed[key][0].people is None
    released = {_table(key) for key in past.shown | past.hidden}
    limit = share / 2 if released else share
    return {
        table
        for table, count in every.items()
        if (table[0] != STATE.dimension or table[1] in coarser)
        and table not in released
        and hidden[table] > limit * count
    }
