"""A release as readers get it, made by hand: shown texts, hidden cells, bounds, and a group that is not there."""

import datetime
from collections.abc import Iterator

from reports.published import TEXTS, Cell, Indicator, Release

HOSTILE = '=HYPERLINK("http://example.invalid","x") <script>alert(\'x\')</script>'


def indicator(code: str, unit: str, cells: list[Cell], name: str = "") -> Indicator:
    texts = {text: f"The {text} of {code}." for text in TEXTS}
    return Indicator(code, "1.0", name or f"Indicator {code}", unit, texts, cells)


def rate_cells() -> Iterator[Cell]:
    yield Cell("2018", "state", "all", "Example", "1200", "80.1", "none")
    yield Cell("2019", "state", "all", "Example", None, None, "primary")
    yield Cell("2020", "state", "all", "Example", "1240", "83.4", "none")
    for cohort in ("2018", "2020"):
        yield Cell(cohort, "sex", "F", "Female", "600", "86", "none")
        yield Cell(cohort, "sex", "M", "Male", "640", "81", "none")
        yield Cell(cohort, "race_ethnicity", "Asian", "Asian", "60", ">=95", "none")
        yield Cell(cohort, "race_ethnicity", "White", "White", None, None, "complementary")
        yield Cell(cohort, "foster_care", "yes", "In foster care", None, None, "complementary")
        yield Cell(cohort, "foster_care", "no", "Not in foster care", None, None, "complementary")
        yield Cell(cohort, "district", "D1", HOSTILE, "700", "75", "none")
    # Nobody was an English learner in the other cohort.
    yield Cell("2020", "english_learner", "yes", "English learner", "40", "<=10", "none")
    yield Cell("2020", "english_learner", "no", "Not an English learner", "1200", "84", "none")


def wage_cells() -> Iterator[Cell]:
    yield Cell("PY2018", "state", "all", "Example", "210", "6900", "none")
    yield Cell("PY2019", "state", "all", "Example", "220", "7300", "none")
    yield Cell("PY2019", "sex", "F", "Female", "120", "7100", "none")
    yield Cell("PY2019", "sex", "M", "Male", "100", "7600", "none")


def release(note: str | None = "This state does not exist.") -> Release:
    return Release(
        7,
        datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC),
        "Example",
        note,
        [
            indicator("ACGR_4YR", "percent", list(rate_cells()), name="Graduation in four years"),
            indicator("WAGES", "usd", list(wage_cells()), name=f"Earnings {HOSTILE}"),
        ],
    )
