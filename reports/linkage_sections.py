"""The sections of the linkage report: each a sentence, a chart where one helps, and the table that repeats its numbers.

What is counted is in `linkage_figures`; nothing here reads the database or writes a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.charts import Mark, gap_chart, scale_for
from reports.linkage_figures import SOURCES, Coverage, Figures, Share
from reports.views import Figure, Table, TableRow
from reports.wording import Shown, dimension_title

if TYPE_CHECKING:
    from markupsafe import Markup

_COLUMNS = ["Of", "Part", "Share", "95% interval"]


def percent(value: float | None) -> str:
    """A share as text."""
    return "none" if value is None else f"{value:.1%}"


def _row(share: Share) -> TableRow:
    interval = share.interval
    between = None if interval is None else f"{interval[0]:.1%} to {interval[1]:.1%}"
    return TableRow(share.label, [f"{share.whole:,}", f"{share.part:,}", percent(share.value), between])


def _table(caption: str, corner: str, shares: list[Share]) -> Table:
    groups: dict[str, list[TableRow]] = {}
    for share in shares:
        groups.setdefault(share.heading, []).append(_row(share))
    return Table(caption, corner, _COLUMNS, list(groups.items()))


def _shown(share: Share) -> Shown | None:
    if share.value is None:
        return None
    text = f"{share.value:.1%}"
    return Shown(share.value * 100, "", text, text)


def _chart(chart_id: str, title: str, shares: list[Share]) -> Markup:
    marks = []
    heading = ""
    for share in shares:
        marks.append(Mark(share.label, _shown(share), share.heading if share.heading != heading else ""))
        heading = share.heading
    told = "; ".join(f"{share.heading} {share.label} {percent(share.value)}".strip() for share in shares)
    return gap_chart(chart_id, title, told, marks, scale_for([], "percent"), None)


def by_pair(figures: Figures) -> Figure:
    """How many persons of one source have a record of another."""
    return Figure(
        "By pair of sources",
        "Of the persons with a record of one source, so many have one of the other. People who never used the other agency count "
        "as not linked: this is no measure of linkage error.",
        [],
        _chart("pairs", "Persons with a record of the other source", figures.by_pair),
        _table("Persons by source, and those with a record of the other source", "Also in", figures.by_pair),
    )


def by_year(figures: Figures) -> list[Figure]:
    """The same by year, for the pairs that outcomes rest on."""
    return (
        [
            Figure(
                "By year of the newest record",
                "Younger pupils have had less time to work or to drive.",
                [],
                None,
                _table("Persons by year of their newest record in the first source", "Year", figures.by_year),
            )
        ]
        if figures.by_year
        else []
    )


def _group(line: Coverage) -> str:
    return line.heading if line.label == "all" else dimension_title(line.heading)


def coverage(figures: Figures) -> list[Figure]:
    """Which pupils a record with an SSN covers, by subgroup; then who is linked to wages, of all and of those covered."""
    lines = [line for line in figures.coverage if line.covered.whole]
    shares = [
        Share(line.covered.label, line.covered.part, line.covered.whole, _group(line)) for line in lines
    ]
    title = "Pupils with a record that carries a social security number"
    missing = ["The core tables are not built yet, so that subgroups are missing."]
    return [
        Figure(
            title,
            "Wages are reached only through such a record: whom none covers, linkage cannot find however well it works.",
            missing if len(figures.coverage) == 1 else [],
            _chart("coverage", title, shares),
            _table("Pupils by group, and those covered", "Group", shares),
        ),
        Figure(
            "Pupils linked to wages, of all and of those covered",
            "Where a group is covered less, its link rate of all is lower although linkage errs no more: compare groups by the "
            "share of those covered.",
            [],
            None,
            _wages(lines),
        ),
    ]


def _wages(lines: list[Coverage]) -> Table:
    groups: dict[str, list[TableRow]] = {}
    for line in lines:
        between = line.to_wages_of_covered.interval
        cells: list[str | None] = [
            f"{line.covered.whole:,}",
            percent(line.to_wages.value),
            f"{line.covered.part:,}",
            percent(line.to_wages_of_covered.value),
            None if between is None else f"{between[0]:.1%} to {between[1]:.1%}",
        ]
        groups.setdefault(_group(line), []).append(TableRow(line.label, cells))
    columns = ["Pupils", "Linked of all", "Covered", "Linked of those", "95% interval"]
    return Table("Pupils by group, and their links to wages", "Group", columns, list(groups.items()))


HIDDEN_NAMES = {
    "hidden_ssn_recall": "Found without the social security number",
    "hidden_ssn_precision": "Right without the social security number",
    "hidden_state_id_recall": "Found without the state's student id",
    "hidden_state_id_precision": "Right without the state's student id",
}


def hidden(figures: Figures) -> list[Figure]:
    """What the hidden-identifier test counted, or that nobody ran it."""
    if not figures.hidden:
        words = (
            "The hidden-identifier test has not been run on this linkage run: `p20w link hidden-id` links without the identifier"
            " and scores with it."
        )
        return [Figure("Linkage error among the covered", words, [], None, Table("", "", [], []))]
    found = []
    for measure, shares in sorted(figures.hidden.items(), reverse=True):
        kind = (
            "of the true pairs were found" if measure.endswith("recall") else "of the linked pairs are true"
        )
        named = [
            Share(
                SOURCES.get(share.label, share.label),
                share.part,
                share.whole,
                {"all": "All", "source_pair": "Pair of sources"}.get(share.heading)
                or dimension_title(share.heading),
            )
            for share in shares
        ]
        overall = next((share for share in named if share.heading == "All"), None)
        found.append(
            Figure(
                HIDDEN_NAMES.get(measure, measure),
                f"{percent(overall.value if overall else None)} {kind} when linkage could not see the identifier.",
                [],
                None,
                _table("Pairs of records scored by the hidden identifier", "", named),
            )
        )
    return found


def clerical(figures: Figures) -> Figure:
    """Wrong and missed links as people's answers suggest, by range of probability."""
    rows = []
    for each in figures.bins:
        judged = Share("", each.judged_same, each.judged)
        between = judged.interval
        rows.append(
            TableRow(
                f"{each.low:g} to {each.high:g}",
                [
                    f"{each.judged:,}",
                    None
                    if between is None
                    else f"{percent(judged.value)} ({between[0]:.0%} to {between[1]:.0%})",
                    f"{each.links:,}",
                    None if each.estimated_false is None else f"{each.estimated_false:,.1f}",
                    f"{each.waiting:,}",
                    None if each.estimated_missed is None else f"{each.estimated_missed:,.1f}",
                ],
            )
        )
    judged_all = sum(each.judged for each in figures.bins)
    sentence = (
        "Nobody has judged pairs yet, so nothing can be estimated here: `p20w link review`."
        if not judged_all
        else f"{judged_all:,} pairs were judged by people. Where nobody judged a pair of a range, nothing is estimated."
    )
    return Figure(
        "By people's answers",
        sentence,
        ["People see the doubtful pairs first, so within a range the answers lean to the harder ones."]
        if judged_all
        else [],
        None,
        Table(
            "Pairs by the model's probability",
            "Probability",
            ["Judged", "One person", "Links", "Probably wrong", "Waiting", "Probably missed"],
            [("", rows)],
        ),
    )


