"""From the true cohorts of a release to all that it prints, cell by cell.

True numbers go in; only texts, codes and counts of cells come out. How one cohort is protected is `protection`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from governance.attacker.seen import Seen
from governance.cores import each
from governance.disclosure.cells import TOTAL, CellKey, CohortCells, Node, complete, overlapping_dimensions
from governance.disclosure.policy import DisclosurePolicy, Unit
from governance.disclosure.primary import Cell
from governance.labels import category_label
from governance.pooling import (
    NOTHING_KNOWN,
    Decision,
    Group,
    Known,
    Member,
    Pooling,
    counted_again,
    windows_of,
)
from governance.protection import Loss, Protected, protect
from governance.release_source import NO_HISTORY, History, Places, RegistryEntry, TrueCohort
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
    #: Tables that are published of several cohorts as one: their pools, by indicator and table.
    pooled: dict[str, dict[str, list[str]]]
    #: The cohorts of these pools, by indicator and name.
    windows: dict[str, dict[str, tuple[str, ...]]]


#: What the releases printed of a cohort of an indicator, or of several together.
Earlier = Callable[..., Sequence[Seen]]


def decide(
    cohorts: Sequence[TrueCohort],
    registry: Mapping[tuple[str, str], RegistryEntry],
    places: Places,
    history: Mapping[tuple[str, str], History],
    earlier: Earlier,
    policy: DisclosurePolicy,
    state_name: str,
    *,
    pooling: Known = NOTHING_KNOWN,
    size: int | None = None,
) -> Decided:
    """Turn the true cohorts into the cells that may be shown; `size` counts the release's cells where they are a part of it."""
    known = {**places.labels, (TOTAL.node.dimension, TOTAL.node.category): state_name}
    overlapping: set[str] = set()
    everywhere: dict[str, set[str]] = defaultdict(set)
    for true in cohorts:
        overlapping |= overlapping_dimensions(true.cells, places.parents)
        for _, node, _ in true.cells:
            if node != TOTAL.node and node not in places.parents:
                everywhere[node.dimension].add(node.category)
    decided = Decided([], [], Loss(), set(), {}, {}, {})
    nodes: dict[Node, Node] = {}
    tasks = list(_tasks(cohorts, registry, history, earlier, policy, pooling))
    size = size or sum(len(true.cells) for true in cohorts)
    work = partial(
        _protect_one,
        policy=policy,
        parents=places.parents,
        overlapping=frozenset(overlapping),
        everywhere=dict(everywhere),
        thorough=size <= _THOROUGH,
    )
    for task, made in zip(tasks, each(work, tasks, spread=size > _MANY), strict=True):
        decided.loss.add(made.loss)
        decided.withstood.update(made.withstood)
        for cohort, tables in made.left_out.items():
            for table in tables:
                decided.left_out.setdefault(task.code, {}).setdefault(table, []).append(cohort)
        window = task.group.window
        for table in made.pooled:
            decided.pooled.setdefault(task.code, {}).setdefault(table, []).append(window.name)
            decided.windows.setdefault(task.code, {})[window.name] = window.cohorts
        for cohort, key, printed, code in made.printed:
            label = category_label(*key.node, known)
            decided.cells.append(
                PublishedCell(task.code, task.version, cohort, *key.within, *key.node, label, *printed, code)
            )
            for node in key[:2]:
                nodes[node] = made.parents.get(node, TOTAL.node)
    decided.categories.extend(
        PublishedCategory(*node, category_label(*node, known), *above, node.dimension not in overlapping)
        for node, above in sorted(nodes.items())
    )
    return decided


class _Task(NamedTuple):
    """What it takes to protect one cohort, or those of a window, beside what is the same for all."""

    code: str
    version: str
    unit: Unit
    group: Group
    pool: tuple[str, ...] = ()


def _tasks(
    cohorts: Sequence[TrueCohort],
    registry: Mapping[tuple[str, str], RegistryEntry],
    history: Mapping[tuple[str, str], History],
    earlier: Earlier,
    policy: DisclosurePolicy,
    pooling: Known,
) -> Iterator[_Task]:
    """The cohorts in their order, those of a window at the place of its first."""
    by_code: dict[tuple[str, str], list[TrueCohort]] = defaultdict(list)
    for true in cohorts:
        by_code[true.code, true.version].append(true)
    for (code, version), found in by_code.items():
        unit = registry[code, version].unit
        members = {
            true.cohort: Member(
                true.cells, history.get((code, true.cohort), NO_HISTORY), earlier(code, true.cohort)
            )
            for true in found
        }
        # Amounts cannot be added up.
        years = policy.pool_years if policy.pools_years and unit == "percent" else 1
        windows = windows_of(members, pooling.windows.get(code, {}), years)
        again = pooling.counted_again.get((code, version))
        done: set[str] = set()
        for true in found:
            window = windows.get(true.cohort)
            if window is None:
                twice = counted_again(again or {}, true.pool)
                group = Group({true.cohort: members[true.cohort]}, counted_again=twice)
                yield _Task(code, version, unit, group, true.pool)
            elif window.name not in done:
                done.add(window.name)
                of_window = {cohort: members[cohort] for cohort in window.cohorts if cohort in members}
                missing = set(window.cohorts) - members.keys()
                twice = counted_again(again or {}, window.cohorts)
                possible = again is not None and twice <= policy.min_count
                group = Group(
                    of_window,
                    window,
                    history.get((code, window.name), NO_HISTORY),
                    earlier(code, window.name, *window.cohorts),
                    may_pool=possible and not missing,
                    waits=possible and bool(missing) and min(missing) > max(members),
                    counted_again=twice,
                )
                yield _Task(code, version, unit, group)


def _protect_one(
    task: _Task,
    policy: DisclosurePolicy,
    parents: Mapping[Node, Node],
    overlapping: frozenset[str],
    everywhere: Mapping[str, Collection[str]],
    *,
    thorough: bool,
) -> Decision:
    def completed(cells: Mapping[CellKey, Cell]) -> CohortCells:
        cohort = complete(cells, parents, overlapping, everywhere)
        if task.pool:
            cohort.counted_again = task.group.counted_again
        return cohort

    def protected(cohort: CohortCells, past: History, earlier: Sequence[Seen]) -> Protected:
        # Several cohorts are too many cells for an integer program.
        one = thorough and not cohort.totals[0].cohorts
        return protect(cohort, task.unit, policy, past, earlier, thorough=one, pool=task.pool)

    return Pooling(task.group, parents, policy.roll_up_above, completed, protected).decide()


def refuse_unknown(cohorts: Sequence[TrueCohort], registry: Mapping[tuple[str, str], RegistryEntry]) -> None:
    """Refuse indicators that nobody has described."""
    missing = sorted({f"{c.code} {c.version}" for c in cohorts if (c.code, c.version) not in registry})
    if missing:
        raise P20WError(
            f"The cube holds indicators that the registry does not describe: {', '.join(missing)}.",
            "Describe each indicator in the YAML beside its model, then run the models again.",
        )
