"""The days that a period covers, so that rules can compare a row with the period of its file.

Belongs here: first and last day and the school or academic year of a period. Must not come here: SQL.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ingest.layout import Layout


@dataclass(frozen=True)
class Window:
    """First and last day of a period, and the year that rows of the file carry."""

    begin: date
    end: date
    year: int


def period_window(layout: Layout, period: str) -> Window:
    """Return the window of a period of this layout; raise P20WError when the text is no such period."""
    year = layout.period_year(period)
    kind = layout.period
    if kind in ("school_year", "academic_year"):
        return Window(date(year - 1, 7, 1), date(year, 6, 30), year)
    if kind == "program_year":
        return Window(date(year, 7, 1), date(year + 1, 6, 30), year)
    if kind == "calendar_year":
        return Window(date(year, 1, 1), date(year, 12, 31), year)
    if kind == "calendar_quarter":
        return _quarter(year, int(period[-1]))
    return _term(year, period[4:])


def _quarter(year: int, quarter: int) -> Window:
    following = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return Window(date(year, quarter * 3 - 2, 1), following - timedelta(days=1), year)


def _term(year: int, term: str) -> Window:
    # Terms begin and end a little differently at each institution: these are the outer bounds.
    if term == "FA":
        return Window(date(year, 7, 1), date(year, 12, 31), year + 1)
    if term == "SP":
        return Window(date(year, 1, 1), date(year, 6, 30), year)
    return Window(date(year, 5, 1), date(year, 8, 31), year)
