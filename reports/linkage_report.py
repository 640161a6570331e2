"""The linkage report: how good the live run is, for whom, and what it cannot say. One page under the home folder.

Reads tables only. It holds exact counts, small ones among them: a page for stewards, never for publication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import linkage_sections as sections
from reports.linkage_figures import Figures, read_figures
from reports.linkage_sections import HIDDEN_NAMES
from reports.pages import render_page, replace_file
from reports.wording import dimension_title
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Warehouse


def build_linkage_report(warehouse: Warehouse, folder: Path) -> Path:
    """Write the live run's report and return its page; `index.html` is always the newest."""
    figures = read_figures(warehouse)
    if figures is None:
        raise P20WError("There is no linkage run to report on.", "Run `p20w run` first.")
    folder.mkdir(parents=True, exist_ok=True)
    text = render_report(figures).encode()
    replace_file(folder / f"{figures.run['linkage_run_id']}.html", text, 0o600)
    index = folder / "index.html"
    replace_file(index, text, 0o600)
    return index


def render_report(figures: Figures) -> str:
    """The report as HTML."""
    return render_page(
        "linkage.html.j2",
        run=figures.run,
        facts=_facts(figures),
        sections=[
            ("Who is linked", [sections.by_pair(figures), *sections.by_year(figures)]),
            ("Coverage, apart from linkage error", [*sections.coverage(figures), *sections.hidden(figures)]),
            ("Wrong and missed links, estimated", [sections.clerical(figures), sections.impossible(figures)]),
            (
                "What waits and what cannot be linked",
                [
                    sections.queue(figures),
                    sections.shares("unlinkable", figures),
                    sections.shares("alone", figures),
                ],
            ),
            ("Against the run before", [sections.drift(figures)]),
        ],
        gaps=_gaps(figures),
    )


def _facts(figures: Figures) -> list[tuple[str, str]]:
    run, counts = figures.run, figures.run["counts"]
    return [
        ("Run", f"{run['linkage_run_id'][:8]}, {run['mode']}: {run['mode_reason'] or 'no reason kept'}"),
        ("Began", str(run["started_at"])[:16].replace("T", " ") + " UTC"),
        ("Model", f"{run['model_version']}, threshold {run['threshold']:g}"),
        (
            "Records",
            f"{sum(counts['records'].values()):,} of {len(counts['records'])} sources in {counts['persons']:,} persons",
        ),
        (
            "Waiting for a person",
            f"{sum(count for _, count in figures.queue):,} pairs; {figures.contradictions} decisions contradict others",
        ),
    ]


_LEAST_WHOLE = 30
_WORTH_SAYING = 0.015


def _gaps(figures: Figures) -> list[str]:
    """What the reader must know that the numbers do not say, as far as this run shows it."""
    return [
        "A person who never used the other agency and a missed link look alike in the first table.",
        "The hidden-identifier test judges records that carry the identifier; nobody judges those without it, often newcomers.",
        "Wages hold no birth date: without a record that carries the social security number a pupil's wages are not found.",
        "Race, sex and program groups are those that agencies recorded; a wrong link can carry a wrong group.",
        *_coverage_gaps(figures),
        *_hidden_gaps(figures),
    ]


def _coverage_gaps(figures: Figures) -> list[str]:
    gaps = []
    for heading in sorted({line.heading for line in figures.coverage if line.label != "all"}):
        found = sorted(
            (line.covered.value or 0.0, line.label)
            for line in figures.coverage
            if line.heading == heading and line.covered.whole >= _LEAST_WHOLE and line.label != "unknown"
        )
        if len(found) > 1 and found[-1][0] - found[0][0] > _WORTH_SAYING:
            points = (found[-1][0] - found[0][0]) * 100
            gaps.append(
                f"{dimension_title(heading)}: “{found[0][1]}” is covered {points:.1f} points less than “{found[-1][1]}”."
            )
    return gaps


def _hidden_gaps(figures: Figures) -> list[str]:
    gaps = []
    for measure, shares in figures.hidden.items():
        overall = next((share.value for share in shares if share.heading == "all"), None)
        if overall is None:
            continue
        for share in shares:
            below = overall - (overall if share.value is None else share.value)
            if share.whole >= _LEAST_WHOLE and below > _WORTH_SAYING:
                name = HIDDEN_NAMES.get(measure, measure)
                gaps.append(f"{name}: “{share.label}” {below * 100:.1f} points below all.")
    return gaps
