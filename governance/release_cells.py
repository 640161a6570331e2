"""From the true cohorts of a release to all that it prints, cell by cell.

True numbers go in; only texts, codes and counts of cells come out. How one cohort is protected is `protection`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from governance.attacker.seen import Seen
from governance.cores import each
from governance.disclosure.cells import TOTAL, CellKey, Node, complete, overlapping_dimensions
from governance.disclosure.policy import DisclosurePolicy, Unit
from governance.disclosure.primary import Cell
from governance.labels import category_label
from governance.protection import Loss, Protected, protect
from governance.release_source import NO_HISTORY, History, Places, RegistryEntry, TrueCohort
from governance.rolling_up import RolledUp, roll_up
from warehouse.errors import P20WError

# Above so many cells of a release the heuristic alone chooses.
_THOROUGH = 100_000
# So many cells take longer than starting a process for each core.
_MANY = 20_000


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


@dataclass(frozen=True)
class Decided:
    """All that may be printed, with what it costs."""

    cells: list[PublishedCell]
    categories: list[PublishedCategory]
    loss: Loss
    #: Attacks that found nothing.
    withstood: set[str]
    #: Tables that were left out for coarser ones: their cohorts, by indicator and table.
    left_out: dict[str, dict[str, list[str]]]


Earlier = Callable[[str, str], Sequence[Seen]]


def decide(
    cohorts: Sequence[TrueCohort],
    registry: Mapping[tuple[str, str], RegistryEntry],
    places: Places,
    history: Mapping[tuple[str, str], History],
    earlier: Earlier,
    policy: DisclosurePolicy,
    state_name: str,
    *,
    size: int | None = None,
) -> Decided:
    """Turn the true cohorts into the cells that may be shown; `size` counts the release's cells where they are a part of it."""
    known = {**places.labels, (TOTAL.node.dimension, TOTAL.node.category): state_name}
    overlapping: set[str] = set()
    everywhere: dict[str, set[str]] = defaultdict(set)
    for true in cohorts:
        overlapping |= overlapping_dimensions(true.cells, places.parents)
        for _, node in true.cells:
            if node != TOTAL.node and node not in places.parents:
                everywhere[node.dimension].add(node.category)
    decided = Decided([], [], Loss(), set(), {})
    nodes: dict[Node, Node] = {}
    tasks = [
        _Task(
            true.cells,
            registry[true.code, true.version].unit,
            history.get((true.code, true.cohort), NO_HISTORY),
            earlier(true.code, true.cohort),
            true.pool,
        )
        for true in cohorts
    ]
    size = size or sum(len(true.cells) for true in cohorts)
    work = partial(
        _protect_one,
        policy=policy,
        parents=places.parents,
        overlapping=frozenset(overlapping),
        everywhere=dict(everywhere),
        thorough=size <= _THOROUGH,
    )
    for true, (protected, left_out) in zip(cohorts, each(work, tasks, spread=size > _MANY), strict=True):
        decided.loss.add(protected.loss)
        decided.withstood.update(protected.withstood)
        for table in left_out:
            decided.left_out.setdefault(true.code, {}).setdefault(table, []).append(true.cohort)
        for key, (printed, code) in protected.printed.items():
            label = category_label(*key.node, known)
            decided.cells.append(
                PublishedCell(
                    true.code, true.version, true.cohort, *key.within, *key.node, label, *printed, code
                )
            )
            for node in key:
                nodes[node] = protected.cohort.parents.get(node, TOTAL.node)
    decided.categories.extend(
        PublishedCategory(*node, category_label(*node, known), *above, node.dimension not in overlapping)
        for node, above in sorted(nodes.items())
    )
    return decided


class _Task(NamedTuple):
    """What it takes to protect one cohort, beside what is the same for all."""

    cells: dict[CellKey, Cell]
    unit: Unit
    past: History
    earlier: Sequence[Seen]
    pool: tuple[str, ...]


def _protect_one(
    task: _Task,
    policy: DisclosurePolicy,
    parents: Mapping[Node, Node],
    overlapping: frozenset[str],
    everywhere: Mapping[str, Collection[str]],
    *,
    thorough: bool,
) -> RolledUp:
    def protected(cells: Mapping[CellKey, Cell]) -> Protected:
        cohort = complete(cells, parents, overlapping, everywhere)
        return protect(cohort, task.unit, policy, task.past, task.earlier, thorough=thorough, pool=task.pool)

    return roll_up(task.cells, parents, task.past, policy.roll_up_above, protected)


def refuse_unknown(cohorts: Sequence[TrueCohort], registry: Mapping[tuple[str, str], RegistryEntry]) -> None:
    """Refuse indicators that nobody has described."""
    missing = sorted({f"{c.code} {c.version}" for c in cohorts if (c.code, c.version) not in registry})
    if missing:
        raise P20WError(
            f"The cube holds indicators that the registry does not describe: {', '.join(missing)}.",
            "Describe each indicator in the YAML beside its model, then run the models again.",
        )
