"""Consecutive cohorts of which some tables are published as one: which cohorts, and all their cells and sums together.

Windows are counted from a fixed year and never overlap, so that no pool is the difference of two others. What a table of a
single cohort would have held is a cell too, which nobody prints: the pool and the cohorts' other tables tell of it. Which tables
are pooled is decided elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from governance.disclosure.cells import STATE, CellKey, CohortCells, Node, Relation, Sum, sums_of
from governance.disclosure.primary import Cell

#: The year that windows are counted from.
_ANCHOR = 2000
_COHORT = re.compile(r"(\D*)(\d{4})")

#: The dimensions of a table: within what, and what. In the one-way tables the first is the state's.
Table = tuple[str, str]


class Window(NamedTuple):
    """Consecutive cohorts, by the name of their pool."""

    name: str
    cohorts: tuple[str, ...]


def window_of(cohort: str, years: int) -> Window | None:
    """The window that a cohort lies in, by the year in its name; none where its name is no year."""
    found = _COHORT.fullmatch(cohort)
    if found is None or years < 2:
        return None
    kind, year = found[1], int(found[2])
    first = year - (year - _ANCHOR) % years
    cohorts = tuple(f"{kind}{each:04}" for each in range(first, first + years))
    return Window(f"{cohorts[0]}-{cohorts[-1]}", cohorts)


def table_of(key: CellKey) -> Table:
    """The table of a cell."""
    return key.within.dimension, key.node.dimension


def added(cohorts: Iterable[Mapping[CellKey, Cell]]) -> dict[CellKey, Cell]:
    """The cells of several cohorts as of one; amounts cannot be added."""
    sums: dict[CellKey, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for cells in cohorts:
        for key, cell in cells.items():
            people, outcome = sums[key]
            sums[key] = people + cell.people, outcome + cell.with_outcome
    return {key: Cell(*numbers) for key, numbers in sums.items()}


def together(
    singles: Mapping[str, CohortCells],
    pool: CohortCells,
    window: Window,
    pooled: Collection[Table],
    counted_again: int,
) -> CohortCells:
    """The cells of a window's cohorts beside those of its pool, with all sums.

    Args:
        singles: each cohort, completed, with the tables that are pooled.
        pool: the cohorts added up, completed.
        window: their names.
        pooled: the tables that are published of the pool.
        counted_again: how many times people count in another of the cohorts again, at the most.
    """
    kept = {key: cell for key, cell in pool.cells.items() if table_of(key) in pooled}
    cells: dict[CellKey, Cell] = {}
    unprinted: set[CellKey] = set()
    parents = {**pool.parents, **{n: p for single in singles.values() for n, p in single.parents.items()}}
    made = CohortCells(
        cells, parents, pool.overlapping, pools={window.name: window.cohorts} if pooled else {}
    )
    made.counted_again = counted_again if pooled else 0
    for cohort, single in singles.items():
        here = dict(single.cells)
        _fill(here, kept, parents)
        cells |= {key._replace(cohorts=cohort): cell for key, cell in here.items()}
        unprinted |= {key._replace(cohorts=cohort) for key in here if table_of(key) in pooled}
        for sum_of, parts in _sums(here, here, made):
            made.relations.append(_relation(sum_of.parent, parts, (cohort,), cohort))
        _add_tables(made, single, cohort, {table_of(key) for key in here} - set(pooled))
    cells |= {key._replace(cohorts=window.name): cell for key, cell in kept.items()}
    made.unprinted = frozenset(unprinted)
    for sum_of, parts in _sums(kept, pool.cells, made):
        # The whole of a pooled table is a pooled cell, or those of the cohorts.
        of = (window.name,) if sum_of.parent in kept else tuple(
            cohort for cohort in singles if sum_of.parent._replace(cohorts=cohort) in cells
        )  # fmt: skip
        if of:
            made.relations.append(_relation(sum_of.parent, parts, of, window.name))
    for key in kept:
        alone = [name for cohort in singles if (name := key._replace(cohorts=cohort)) in cells]
        if alone:
            made.relations.append(Relation(key._replace(cohorts=window.name), tuple(alone)))
    _add_tables(made, pool, window.name, pooled)
    return made


def _add_tables(made: CohortCells, of: CohortCells, name: str, printed: Collection[Table]) -> None:
    for (_, within, dimension, above), keys in of.tables.items():
        if (within.dimension, dimension) in printed:
            made.tables[name, within, dimension, above] = [key._replace(cohorts=name) for key in keys]


def _fill(here: dict[CellKey, Cell], kept: Iterable[CellKey], parents: Mapping[Node, Node]) -> None:
    """Categories of the pool in which nobody of this cohort is, as far as a reader does not know it."""
    missing = [key for key in kept if key not in here]
    while missing:
        now = [key for key in missing if all(s.parent in here for s in sums_of(key, parents))]
        if not now:
            return
        here |= dict.fromkeys(now, Cell(0))
        missing = [key for key in missing if key not in here]


def _sums(
    keys: Iterable[CellKey], totals: Collection[CellKey], made: CohortCells
) -> Iterable[tuple[Sum, list[CellKey]]]:
    parts: dict[Sum, list[CellKey]] = defaultdict(list)
    for key in keys:
        for sum_of in sums_of(key, made.parents):
            if sum_of.dimension not in made.overlapping and sum_of.parent in totals:
                parts[sum_of].append(key)
    return parts.items()


def _relation(total: CellKey, parts: list[CellKey], of: tuple[str, ...], cohorts: str) -> Relation:
    first, *further = (total._replace(cohorts=name) for name in of)
    return Relation(first, tuple(part._replace(cohorts=cohorts) for part in parts), tuple(further))


def shown_people(cohort: CohortCells, shown: Collection[CellKey], table: Table | None = None) -> int:
    """The people in the shown cells of a table, or of all tables by one dimension."""
    return sum(
        cohort.cells[key].people
        for key in shown
        if (key.within == STATE if table is None else table_of(key) == table)
    )
