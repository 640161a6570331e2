"""From true cells to printed ones: suppress, print, let the attacker try, and hide more until he finds nothing.

True numbers go in; only texts, codes and counts of cells come out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from governance.attacker.attack import Siege
from governance.attacker.seen import Place, Printed, Seen
from governance.disclosure.capacity import block_of
from governance.disclosure.cells import TOTAL, CellKey, CohortCells, Node, complete, overlapping_dimensions
from governance.disclosure.policy import DisclosurePolicy, Unit
from governance.disclosure.primary import Cell
from governance.disclosure.rounding import shown_count, shown_rate, shown_usd
from governance.disclosure.suppression import Suppression
from governance.labels import category_label
from governance.release_source import NO_HISTORY, History, Places, RegistryEntry, TrueCohort
from warehouse.errors import P20WError

# Each round hides more; a cohort that the attacker still opens after so many is hidden as a whole.
_ROUNDS = 25


class PublishedCell(NamedTuple):
    """One row of `published.indicator_cell`, without its release."""

    indicator_code: str
    indicator_version: str
    cohort_period: str
    within_dimension: str
    within_category: str
    dimension: str
    category: str
    category_label: str
    shown_count: str | None
    shown_value: str | None
    suppression_code: str


class PublishedCategory(NamedTuple):
    """One row of `published.category`, without its release."""

    dimension: str
    category: str
    category_label: str
    parent_dimension: str
    parent_category: str
    adds_up: bool


@dataclass
class Loss:
    """How much a release keeps back: cells, and learners in hidden cells of the tables by one dimension."""

    cells: int = 0
    hidden_cells: int = 0
    sensitive_cells: int = 0
    learners: int = 0
    hidden_learners: int = 0
    attacked: int = 0
    hidden_cohorts: int = 0

    def add(self, other: Loss) -> None:
        """Count another cohort too."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class Decided:
    """All that may be printed, with what it costs."""

    cells: list[PublishedCell]
    categories: list[PublishedCategory]
    loss: Loss
    #: Attacks that found nothing.
    withstood: set[str]


class Protected(NamedTuple):
    """One cohort after suppression: its printed cells, by key, with their codes."""

    cohort: CohortCells
    printed: dict[CellKey, tuple[Printed, str]]
    loss: Loss
    #: The attack that found nothing.
    withstood: frozenset[str]


Earlier = Callable[[str, str], Sequence[Seen]]


def decide(
    cohorts: Sequence[TrueCohort],
    registry: Mapping[tuple[str, str], RegistryEntry],
    places: Places,
    history: Mapping[tuple[str, str], History],
    earlier: Earlier,
    policy: DisclosurePolicy,
    state_name: str,
) -> Decided:
    """Turn the true cohorts into the cells that may be shown."""
    known = {**places.labels, (TOTAL.node.dimension, TOTAL.node.category): state_name}
    overlapping: set[str] = set()
    everywhere: dict[str, set[str]] = defaultdict(set)
    for true in cohorts:
        overlapping |= overlapping_dimensions(true.cells, places.parents)
        for _, node in true.cells:
            if node != TOTAL.node and node not in places.parents:
                everywhere[node.dimension].add(node.category)
    decided = Decided([], [], Loss(), set())
    nodes: dict[Node, Node] = {}
    for true in cohorts:
        unit = registry[true.code, true.version].unit
        cohort = complete(true.cells, places.parents, frozenset(overlapping), everywhere)
        past = history.get((true.code, true.cohort), NO_HISTORY)
        protected = protect(cohort, unit, policy, past, earlier(true.code, true.cohort))
        decided.loss.add(protected.loss)
        decided.withstood.update(protected.withstood)
        for key, (printed, code) in protected.printed.items():
            label = category_label(*key.node, known)
            decided.cells.append(
                PublishedCell(
                    true.code, true.version, true.cohort, *key.within, *key.node, label, *printed, code
                )
            )
            for node in key:
                nodes[node] = cohort.parents.get(node, TOTAL.node)
    decided.categories.extend(
        PublishedCategory(*node, category_label(*node, known), *above, node.dimension not in overlapping)
        for node, above in sorted(nodes.items())
    )
    return decided


