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
    """A chart, where there is one, and its table."""

    title: str
    sentence: str
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
    places: list[Figure]


def indicator_view(indicator: Indicator) -> IndicatorView:
    """Arrange one indicator's published cells for the page."""
    slug = file_slug(indicator.code)
    cells = indicator.of(STATE)
    newest = next((cell for cell in reversed(cells) if cell.value is not None), None)
    cohort = newest.cohort if newest else (indicator.cohorts or [""])[-1]
    dimensions = group_dimensions(indicator)
    return IndicatorView(
        slug=slug,
        indicator=indicator,
        latest_value=shown(newest.value or "", indicator.unit).short if newest else "*",
        latest_cohort=cohort,
        trend=_trend(indicator, slug, cells),
        gaps=_groups(indicator, f"{slug}-groups", "Groups of learners", dimensions, cohort)
        if dimensions
        else None,
        places=[
            _groups(indicator, f"{slug}-{place.replace('_', '-')}", dimension_title(place), [place], cohort)
            for place in PLACES
            if indicator.of(place)
        ],
    )


def _trend(indicator: Indicator, slug: str, cells: list[Cell]) -> Figure:
    marks = [Mark(cell.cohort, _value(cell, indicator)) for cell in cells]
    scale = scale_for([mark.value for mark in marks if mark.value], indicator.unit)
    sentence = trend_sentence(indicator)
    word = measure(indicator.unit)
    rows = [TableRow(c.cohort, [_people(c), _text(c, indicator)]) for c in cells]
    table = Table(f"{indicator.name}: the state, by cohort", "Cohort", ["People", word], [("", rows)])
    chart = trend_chart(f"{slug}-trend", f"{indicator.name}: the state, by cohort", sentence, marks, scale)
    return Figure("The state over time", sentence, chart, table)


def _groups(indicator: Indicator, chart_id: str, title: str, dimensions: list[str], cohort: str) -> Figure:
    cohorts = indicator.cohorts
    is_place = dimensions[0] in PLACES
    marks: list[Mark] = []
    groups = []
    for dimension in dimensions:
        cells = {(cell.category, cell.cohort): cell for cell in indicator.of(dimension)}
        listed = categories(cells.values())
        heading = "" if is_place else dimension_title(dimension)
        newest = [cells[category, cohort] for category, _ in listed if (category, cohort) in cells]
        # A dimension in which everything is hidden is left to the table.
        if any(not cell.is_hidden for cell in newest):
            marks.extend(
                Mark(cell.label, _value(cell, indicator), heading if place == 0 else "")
                for place, cell in enumerate(newest)
            )
        groups.append(
            (
                heading,
                [_row(label, category, cells, cohorts, cohort, indicator) for category, label in listed],
            )
        )
    caption = f"{indicator.name}: {title[:1].lower()}{title[1:]}"
    table = Table(caption, title, [f"People, {cohort}", *cohorts], groups)
    sentence = "" if is_place else gap_sentence(indicator, cohort)
    chart = None
    if 0 < len(marks) <= _MOST_CHART_ROWS:
        state = next((c for c in indicator.of(STATE) if c.cohort == cohort), None)
        average = _value(state, indicator) if state else None
        scale = scale_for([m.value for m in marks if m.value], indicator.unit)
        described = (
            sentence
            or f"One row each, with the gap to the state. The same numbers are in the table “{caption}”."
        )
        chart = gap_chart(chart_id, f"{caption}, cohort {cohort}", described, marks, scale, average)
    return Figure(title, sentence, chart, table)


def _row(
    label: str,
    category: str,
    cells: dict[tuple[str, str], Cell],
    cohorts: list[str],
    newest: str,
    indicator: Indicator,
) -> TableRow:
    latest = cells.get((category, newest))
    values = [cells.get((category, cohort)) for cohort in cohorts]
    people = _people(latest) if latest else None
    return TableRow(label, [people, *(_text(cell, indicator) if cell else None for cell in values)])


def _value(cell: Cell, indicator: Indicator) -> Shown | None:
    return shown(cell.value, indicator.unit) if cell.value is not None else None


def _text(cell: Cell, indicator: Indicator) -> str:
    value = _value(cell, indicator)
    return value.short if value else "*"


def _people(cell: Cell) -> str:
    return shown_people(cell.count) if cell.count is not None else "*"
