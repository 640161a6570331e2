"""The days that a period covers, so that rules can compare a row with the period of its file.

Belongs here: first and last day and the school or academic year of a period. Must not come here: SQL.
"""

from dataclasses import dataclass
from datetime import date

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
    # A term of autumn belongs to the academic year that it opens.
    opens_a_year = layout.period == "academic_term" and period.endswith("FA")
    return Window(*layout.days_of(period), year + opens_a_year)
