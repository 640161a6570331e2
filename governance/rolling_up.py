"""Which tables of a cohort are left out because they would lose too much: their people stand in the coarser table.

A school's students are shown with the district's, a program's with the cluster's, a cross in its margins. Decides on true
cells; what is hidden in the tables that stay is decided in `protection`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from governance.disclosure.cells import STATE, CellKey, Node
from governance.disclosure.primary import Cell
from governance.disclosure.windows import Table, table_of
from governance.protection import Protected
from governance.release_source import History


class RolledUp(NamedTuple):
    """A cohort without the tables that lost too much."""

    protected: Protected
    left_out: frozenset[Table]


def roll_up(
    cells: Mapping[CellKey, Cell],
    parents: Mapping[Node, Node],
    past: History,
    share: float | None,
    protect: Callable[[Mapping[CellKey, Cell]], Protected],
    *,
    waits: bool = False,
) -> RolledUp:
    """Protect a cohort, and again without the tables of which more than a share would be hidden.

    A table that a release has shown stays. One that a release of this cohort left out comes back only where it would
    lose less than half of that share: so tables do not come and go. A cohort that `waits` for others with which it may be
    pooled leaves out such tables too that have no coarser one but the state's total.
    """
    protected = protect(cells)
    left_out: set[Table] = set()
    while share is not None and not protected.loss.hidden_cohorts:
        losing = _losing(protected, cells, coarser(parents), past, share, waits=waits) - left_out
        if not losing:
            break
        left_out |= with_needy(losing, cells, parents)
        protected = protect({key: cell for key, cell in cells.items() if table_of(key) not in left_out})
    count_left_out(protected, cells, left_out)
    return RolledUp(protected, frozenset(left_out))


def count_left_out(protected: Protected, cells: Mapping[CellKey, Cell], left_out: Collection[Table]) -> None:
    """Count what is left out among what is lost."""
    lost = {key: cell for key, cell in cells.items() if table_of(key) in left_out and cell.people}
    protected.loss.cells += len(lost)
    protected.loss.hidden_cells += len(lost)
    one_way = sum(cell.people for key, cell in lost.items() if key.within == STATE)
    protected.loss.learners += one_way
    protected.loss.hidden_learners += one_way


def name_of(table: Table) -> str:
    """A table as settings and readers know it."""
    return table[1] if table[0] == STATE.dimension else " x ".join(table)


def with_needy(lost: Collection[Table], cells: Iterable[CellKey], parents: Mapping[Node, Node]) -> set[Table]:
    """The tables, with all that add up to one of them."""
    every, above = {table_of(key) for key in cells}, coarser(parents)
    return {*lost, *(t for t in every for one in lost if needs(t, one, above))}


def coarser(parents: Mapping[Node, Node]) -> dict[str, str]:
    """The dimension above each dimension that has one."""
    return {below.dimension: above.dimension for below, above in parents.items()}


def needs(table: Table, lost: Table, coarser: Mapping[str, str]) -> bool:
    """True where a table adds up to another one."""
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
    *,
    waits: bool,
) -> set[Table]:
    """Tables that have a coarser one and lose more than the share of their cells."""
    released = released_tables(past)
    limit = share / 2 if released else share
    return {
        table
        for table, (count, hidden) in hidden_cells(protected, cells).items()
        if (table[0] != STATE.dimension or table[1] in coarser or (waits and table[1] != STATE.dimension))
        and table not in released
        and hidden > limit * count
    }


def released_tables(past: History) -> set[Table]:
    """The tables that any release has published."""
    return {table_of(key) for key in past.shown | past.hidden}


def hidden_cells(protected: Protected, cells: Mapping[CellKey, Cell]) -> dict[Table, tuple[int, int]]:
    """How many cells with people each table has, and how many of them are hidden."""
    found: dict[Table, tuple[int, int]] = {}
    for key, cell in cells.items():
        if cell.people and key in protected.printed:
            count, hidden = found.get(table_of(key), (0, 0))
            found[table_of(key)] = count + 1, hidden + (protected.printed[key][0].people is None)
    return found