def protect(
    cohort: CohortCells, unit: Unit, policy: DisclosurePolicy, past: History, earlier: Sequence[Seen] = ()
) -> Protected:
    """Suppress one cohort until the attacker opens nothing.

    Inside a table every hidden cell carries the same code, `complementary`: each of them shields the
    others, and to tell which one was small would narrow the guess. `primary` marks a hidden total, which
    comes without tables: in a cohort of one person, the tables would tell who it is.
    """
    block = block_of(cohort, unit, policy, past.hidden, past.shown - past.hidden)
    suppression = Suppression(block, cohort)
    suppression.protect()
    printed: dict[CellKey, tuple[Printed, str]] = {}
    siege = Siege(earlier)
    for _ in range(_ROUNDS):
        hidden = {key for key, is_hidden in zip(block.keys, suppression.hidden, strict=True) if is_hidden}
        printed = _print(cohort, hidden, unit, policy)
        verdict = siege.attack(_seen(cohort, printed, unit, policy))
        if not verdict.exposures or suppression.hides_everything:
            break
        suppression.expose([CellKey(Node(*e.place[:2]), Node(*e.place[2:])) for e in verdict.exposures])
    else:
        printed = _print(cohort, set(block.keys), unit, policy)
        verdict = siege.attack(_seen(cohort, printed, unit, policy))
    loss = _loss(cohort, printed, int(block.sensitive.sum()), verdict.attacked)
    return Protected(cohort, printed, loss, frozenset() if verdict.exposures else frozenset({verdict.of}))


def _print(
    cohort: CohortCells, hidden: Collection[CellKey], unit: Unit, policy: DisclosurePolicy
) -> dict[CellKey, tuple[Printed, str]]:
    if TOTAL in hidden:
        return {TOTAL: (Printed(None, None), "primary")}
    printed = {}
    for key, cell in cohort.cells.items():
        if key in hidden:
            printed[key] = (Printed(None, None), "complementary")
        elif cell.people:
            value, code = _value(cell, unit, policy)
            printed[key] = (Printed(shown_count(cell.people, policy), value), code)
    return printed


def _value(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> tuple[str | None, str]:
    if unit == "percent":
        return shown_rate(cell.with_outcome, cell.people, policy)
    # People whom a table does not list have a number, and no amount of their own.
    return (None, "none") if cell.median_usd is None else shown_usd(cell.median_usd, policy)


def _seen(
    cohort: CohortCells,
    printed: Mapping[CellKey, tuple[Printed, str]],
    unit: Unit,
    policy: DisclosurePolicy,
) -> Seen:
    return Seen(
        unit == "percent",
        policy.as_dict(),
        {Place(*key.within, *key.node): cell for key, (cell, _) in printed.items()},
        {(*node,): (*above,) for node, above in cohort.parents.items()},
        cohort.overlapping,
    )


def _loss(
    cohort: CohortCells,
    printed: Mapping[CellKey, tuple[Printed, str]],
    sensitive: int,
    attacked: int,
) -> Loss:
    filled = [key for key, cell in cohort.cells.items() if cell.people]
    hidden = {key for key in filled if key not in printed or printed[key][0].people is None}
    one_way = [key for key in filled if key.within == TOTAL.within]
    return Loss(
        len(filled),
        len(hidden),
        sensitive,
        sum(cohort.cells[key].people for key in one_way),
        sum(cohort.cells[key].people for key in one_way if key in hidden),
        attacked,
        int(TOTAL in hidden),
    )


def refuse_unknown(cohorts: Sequence[TrueCohort], registry: Mapping[tuple[str, str], RegistryEntry]) -> None:
    """Refuse indicators that nobody has described."""
    missing = sorted({f"{c.code} {c.version}" for c in cohorts if (c.code, c.version) not in registry})
    if missing:
        raise P20WError(
            f"The cube holds indicators that the registry does not describe: {', '.join(missing)}.",
            "Describe each indicator in the YAML beside its model, then run the models again.",
        )
