"""What a page shows of an indicator: charts with the tables that repeat their numbers. No files, no HTML."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reports.charts import Mark, gap_chart, scale_for, trend_chart
from reports.csv_files import file_slug
from reports.published import Cell, Indicator
from reports.wording import (
    PLACES,
    STATE,
    Shown,
    categories,
    dimension_title,
    gap_sentence,
    group_dimensions,
    measure,
    shown,
    shown_people,
    trend_sentence,
    usual_cohorts,
)

# A chart of more rows than this is no longer read; the table and the CSV are.
_MOST_CHART_ROWS = 40


@dataclass(frozen=True)
class TableRow:
    """A header and its cells; a cell is a text, `*` where hidden, None where nobody is in it."""

    label: str
    cells: list[str | None]


@dataclass(frozen=True)
class Table:
    """A table with a caption and one or more groups of rows, each with an optional heading."""

    caption: str
    corner: str
    columns: list[str]
    groups: list[tuple[str, list[TableRow]]]


@dataclass(frozen=True)
class Figure:
    """A chart, where there is one, and its table; notes say what the two leave out."""

    title: str
    sentence: str
    notes: list[str]
    chart: Markup | None
    table: Table


@dataclass(frozen=True)
class IndicatorView:
    """All that the page says of one indicator."""

    slug: str
    indicator: Indicator
    latest_value: str
    latest_cohort: str
    trend: Figure
    gaps: Figure | None
    #: Groups that are published of several cohorts together only.
    pooled_gaps: Figure | None
    places: list[Figure]

    @property
    def has_pools(self) -> bool:
        """True where some table is of several cohorts together."""
        return any(self.indicator.is_pool(cohort) for cohort in self.indicator.cohorts)


def indicator_view(indicator: Indicator) -> IndicatorView:
    """Arrange one indicator's published cells for the page."""
    slug = file_slug(indicator.code)
    newest = next((cell for cell in reversed(usual_cohorts(indicator)) if cell.value is not None), None)
    cohort = newest.cohort if newest else max((cell.cohort for cell in indicator.of(STATE)), default="")
    single: list[str] = []
    pooled: list[str] = []
    for dimension in group_dimensions(indicator):
        only_pools = all(indicator.is_pool(cell.cohort) for cell in indicator.of(dimension))
        (pooled if only_pools else single).append(dimension)
    return IndicatorView(
        slug=slug,
        indicator=indicator,
        latest_value=shown(newest.value or "", indicator.unit).short if newest else "*",
        latest_cohort=cohort,
        trend=_trend(indicator, slug),
        gaps=_groups(indicator, f"{slug}-groups", "Groups of learners", single, cohort) if single else None,
        pooled_gaps=_groups(
            indicator,
            f"{slug}-pooled-groups",
            "Groups of learners, of several cohorts together",
            pooled,
            cohort,
        )
        if pooled
        else None,
        places=[
            _groups(indicator, f"{slug}-{place.replace('_', '-')}", dimension_title(place), [place], cohort)
            for place in PLACES
            if indicator.of(place)
        ],
    )


def _trend(indicator: Indicator, slug: str) -> Figure:
    cells = indicator.of(STATE)
    usual = usual_cohorts(indicator)
    marks = [Mark(cell.cohort, _value(cell, indicator)) for cell in usual]
    scale = scale_for([mark.value for mark in marks if mark.value], indicator.unit)
    sentence = trend_sentence(indicator)
    rows = [TableRow(c.cohort, [_people(c), _text(c, indicator)]) for c in cells]
    caption = f"{indicator.name}: the state, by cohort"
    table = Table(caption, "Cohort", ["People", measure(indicator.unit)], [("", rows)])
    remnants = ", ".join(cell.cohort for cell in cells if cell not in usual)
    note = f"In the table only, being far smaller than the others: {remnants}." if remnants else ""
    chart = trend_chart(f"{slug}-trend", caption, sentence, marks, scale)
    return Figure("The state over time", sentence, [note] if note else [], chart, table)