def impossible(figures: Figures) -> Figure:
    """Persons whose records contradict each other."""
    found = sum(share.part for share in figures.impossible)
    return Figure(
        "What cannot be in one life",
        f"{found:,} persons hold records that contradict each other. Each is a false link or an error of a source.",
        [],
        None,
        _table(
            "Persons whose records can be checked, and those that contradict",
            "Contradiction",
            figures.impossible,
        ),
    )


def queue(figures: Figures) -> Figure:
    """What waits for a person."""
    total = sum(count for _, count in figures.queue)
    records = sum(figures.run["counts"]["records"].values())
    shares = [Share(reason, count, total) for reason, count in figures.queue]
    return Figure(
        "Pairs that wait for a person",
        f"{total:,} pairs wait, {total / max(records, 1):.2%} of the records. `p20w link review` asks about them.",
        [],
        None,
        _table("Waiting pairs by reason", "Reason", shares),
    )


_SHARES = {
    "unlinkable": (
        "Records that cannot be linked",
        "They have no social security number, and a name or the birth date is missing: no evidence could carry a link.",
    ),
    "alone": (
        "Records that are a person of their own",
        "Nothing is linked to them. Many are people whom no other agency knows; the rest is missed.",
    ),
}


def shares(name: str, figures: Figures) -> Figure:
    """Records that cannot be linked, or are not, by source."""
    title, sentence = _SHARES[name]
    return Figure(title, sentence, [], None, _table(title, "Source", getattr(figures, name)))


def drift(figures: Figures) -> Figure:
    """Counts against the run before, and what became of person ids."""
    now = figures.run["counts"]
    if figures.before is None:
        return Figure(
            "Drift",
            "This is the first run: there is nothing to compare it with.",
            [],
            None,
            Table("", "", [], []),
        )
    was = figures.before["counts"]
    lines = [
        ("Records", sum(was["records"].values()), sum(now["records"].values())),
        ("Persons", was["persons"], now["persons"]),
    ]
    for pair in sorted({*was["links_by_source_pair"], *now["links_by_source_pair"]}):
        lines.append(
            (
                f"Links {pair}",
                was["links_by_source_pair"].get(pair, 0),
                now["links_by_source_pair"].get(pair, 0),
            )
        )
    rows = [
        TableRow(name, [f"{before:,}", f"{after:,}", None if not before else f"{after / before - 1:+.1%}"])
        for name, before, after in lines
    ]
    events = now.get("events", {})
    told = ", ".join(f"{events.get(event, 0):,} {words}" for event, words in (
        ("assign", "new"), ("merge", "merged"), ("split", "splits"), ("retire", "retired"),
        ("revive", "given back")))  # fmt: skip
    return Figure(
        "Counts and person ids",
        f"Person ids: {told}. `p20w link reissue` lists which id became which, `p20w link compare` the pairs.",
        [],
        None,
        Table("Counts of this run and the one before", "", ["Before", "Now", "Change"], [("", rows)]),
    )
