"""Charts as SVG text, drawn when the page is made: nothing runs in the reader's browser.

Each chart names itself (title and description), labels its marks directly and tells nothing by colour
alone. Which numbers are drawn is decided in `site`; colours and type are classes of the style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10
from textwrap import wrap

from markupsafe import Markup, escape

from reports.wording import Shown

_WIDTH = 480
_MOST_LABELLED_POINTS = 8
_MOST_LABELLED_TICKS = 5
# What fits on one line left of a row.
_LABEL_CHARACTERS = 29


@dataclass(frozen=True)
class Mark:
    """One labelled value of a chart; without a value it is hidden, and marked so."""

    label: str
    value: Shown | None
    heading: str = ""


@dataclass(frozen=True)
class Scale:
    """The axis of a chart: from zero to a round number, so that lengths compare as the numbers do.

    Scores are all near one hundred: theirs may begin higher, and then the page says so.
    """

    top: float
    ticks: tuple[tuple[float, str], ...]
    bottom: float = 0.0

    def share(self, number: float) -> float:
        """How far along the axis a number lies, 0 to 1."""
        return min(max((number - self.bottom) / (self.top - self.bottom), 0.0), 1.0)

    def is_labelled(self, number: float) -> bool:
        """Whether a tick of a short axis has room for its label: where they are many, every other has."""
        place = [tick for tick, _ in self.ticks].index(number)
        return len(self.ticks) <= _MOST_LABELLED_TICKS or place % 2 == 0


def scale_for(values: Sequence[Shown], unit: str) -> Scale:
    """Zero to a hundred percent, or zero to the next round amount above the largest."""
    if unit != "usd":
        return Scale(100.0, tuple((float(t), f"{t}%") for t in (0, 25, 50, 75, 100)))
    largest = max((value.number for value in values), default=1.0) or 1.0
    magnitude = 10 ** (ceil(log10(largest)) - 1)
    step = next(s * magnitude for s in (0.5, 1.0, 2.0, 2.5) if s * magnitude * 5 >= largest)
    steps = ceil(largest / step)
    return Scale(step * steps, tuple((step * i, f"${step * i:,.0f}") for i in range(steps + 1)))


def score_scale(scores: Sequence[float]) -> Scale:
    """An axis up to a hundred that begins at the highest round number below every score."""
    lowest = min(scores, default=0.0)
    bottom = next(start for start in (99.0, 95.0, 90.0, 80.0, 60.0, 0.0) if start <= lowest)
    step = (100.0 - bottom) / 4
    return Scale(100.0, tuple((bottom + step * i, f"{bottom + step * i:g}") for i in range(5)), bottom)


def trend_chart(chart_id: str, title: str, description: str, marks: Sequence[Mark], scale: Scale) -> Markup:
    """A line over the cohorts; a hidden cohort breaks the line and carries an asterisk."""
    left, right, top, bottom, height = 56, 26, 26, 34, 250
    wide, high = _WIDTH - left - right, height - top - bottom
    xs = [left + wide * (i + 0.5) / max(len(marks), 1) for i in range(len(marks))]
    parts = []
    for number, text in scale.ticks:
        tick = top + high * (1 - scale.share(number))
        parts.append(_line("axis" if number == scale.bottom else "grid", left, tick, _WIDTH - right, tick))
        parts.append(_text("tick", left - 8, tick + 4, text, "end"))
    ys = [top + high * (1 - scale.share(m.value.number)) if m.value else None for m in marks]
    parts.extend(_trend_lines(xs, ys))
    every = max(1, ceil(len(marks) / _MOST_LABELLED_POINTS))
    for place, (x, y, mark) in enumerate(zip(xs, ys, marks, strict=True)):
        # Counted from the newest cohort, which is always labelled.
        is_labelled = (len(marks) - 1 - place) % every == 0
        if is_labelled:
            parts.append(_text("tick", x, height - 12, mark.label, "middle"))
        if mark.value is None or y is None:
            parts.append(_text("hidden-mark", x, top + high - 6, "*", "middle"))
            continue
        parts.append(_point(x, y, mark.value.bound))
        if is_labelled:
            parts.append(_text("value", x, y - 11, mark.value.short, "middle"))
    return _svg(chart_id, "trend", title, description, height, parts)


def gap_chart(
    chart_id: str, title: str, description: str, marks: Sequence[Mark], scale: Scale, average: Shown | None
) -> Markup:
    """One row a group: a dot at its value, and a bar from the state's value to it: the gap."""
    left, top, wide = 208, 44, _WIDTH - 208 - 58
    rows: list[str] = []
    y = float(top)
    for mark in marks:
        if mark.heading:
            y += 30
            rows.append(_text("heading", 0, y - 8, mark.heading, "start"))
        lines = wrap(mark.label, _LABEL_CHARACTERS)
        middle = y + 9 + 7 * (len(lines) - 1)
        for place, line in enumerate(lines):
            rows.append(_text("label", left - 12, y + 13.5 + 14 * place, line, "end"))
        rows.extend(_gap_row(mark.value, middle, left, wide, scale, average))
        y += 25 + 14 * (len(lines) - 1)
    parts = []
    for number, text in scale.ticks:
        x = left + wide * scale.share(number)
        parts.append(_line("grid" if number else "axis", x, top, x, y))
        if scale.is_labelled(number):
            parts.append(_text("tick", x, y + 18, text, "middle"))
    if average is not None:
        x = left + wide * scale.share(average.number)
        parts.append(_text("average-label", min(x, _WIDTH - 50), 18, f"State {average.short}", "middle"))
        parts.append(_line("average", x, 26, x, y))
    return _svg(chart_id, "gaps", title, description, int(y + 26), [*parts, *rows])