def _groups(indicator: Indicator, chart_id: str, title: str, dimensions: list[str], newest: str) -> Figure:
    is_place = dimensions[0] in PLACES
    columns = _cohorts_of_tables(indicator, dimensions)
    with_pool = [name for name in columns if indicator.is_pool(name)]
    cohort = newest if newest in columns or not with_pool else with_pool[-1]
    kept = [name for name in dimensions if any(not cell.is_hidden for cell in indicator.of(name))]
    hidden = ", ".join(dimension_title(name) for name in dimensions if name not in kept)
    note = f"Hidden in every cohort, to protect privacy: {hidden}." if hidden and not is_place else ""
    caption = f"{indicator.name}: {title[:1].lower()}{title[1:]}"
    table = _groups_table(indicator, caption, title, dimensions if is_place else kept, cohort)
    sentence = "" if is_place else gap_sentence(indicator, cohort)
    marks = [
        mark for name in kept for mark in _group_marks(indicator, name, cohort, has_heading=not is_place)
    ]
    chart = None
    if 0 < len(marks) <= _MOST_CHART_ROWS:
        state = next((c for c in indicator.of(STATE) if c.cohort == cohort), None)
        average = _value(state, indicator) if state else None
        scale = scale_for([m.value for m in marks if m.value], indicator.unit)
        described = (
            sentence or f"One row each, with the gap to the state; the numbers are in the table “{caption}”."
        )
        chart = gap_chart(chart_id, f"{caption}, cohort {cohort}", described, marks, scale, average)
    return Figure(title, sentence, [note] if note else [], chart, table)


def _group_marks(indicator: Indicator, dimension: str, cohort: str, *, has_heading: bool) -> list[Mark]:
    """The rows of one dimension in the chart; none where everything in it is hidden in this cohort."""
    cells = {
        cell.category: cell
        for cell in indicator.of(dimension)
        if cell.cohort == cohort and (cell.is_hidden or cell.value is not None)
    }
    if all(cell.is_hidden for cell in cells.values()):
        return []
    heading = dimension_title(dimension) if has_heading else ""
    return [
        Mark(label, _value(cells[category], indicator), heading if place == 0 else "")
        for place, (category, label) in enumerate(categories(cells.values()))
    ]


def _groups_table(
    indicator: Indicator, caption: str, corner: str, dimensions: list[str], cohort: str
) -> Table:
    groups, cohorts = [], _cohorts_of_tables(indicator, dimensions)
    for dimension in dimensions:
        cells = {(cell.category, cell.cohort): cell for cell in indicator.of(dimension)}
        heading = "" if dimension in PLACES else dimension_title(dimension)
        rows = [
            _row(label, category, cells, cohort, indicator, cohorts)
            for category, label in categories(cells.values())
        ]
        groups.append((heading, rows))
    return Table(caption, corner, [f"People, {cohort}", *cohorts], groups)


def _cohorts_of_tables(indicator: Indicator, dimensions: list[str]) -> list[str]:
    """The cohorts that have tables: where the state's number is hidden there are none; pools in the place of their cohorts."""
    hidden = {cell.cohort for cell in indicator.of(STATE) if cell.is_hidden}
    here = {cell.cohort for dimension in dimensions for cell in indicator.of(dimension)}
    if any(indicator.is_pool(cohort) for cohort in here):
        return sorted(here - hidden)
    return [cohort for cohort in indicator.cohorts if cohort not in hidden and not indicator.is_pool(cohort)]


def _row(
    label: str,
    category: str,
    cells: dict[tuple[str, str], Cell],
    newest: str,
    indicator: Indicator,
    cohorts: list[str],
) -> TableRow:
    latest = cells.get((category, newest))
    values = [cells.get((category, cohort)) for cohort in cohorts]
    people = _people(latest) if latest else None
    return TableRow(label, [people, *(_text(cell, indicator) if cell else None for cell in values)])


def _value(cell: Cell, indicator: Indicator) -> Shown | None:
    return shown(cell.value, indicator.unit) if cell.value is not None else None


def _text(cell: Cell, indicator: Indicator) -> str | None:
    value = _value(cell, indicator)
    if value is None and not cell.is_hidden:
        # People who are counted, but have no amount of their own.
        return None
    return value.short if value else "*"


def _people(cell: Cell) -> str:
    return shown_people(cell.count) if cell.count is not None else "*"
