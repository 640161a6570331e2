"""Makes a release: the only writer of the schema `published`.

The whole path from the cube to the shown text is here; the rules it applies are in `disclosure`. A true
number must never be written by this module: what is stored is the shown text, or nothing and a code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from governance.disclosure.one_way import hidden_categories
from governance.disclosure.primary import Cell, DisclosurePolicy, Unit, is_sensitive
from governance.disclosure.rounding import shown_count, shown_rate, shown_usd
from governance.labels import category_label
from governance.release_source import (
    STATE,
    CohortTables,
    RegistryEntry,
    check_cohort_choice,
    read_cohorts,
    read_earlier_hidden,
    read_labels,
    read_limitations,
    read_registry,
)
from governance.release_store import PublishedCell, ReleaseContent, unchanged_release, write_release
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from warehouse.connection import Warehouse
    from warehouse.state import State

# The preset that marks a state whose people are simulated; its releases say so on every page.
SYNTHETIC_PRESET = "synthetic_state"
_SYNTHETIC_NOTE = (
    "This state does not exist. Every number comes from simulated people, made to try out the warehouse."
)


class NothingToPublish(P20WError):
    """The deliveries so far complete no cohort of any indicator."""


@dataclass(frozen=True)
class ReleaseSummary:
    """What a call of `make_release` did."""

    release_id: int
    is_new: bool
    shown_cells: int
    hidden_cells: int


def build_release(warehouse: Warehouse, state: State) -> int:
    """Publish what may be published and return the release's id; the existing id where nothing changed."""
    return make_release(warehouse, state).release_id


def make_release(warehouse: Warehouse, state: State) -> ReleaseSummary:
    """Write one new immutable release, unless the newest one says the same already.

    Everything happens in one transaction, so that readers see the old releases or the new one as a whole.
    Until tables are protected over all their relations, a release holds one-way tables only: the state's
    total and one dimension at a time.

    Earlier releases: a cell that was ever hidden stays hidden, for the same indicator, cohort, dimension
    and category, whatever it holds now. Its neighbours were shown then, and showing it now would give away
    what was hidden beside it. A cell that was shown and has become too small is hidden from now on. Small
    corrections of cells that stay visible are covered by rounding only; nothing more is claimed for them.
    """
    policy = DisclosurePolicy.from_settings(state.disclosure)
    pooled = policy.cohorts == "pooled"
    with warehouse.connect() as connection:
        connection.execute("set transaction isolation level repeatable read")
        # Before the first query, so that the snapshot is taken after a concurrent release has ended.
        connection.execute("lock table control.release in share row exclusive mode")
        _check_cube_exists(connection)
        check_cohort_choice(connection, pooled=pooled)
        registry = read_registry(connection)
        cohorts = read_cohorts(connection, pooled=pooled)
        _check_publishable(cohorts, registry)
        cells = protect(
            cohorts, registry, read_earlier_hidden(connection), read_labels(connection), policy, state.name
        )
        entries = [registry[key] for key in sorted({(c.code, c.version) for c in cohorts})]
        note = _SYNTHETIC_NOTE if policy.preset == SYNTHETIC_PRESET else None
        limitations = read_limitations(connection, {entry.code for entry in entries})
        content = ReleaseContent(state.name, note, entries, cells, policy, limitations)
        existing = unchanged_release(connection, content)
        release_id = write_release(connection, content) if existing is None else existing
    hidden = sum(cell.suppression_code != "none" for cell in cells)
    return ReleaseSummary(release_id, existing is None, len(cells) - hidden, hidden)


def protect(
    cohorts: list[CohortTables],
    registry: Mapping[tuple[str, str], RegistryEntry],
    earlier_hidden: Mapping[tuple[str, str, str], set[str]],
    labels: Mapping[tuple[str, str], str],
    policy: DisclosurePolicy,
    state_name: str,
) -> list[PublishedCell]:
    """Turn true one-way tables into the cells that may be shown: suppress first, then round."""
    known = {**labels, (STATE, "all"): state_name}
    existing: dict[str, set[str]] = defaultdict(set)
    for cohort in cohorts:
        for dimension, cells in cohort.tables.items():
            existing[dimension].update(cell.category for cell in cells)
    published = []
    for cohort in cohorts:
        unit = registry[cohort.code, cohort.version].unit
        for dimension, cell, code in _decided(cohort, unit, earlier_hidden, existing, policy):
            published.append(_published(cohort, dimension, cell, known, unit, policy, code))
    return published


def _decided(
    cohort: CohortTables,
    unit: Unit,
    earlier_hidden: Mapping[tuple[str, str, str], set[str]],
    existing: Mapping[str, set[str]],
    policy: DisclosurePolicy,
) -> Iterator[tuple[str, Cell, str]]:
    """Each cell of a cohort with its suppression code.

    Inside a table every hidden cell carries the same code, `complementary`: each of them shields the
    others, and to tell which one was small would narrow the guess. `primary` marks a hidden state total.

    Which categories are there tells something too: in a cohort of one person, who the person is. So a
    hidden total comes without tables, and a table with hidden cells lists every category that exists
    anywhere in the release, those without people as hidden as the others.
    """

    def earlier(dimension: str) -> set[str]:
        return earlier_hidden.get((cohort.code, cohort.cohort, dimension), set())

    if earlier(STATE) or is_sensitive(cohort.total, unit, policy):
        yield STATE, cohort.total, "primary"
        return
    yield STATE, cohort.total, "none"
    for dimension, cells in cohort.tables.items():
        if dimension == STATE:
            continue
        hidden = hidden_categories(cells, cohort.total, unit, policy, forced=earlier(dimension))
        for cell in cells:
            yield dimension, cell, "complementary" if cell.category in hidden else "none"
        if hidden:
            for category in sorted(existing[dimension] - {cell.category for cell in cells}):
                yield dimension, Cell(category, people=0), "complementary"


def _published(
    cohort: CohortTables,
    dimension: str,
    cell: Cell,
    known: Mapping[tuple[str, str], str],
    unit: Unit,
    policy: DisclosurePolicy,
    code: str,
) -> PublishedCell:
    count = value = None
    if code == "none":
        count = shown_count(cell.people, policy)
        value = _shown_value(cell, unit, policy)
    label = category_label(dimension, cell.category, known)
    key = (cohort.code, cohort.version, cohort.cohort, dimension, cell.category)
    return PublishedCell(*key, label, count, value, code)


def _shown_value(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> str:
    if unit == "percent":
        return shown_rate(cell.with_outcome, cell.people, policy)
    if cell.median_usd is None:
        raise P20WError("A wage cell without an amount was about to be shown.", "Report this as a defect.")
    return shown_usd(cell.median_usd, policy)


def _check_cube_exists(connection: Connection[Any]) -> None:
    row = connection.execute(
        "select to_regclass('indicators.cube') is not null and to_regclass('indicators.registry') is not null"
    ).fetchone()
    if row is None or not row[0]:
        raise P20WError("There are no indicators to release yet.", "Load deliveries, then run the models.")


def _check_publishable(
    cohorts: list[CohortTables], registry: Mapping[tuple[str, str], RegistryEntry]
) -> None:
    if not cohorts:
        raise NothingToPublish(
            "No cohort is complete yet, so there is nothing to publish.",
            "Load the files that its outcomes are measured in, then run the models again.",
        )
    missing = sorted({f"{c.code} {c.version}" for c in cohorts if (c.code, c.version) not in registry})
    if missing:
        raise P20WError(
            f"The cube holds indicators that the registry does not describe: {', '.join(missing)}.",
            "Describe each indicator in the YAML beside its model, then run the models again.",
        )
