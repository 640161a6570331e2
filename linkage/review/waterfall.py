"""The evidence of a pair as bars: text for a terminal, SVG for a page. Drawing only; what is drawn comes with the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkage.review.evidence import Weight

_WIDTH = 720
_LABEL = 330
_ROW = 26


def text_bars(weights: Sequence[Weight], *, width: int = 24) -> list[str]:
    """Return a line per comparison: its bits, a bar to the right if it speaks for one person, to the left if against."""
    if not weights:
        return ["No model weighs this pair."]
    scale = max(max(abs(weight.bits) for weight in weights), 1.0)
    lines = []
    for weight in weights:
        cells = round(abs(weight.bits) / scale * width)
        bar = "+" * cells if weight.bits >= 0 else "-" * cells
        lines.append(f"{weight.bits:+7.1f}  {bar:<{width}}  {weight.words}")
    total = sum(weight.bits for weight in weights)
    lines.append(f"{total:+7.1f}  {'':<{width}}  Together, in bits: {in_words(total)}")
    return lines


def in_words(bits: float) -> str:
    """The odds that a sum of bits stands for."""
    if abs(bits) < 0.05:
        return "one person as likely as not"
    odds = 2.0 ** min(abs(bits), 40)
    rounded = f"{odds:,.0f}" if odds >= 10 else f"{odds:.1f}"
    return f"{rounded} to 1 that they are {'one person' if bits > 0 else 'two'}"


def svg_waterfall(chart_id: str, weights: Sequence[Weight]) -> Markup:
    """Draw each comparison from where the one before ended, to the sum; labelled, nothing told by colour alone."""
    ends = [0.0]
    for weight in weights:
        ends.append(ends[-1] + weight.bits)
    low, high = min([0.0, *ends]), max([0.0, *ends])
    span = max(high - low, 1.0)

    def x(bits: float) -> float:
        return _LABEL + 8 + (bits - low) / span * (_WIDTH - _LABEL - 76)

    parts = []
    for place, weight in enumerate(weights):
        y = 10 + place * _ROW
        left, right = sorted((x(ends[place]), x(ends[place + 1])))
        kind = "for" if weight.bits >= 0 else "against"
        parts.append(
            f'<text class="label" x="{_LABEL}" y="{y + 14}" text-anchor="end">{escape(weight.words)}</text>'
        )
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{y + 2}" width="{max(right - left, 1):.1f}" height="16"/>'
        )
        parts.append(f'<text class="value" x="{right + 6:.1f}" y="{y + 14}">{weight.bits:+.1f}</text>')
    y = 10 + len(weights) * _ROW
    left, right = sorted((x(0), x(ends[-1])))
    parts.append(f'<text class="label total" x="{_LABEL}" y="{y + 14}" text-anchor="end">Together</text>')
    parts.append(
        f'<rect class="total" x="{left:.1f}" y="{y + 2}" width="{max(right - left, 1):.1f}" height="16"/>'
    )
    parts.append(f'<text class="value total" x="{right + 6:.1f}" y="{y + 14}">{ends[-1]:+.1f} bits</text>')
    parts.append(f'<line class="zero" x1="{x(0):.1f}" y1="4" x2="{x(0):.1f}" y2="{y + 24}"/>')
    told = "; ".join(f"{weight.words} {weight.bits:+.1f}" for weight in weights)
    return Markup(  # noqa: S704 - every text inside is escaped above
        f'<svg class="waterfall" viewBox="0 0 {_WIDTH} {y + 30}" role="img" aria-labelledby="{chart_id}-t {chart_id}-d">'
        f'<title id="{chart_id}-t">Evidence in bits</title><desc id="{chart_id}-d">{escape(told)}</desc>{"".join(parts)}</svg>'
    )
