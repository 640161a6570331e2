"""Charts of a model's levels as SVG text: weights in bits, and how often each level holds. Drawing only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 760
_LABEL = 290
_ROW = 22
_HEADING = 30


@dataclass(frozen=True)
class LevelValues:
    """One level as charts and tables show it."""

    comparison: str
    label: str
    m: float
    u: float
    bits: float
    origin: str
    examples: int | None


def weights_chart(chart_id: str, levels: Sequence[LevelValues]) -> Markup:
    """Draw each level's weight from zero: to the right what speaks for one person, to the left what speaks against."""
    low = min([-1.0, *(level.bits for level in levels)])
    high = max([1.0, *(level.bits for level in levels)])
    wide = _WIDTH - _LABEL - 110

    def x(bits: float) -> float:
        return _LABEL + 50 + (bits - low) / (high - low) * wide

    parts, y = [], 0.0
    for level, heading in _with_headings(levels):
        y += _HEADING if heading else 0
        parts += [_text("heading", 0, y + 12, heading)] if heading else []
        left, right = sorted((x(0), x(level.bits)))
        kind = "for" if level.bits >= 0 else "against"
        parts.append(_label(level.label, y))
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{y + 2:.1f}" width="{max(right - left, 1):.1f}" height="14"/>'
        )
        place, anchor = (right + 6, "start") if level.bits >= 0 else (left - 6, "end")
        parts.append(_text("value", place, y + 14, f"{level.bits:+.1f}", anchor))
        y += _ROW
    parts.append(f'<line class="zero" x1="{x(0):.1f}" y1="0" x2="{x(0):.1f}" y2="{y:.1f}"/>')
    told = "; ".join(f"{level.comparison}, {level.label}: {level.bits:+.1f}" for level in levels)
    return _svg(chart_id, "Match weights in bits", told, y, parts)


def shares_chart(chart_id: str, levels: Sequence[LevelValues]) -> Markup:
    """Draw m over u for each level: how often it holds for one person, and how often by chance."""
    wide = _WIDTH - _LABEL - 130
    parts, y = [], 0.0
    for level, heading in _with_headings(levels):
        y += _HEADING if heading else 0
        parts += [_text("heading", 0, y + 12, heading)] if heading else []
        parts.append(_label(level.label, y))
        for kind, share, top in (("match", level.m, 1.0), ("chance", level.u, 9.0)):
            parts.append(
                f'<rect class="{kind}" x="{_LABEL + 10}" y="{y + top:.1f}" width="{max(share * wide, 1):.1f}" height="7"/>'
            )
        ends = _LABEL + 10 + max(level.m, level.u) * wide + 6
        parts.append(_text("value", ends, y + 13, f"{percent(level.m)} / {percent(level.u)}"))
        y += _ROW
    told = "; ".join(
        f"{level.comparison}, {level.label}: {percent(level.m)} and {percent(level.u)}" for level in levels
    )
    title = "How often each level holds: of one person (upper bar) and by chance (lower bar)"
    return _svg(chart_id, title, told, y, parts)


def percent(share: float) -> str:
    """A share of one in percent, with as many digits as it needs."""
    return f"{share * 100:.1f} %" if share >= 0.001 else f"{share * 100:.1g} %"


def _with_headings(levels: Sequence[LevelValues]) -> list[tuple[LevelValues, str]]:
    before = ["", *(level.comparison for level in levels)]
    return [
        (level, level.comparison if level.comparison != earlier else "")
        for level, earlier in zip(levels, before, strict=False)
    ]


def _label(text: str, y: float) -> str:
    return _text("label", _LABEL, y + 14, text, "end")


def _text(name: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(chart_id: str, title: str, told: str, height: float, parts: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 - every text inside is escaped above
        f'<svg class="levels" viewBox="0 0 {_WIDTH} {height + 8:.0f}" role="img" '
        f'aria-labelledby="{chart_id}-t {chart_id}-d"><title id="{chart_id}-t">{escape(title)}</title>'
        f'<desc id="{chart_id}-d">{escape(told)}</desc>{"".join(parts)}</svg>'
    )