def _gap_row(
    value: Shown | None, middle: float, left: float, wide: float, scale: Scale, average: Shown | None
) -> list[str]:
    if value is None:
        band = (
            f'<rect class="hidden-band" x="{left:.1f}" y="{middle - 5:.1f}" width="{wide:.1f}" height="10"/>'
        )
        return [band, _text("hidden-mark", left + wide + 10, middle + 8, "*", "start")]
    x = left + wide * scale.share(value.number)
    from_x = left + wide * scale.share(average.number) if average is not None else x
    parts = [_line("gap", from_x, middle, x, middle)] if from_x != x else []
    parts.append(_point(x, middle, value.bound, lies_flat=True))
    # On the side away from the state's line, unless the axis ends there.
    is_left = x < from_x and x - left > 52
    anchor = "end" if is_left else "start"
    return [*parts, _text("value", x + (-11 if is_left else 11), middle + 4.5, value.short, anchor)]


def _trend_lines(xs: Sequence[float], ys: Sequence[float | None]) -> list[str]:
    places = list(zip(xs, ys, strict=True))
    return [
        _line("trend-line", x, y, next_x, next_y)
        for (x, y), (next_x, next_y) in pairwise(places)
        if y is not None and next_y is not None
    ]


def _point(x: float, y: float, bound: str, *, lies_flat: bool = False) -> str:
    """A dot, or an arrow head where only a bound is published: the true value lies where it points."""
    if not bound:
        return f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    away = 1 if bound == ">=" else -1
    tips = [(6.5 * away, 0.0), (-4.5 * away, -6.0), (-4.5 * away, 6.0)]
    corners = tips if lies_flat else [(across, -along) for along, across in tips]
    return f'<polygon class="point" points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)}"/>'


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(name: str, x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(chart_id: str, kind: str, title: str, description: str, height: int, parts: Sequence[str]) -> Markup:
    # The hatch has its own id in each chart: ids are unique in a page.
    hatch = (
        f'<defs><pattern id="{chart_id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>'
    )
    drawn = "".join(parts).replace(
        'class="hidden-band"', f'class="hidden-band" fill="url(#{chart_id}-hatch)"'
    )
    return Markup(  # noqa: S704 - every text inside is escaped above
        f'<svg class="chart {kind}" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc">'
        f'<title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(description)}</desc>{hatch}{drawn}</svg>'
    )
