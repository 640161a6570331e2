"""Scorecards: each dimension over the years as a chart and its table, for one submitter; and all of them side by side.

How a score is counted belongs to `quality_checks.scores`; here it is shown with its two counts.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.charts import Mark, score_scale, trend_chart
from reports.pages import render_page
from reports.published import Limitation
from reports.wording import Shown

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

#: Dimension → what its two counts are.
DIMENSIONS = {
    "timeliness": "deliveries that came by the day they were due",
    "completeness": "required values that are filled in",
    "validity": "values that can be read, are agreed codes and lie in their range",
    "consistency": "checks between columns, rows and files that agree",
    "uniqueness": "rows that do not repeat an earlier row's key",
    "linkability": "person records that linkage found in another source too",
}
_SCORES = """
    select submitter, layout, period, dimension, numerator, denominator from quality.scorecard
    where run_id = (select run_id from quality.scorecard order by scored_at desc limit 1)
    order by submitter, layout, period, dimension
"""
_CSV_COLUMNS = ("submitter", "layout", "period", "dimension", "numerator", "denominator", "score")


@dataclass(frozen=True)
class Score:
    """So many of so many were as they should be, in one dimension of one layout and period."""

    submitter: str
    layout: str
    period: str
    dimension: str
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Year:
    """One point of a trend: all layouts of a year together."""

    year: str
    numerator: int
    denominator: int

    @property
    def score(self) -> float:
        """The score, 0 to 100."""
        return 100 * self.numerator / self.denominator

    @property
    def text(self) -> str:
        """The score with one decimal, never rounded up to a hundred where something is missing."""
        return f"{math.floor(self.score * 10) / 10:.1f}"

    @property
    def missed(self) -> int:
        """How many were not as they should be."""
        return self.denominator - self.numerator


@dataclass(frozen=True)
class Dimension:
    """A dimension over the years, with its chart."""

    name: str
    meaning: str
    years: list[Year]
    chart: Markup
    axis_begins: str


def read_scores(warehouse: Warehouse) -> list[Score]:
    """The newest scoring of everybody."""
    return [Score(*row) for row in warehouse.fetch_all(_SCORES)]


def render_scorecard(
    scores: Sequence[Score], submitter: str, submitter_name: str, limitations: Sequence[Limitation]
) -> str:
    """The scorecard of one submitter as one HTML page."""
    own = [score for score in scores if score.submitter == submitter]
    return render_page(
        "scorecard.html.j2",
        ("site.css", "agency.css"),
        submitter_name=submitter_name,
        dimensions=[_dimension(own, name) for name in DIMENSIONS if _years(own, name)],
        files=_by_file(own),
        columns=list(DIMENSIONS),
        limitations=limitations,
    )


def render_overview(scores: Sequence[Score], names: dict[str, str]) -> str:
    """The newest year of every submitter side by side, for the steward."""
    rows = [
        (name, submitter, [_newest(scores, submitter, dimension) for dimension in DIMENSIONS])
        for submitter, name in names.items()
        if any(score.submitter == submitter for score in scores)
    ]
    return render_page("scorecards.html.j2", ("site.css", "agency.css"), rows=rows, columns=list(DIMENSIONS))


def scorecard_csv(scores: Sequence[Score]) -> str:
    """The scores as a CSV text, one line each."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    for score in scores:
        counts = (score.numerator, score.denominator)
        key = (score.submitter, score.layout, score.period, score.dimension)
        writer.writerow([*key, *counts, f"{100 * counts[0] / counts[1]:.4f}"])
    return buffer.getvalue()


def _newest(scores: Sequence[Score], submitter: str, dimension: str) -> Year | None:
    years = _years([score for score in scores if score.submitter == submitter], dimension)
    return years[-1] if years else None


def _years(scores: Sequence[Score], dimension: str) -> list[Year]:
    sums: dict[str, list[int]] = {}
    for score in scores:
        if score.dimension == dimension:
            counts = sums.setdefault(score.period[:4], [0, 0])
            counts[0] += score.numerator
            counts[1] += score.denominator
    return [Year(year, *counts) for year, counts in sorted(sums.items())]


def _dimension(scores: Sequence[Score], name: str) -> Dimension:
    years = _years(scores, name)
    scale = score_scale([year.score for year in years])
    marks = [Mark(year.year, Shown(year.score, "", year.text, year.text)) for year in years]
    described = f"From {years[0].text} in {years[0].year} to {years[-1].text} in {years[-1].year}."
    chart = trend_chart(f"{name}-trend", f"{name.capitalize()} by year", described, marks, scale)
    begins = f"The axis begins at {scale.bottom:g}." if scale.bottom else ""
    return Dimension(name, DIMENSIONS[name], years, chart, begins)


def _by_file(scores: Sequence[Score]) -> list[tuple[str, list[Year | None]]]:
    """Each layout's newest period, dimension by dimension."""
    newest = {score.layout: score.period for score in sorted(scores, key=lambda score: score.period)}
    found = {(s.layout, s.dimension): s for s in scores if s.period == newest[s.layout]}
    rows = []
    for layout, period in sorted(newest.items()):
        cells = [found.get((layout, dimension)) for dimension in DIMENSIONS]
        years = [Year(period[:4], c.numerator, c.denominator) if c else None for c in cells]
        rows.append((f"{layout}, {period}", years))
    return rows
