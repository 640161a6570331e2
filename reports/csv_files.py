"""The machine-readable files beside the pages: one CSV per indicator, the definitions, and a dictionary of columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from reports.published import TEXTS, Indicator, Release

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# Spreadsheet programs run a cell that begins with one of these.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

_CELL_COLUMNS = {
    "release_id": "Number of the release the row belongs to.",
    "indicator_code": "Code of the indicator; its texts are in indicators.csv.",
    "indicator_version": "Version of the indicator's definition.",
    "cohort_period": "The people counted: 2019 is the school year 2018-19, PY2019 July 2019 to June 2020, "
    "2018-2020 all cohorts from 2018 to 2020 together.",
    "within_dimension": "What the row is counted in: 'state', or the dimension of one category, such as a district.",
    "within_category": "Code of that category; 'all' for the state.",
    "dimension": "What the table is divided by; 'state' is everyone together.",
    "category": "Code of the category inside the dimension.",
    "category_label": "Name of the category.",
    "unit": "'percent' or 'usd'.",
    "shown_count": "People the value stands for, rounded. Empty where hidden.",
    "shown_value": "The rate in percent or the median in dollars, rounded; >= and <= mark a bound. Empty where hidden.",
    "suppression_code": "'none'; how a value is coarsened: 'top' and 'bottom' (a bound), 'bin' (a range); or why the "
    "number is hidden: 'primary' (too few people or employers, or nearly all alike), 'complementary' (hidden with its "
    "neighbours, so that none can be computed).",
}
_INDICATOR_COLUMNS = {
    "indicator_code": "Code of the indicator.",
    "indicator_version": "Version of its definition.",
    "name": "Name of the indicator.",
    "unit": "'percent' or 'usd'.",
    "definition": "What is measured, in plain words.",
    "numerator": "Who is counted as having the outcome.",
    "denominator": "Who is counted at all.",
    "exclusions": "Who is left out.",
    "sources": "Where the evidence comes from.",
    "lag": "How long after the event the number can be known.",
    "citation": "The rule that the definition follows.",
    "caveats": "What the number does not say.",
    "coverage": "The cohorts and deliveries that the numbers rest on.",
}


def file_slug(code: str) -> str:
    """The name of an indicator in addresses and file names; stable as long as its code is."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")


def csv_files(release: Release) -> dict[str, str]:
    """Every data file of a release: its name and its text."""
    files = {f"{file_slug(i.code)}.csv": _cells(release, i) for i in release.indicators}
    files["indicators.csv"] = _written(
        _INDICATOR_COLUMNS,
        ((i.code, i.version, i.name, i.unit, *(i.texts[name] for name in TEXTS)) for i in release.indicators),
    )
    files["dictionary.csv"] = _written(
        ("file", "column", "meaning"),
        [
            *(("one file per indicator", column, meaning) for column, meaning in _CELL_COLUMNS.items()),
            *(("indicators.csv", column, meaning) for column, meaning in _INDICATOR_COLUMNS.items()),
        ],
    )
    return files


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet program would run it as a formula."""
    is_formula = text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _cells(release: Release, indicator: Indicator) -> str:
    key = (str(release.release_id), indicator.code, indicator.version)
    return _written(
        _CELL_COLUMNS,
        (
            (
                *key,
                *(c.cohort, c.within_dimension, c.within_category, c.dimension, c.category, c.label),
                indicator.unit,
                *(c.count or "", c.value or "", c.suppression_code),
            )
            for c in indicator.cells
        ),
    )


def _written(header: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()
