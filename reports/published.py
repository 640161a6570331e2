"""Reads one release from the schema `published`, the only schema that this package may read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

# Field names of the descriptive texts, as in `published.indicator`.
TEXTS = (
    "definition",
    "numerator",
    "denominator",
    "exclusions",
    "sources",
    "lag",
    "citation",
    "caveats",
    "coverage",
)


@dataclass(frozen=True)
class Cell:
    """One published cell: texts to show, or neither where the cell is hidden."""

    cohort: str
    dimension: str
    category: str
    label: str
    count: str | None
    value: str | None
    suppression_code: str
    #: The category of another dimension that the cell is counted in; everybody by default.
    within_dimension: str = "state"
    within_category: str = "all"

    @property
    def is_hidden(self) -> bool:
        """True where disclosure control keeps the number back."""
        return self.count is None and self.value is None


@dataclass(frozen=True)
class Limitation:
    """Something known to be missing or doubtful in the data, and from and to when."""

    sentence: str
    owner: str
    since: str | None
    until: str | None

    @property
    def while_it_holds(self) -> str:
        """From and to when it holds, in words; empty where always."""
        parts = [f"since {self.since}" if self.since else "", f"until {self.until}" if self.until else ""]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Indicator:
    """One indicator of a release with its texts and all its cells."""

    code: str
    version: str
    name: str
    unit: str
    texts: dict[str, str]
    cells: list[Cell] = field(default_factory=list)
    limitations: list[Limitation] = field(default_factory=list)

    @property
    def cohorts(self) -> list[str]:
        """Every cohort in order of time."""
        return sorted({cell.cohort for cell in self.cells})

    def is_pool(self, cohort: str) -> bool:
        """True for several cohorts together: of these the state's own number is not published."""
        return all(cell.cohort != cohort for cell in self.of("state"))

    def of(self, dimension: str) -> list[Cell]:
        """The cells of one dimension over everybody."""
        return [
            cell for cell in self.cells if cell.dimension == dimension and cell.within_dimension == "state"
        ]


@dataclass(frozen=True)
class Release:
    """The newest release as a reader sees it."""

    release_id: int
    published_at: datetime.datetime
    state_name: str
    note: str | None
    indicators: list[Indicator]
    #: The rules of disclosure control that were applied.
    rules: dict[str, Any] = field(default_factory=dict)


def read_newest_release(warehouse: Warehouse) -> Release:
    """The newest release with its indicators in the order of their codes."""
    with warehouse.connect() as connection:
        # A release never changes, but the newest may be another one by the second query.
        connection.execute("set transaction isolation level repeatable read")
        head = connection.execute(
            "select release_id, published_at, state_name, note, coalesce(rules, '{}') from published.release"
            " where release_id not in (select release_id from published.withdrawal) order by release_id desc limit 1"
        ).fetchone()
        if head is None:
            raise P20WError("Nothing has been published yet.", "Make a release first: `p20w release`.")
        indicators = {
            (code, version): Indicator(code, version, name, unit, dict(zip(TEXTS, texts, strict=True)))
            for code, version, name, unit, *texts in connection.execute(
                "select indicator_code, indicator_version, name, unit,"
                " coalesce(definition, ''), coalesce(numerator, ''), coalesce(denominator, ''),"
                " coalesce(exclusions, ''), coalesce(sources, ''), coalesce(lag, ''),"
                " coalesce(citation, ''), coalesce(caveats, ''), coalesce(coverage, '')"
                " from published.indicator where release_id = %s order by indicator_code, indicator_version",
                (head[0],),
            )
        }
        for code, version, *cell in connection.execute(
            "select indicator_code, indicator_version, cohort_period, dimension, category, category_label,"
            " shown_count, shown_value, suppression_code, within_dimension, within_category"
            " from published.indicator_cell where release_id = %s order by indicator_code, cohort_period,"
            " within_dimension = 'state' desc, within_dimension, within_category, dimension, category_label, category",
            (head[0],),
        ):
            indicators[code, version].cells.append(Cell(*cell))
        by_code: dict[str, list[Limitation]] = {}
        for code, *limitation in connection.execute(
            "select indicator_code, sentence, owner, since, until from published.limitation"
            " where release_id = %s order by indicator_code, limitation_code",
            (head[0],),
        ):
            by_code.setdefault(code, []).append(Limitation(*limitation))
        for indicator in indicators.values():
            indicator.limitations.extend(by_code.get(indicator.code, []))
    release_id, published_at, state_name, note, rules = head
    return Release(release_id, published_at, state_name, note, list(indicators.values()), rules)
