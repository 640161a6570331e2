"""The cells of one indicator and cohort and the sums that bind them: what suppression works on.

Everything a reader could add or subtract is a relation here. Reading, deciding and writing are elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from governance.disclosure.primary import Cell


class Node(NamedTuple):
    """A place, pathway or subgroup: a category of a dimension."""

    dimension: str
    category: str


STATE = Node("state", "all")
#: The people whom a table lists nowhere, so that every table adds up.
REST = "none"


class CellKey(NamedTuple):
    """A cell of a release: a category, within everybody or within one category of another dimension."""

    within: Node
    node: Node
    #: Of which cohort it is, or of which pool of cohorts, where several are looked at together.
    cohorts: str = ""


TOTAL = CellKey(STATE, STATE)


class Relation(NamedTuple):
    """A sum that holds: the parent, with further totals where there are any, is the total of the parts."""

    parent: CellKey
    parts: tuple[CellKey, ...]
    further: tuple[CellKey, ...] = ()


@dataclass
class CohortCells:
    """All true cells of one indicator and cohort, completed so that every table adds up."""

    cells: dict[CellKey, Cell]
    parents: Mapping[Node, Node]
    overlapping: frozenset[str] = frozenset()
    relations: list[Relation] = field(default_factory=list)
    #: Tables as a reader sees them: which categories stand under one another.
    tables: dict[tuple[str, Node, str, Node], list[CellKey]] = field(default_factory=dict)
    #: Cells that no release prints, and that others tell of.
    unprinted: frozenset[CellKey] = frozenset()
    #: The cohorts of each pool that stands beside them.
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: How many times people are counted again in another cohort of a pool, at the most.
    counted_again: int = 0

    @property
    def totals(self) -> list[CellKey]:
        """Everybody, of each cohort."""
        return [key for key in self.cells if key[:2] == TOTAL[:2]]

    def whole_of(self, key: CellKey) -> Cell:
        """All among whom a cell is counted."""
        above = CellKey(STATE, key.within, key.cohorts)
        if above in self.cells:
            return self.cells[above]
        parts = [
            self.cells[k] for c in self.pools[key.cohorts] if (k := above._replace(cohorts=c)) in self.cells
        ]
        return Cell(sum(cell.people for cell in parts), sum(cell.with_outcome for cell in parts))


class Sum(NamedTuple):
    """One sum that a cell is a part of; `fixed` is what stays the same over its parts."""

    parent: CellKey
    over_places: bool
    fixed: Node
    dimension: str
    above: Node


def overlapping_dimensions(cells: Mapping[CellKey, Cell], parents: Mapping[Node, Node]) -> frozenset[str]:
    """Dimensions whose categories hold more people than there are: one person stands in several."""
    sums: dict[Sum, int] = defaultdict(int)
    for key, cell in cells.items():
        for sum_of in sums_of(key, parents):
            sums[sum_of] += cell.people
    return frozenset(s.dimension for s, people in sums.items() if people > _people(cells, s.parent))


def complete(
    cells: Mapping[CellKey, Cell],
    parents: Mapping[Node, Node],
    overlapping: frozenset[str] = frozenset(),
    everywhere: Mapping[str, Collection[str]] | None = None,
) -> CohortCells:
    """Add the people whom a table does not list, and the categories without people, and find all sums.

    Args:
        cells: the true cells; those without people are left out.
        parents: the district of a school, the cluster of a program; a node without one stands under the state.
        overlapping: dimensions in which a person can stand in several categories: they add up to nothing.
        everywhere: every category of a subgroup dimension that exists in the release.
    """
    found = {key: cell for key, cell in cells.items() if cell.people or key == TOTAL}
    known = dict(parents)
    # A cross first adds up over its places, then over its groups, the unlisted places included.
    for over_places in (True, False):
        _add_rests(found, known, overlapping, over_places=over_places)
    _add_empty(found, known, everywhere or {})
    cohort = CohortCells(found, known, overlapping)
    parts: dict[Sum, list[CellKey]] = defaultdict(list)
    for key in found:
        for sum_of in sums_of(key, known):
            if sum_of.dimension not in overlapping and sum_of.parent in found:
                parts[sum_of].append(key)
        if key != TOTAL:
            table = ("", key.within, key.node.dimension, known.get(key.node, STATE))
            cohort.tables.setdefault(table, []).append(key)
    cohort.relations = [Relation(s.parent, tuple(below)) for s, below in parts.items()]
    return cohort


def sums_of(key: CellKey, parents: Mapping[Node, Node]) -> Iterator[Sum]:
    """The sums that a cell is a part of."""
    if key == TOTAL:
        return
    within, node, _ = key
    above = parents.get(node, STATE)
    # The people of a place are one cell, whatever they are divided by: their total is the place's own.
    parent = CellKey(STATE, within) if above == STATE else CellKey(within, above)
    yield Sum(parent, False, within, node.dimension, above)
    if within != STATE:
        place = parents.get(within, STATE)
        yield Sum(CellKey(place, node), True, node, within.dimension, place)


def _people(cells: Mapping[CellKey, Cell], key: CellKey) -> int:
    cell = cells.get(key)
    return cell.people if cell else 0


def _add_rests(
    cells: dict[CellKey, Cell], parents: dict[Node, Node], overlapping: frozenset[str], *, over_places: bool
) -> None:
    sums: dict[Sum, list[int]] = defaultdict(lambda: [0, 0])
    for key, cell in cells.items():
        for sum_of in sums_of(key, parents):
            if sum_of.over_places == over_places and sum_of.dimension not in overlapping:
                sums[sum_of][0] += cell.people
                sums[sum_of][1] += cell.with_outcome
    for sum_of, (people, outcome) in sums.items():
        whole = cells.get(sum_of.parent)
        if whole is None or whole.people <= people:
            continue
        under = "" if sum_of.above == STATE else f"{sum_of.above.category}|"
        rest = Node(sum_of.dimension, f"{under}{REST}")
        if under:
            parents[rest] = sum_of.above
        key = CellKey(rest, sum_of.fixed) if over_places else CellKey(sum_of.fixed, rest)
        left = whole.people - people
        cells[key] = Cell(left, min(max(whole.with_outcome - outcome, 0), left))


def _add_empty(
    cells: dict[CellKey, Cell], parents: Mapping[Node, Node], everywhere: Mapping[str, Collection[str]]
) -> None:
    """Categories without people: they stand hidden wherever their table hides something."""
    nodes: dict[str, set[Node]] = defaultdict(set)
    for dimension, categories in everywhere.items():
        nodes[dimension] |= {Node(dimension, category) for category in categories}
    for within, node, _ in cells:
        if within == STATE and node != STATE:
            nodes[node.dimension].add(node)
    nested = {node.dimension for node in parents}
    # In order, so that every process makes the same choice between cells that cost the same.
    for within, dimension in sorted({(key.within, key.node.dimension) for key in cells if key != TOTAL}):
        if dimension not in nested:
            for node in sorted(nodes[dimension]):
                cells.setdefault(CellKey(within, node), Cell(0))
