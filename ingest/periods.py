"""The periods that a delivery can be about, as text: kinds, formats, years and days.

Belongs here: what a period looks like and which days it covers. Must not come here: which layout uses which kind.
"""

import datetime
import re
from collections.abc import Iterator
from typing import Literal

PeriodKind = Literal[
    "school_year", "academic_year", "academic_term", "program_year", "calendar_year", "calendar_quarter"
]

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_PATTERNS: dict[str, re.Pattern[str]] = {
    "academic_term": re.compile(_YEAR + r"(?:FA|SP|SU)"),
    "calendar_quarter": re.compile(_YEAR + r"Q[1-4]"),
}
_PLAIN_YEAR = re.compile(_YEAR)
_EXAMPLES = {
    "school_year": "2016 (the spring year)",
    "academic_year": "2016 (the spring year)",
    "academic_term": "2015FA, 2016SP or 2016SU (the calendar year of the term)",
    "program_year": "2016 (1 July 2016 to 30 June 2017)",
    "calendar_year": "2016",
    "calendar_quarter": "2016Q3",
}


def period_year(kind: str, period: str) -> int | None:
    """Return the year that a period names, or None when the text is not a period of this kind."""
    match = _PATTERNS.get(kind, _PLAIN_YEAR).fullmatch(period)
    return int(match["year"]) if match else None


def period_example(kind: str) -> str:
    """Return how a period of this kind is written, for a message to a person."""
    return _EXAMPLES[kind]


def period_days(kind: str, period: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a period, which must be one of this kind."""
    year = int(period[:4])
    if kind in ("school_year", "academic_year"):
        return datetime.date(year - 1, 7, 1), datetime.date(year, 6, 30)
    if kind == "program_year":
        return datetime.date(year, 7, 1), datetime.date(year + 1, 6, 30)
    if kind == "calendar_year":
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    if kind == "calendar_quarter":
        quarter = int(period[-1])
        following = datetime.date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
        return datetime.date(year, quarter * 3 - 2, 1), following - datetime.timedelta(days=1)
    # Terms begin and end a little differently at each institution: these are the outer bounds.
    first, last = {"FA": ((7, 1), (12, 31)), "SP": ((1, 1), (6, 30)), "SU": ((5, 1), (8, 31))}[period[4:]]
    return datetime.date(year, *first), datetime.date(year, *last)


def periods_from(kind: str, first: str) -> Iterator[str]:
    """Yield the periods of a kind from one of them on, in the order of time and without end."""
    parts = {"academic_term": ("SP", "SU", "FA"), "calendar_quarter": ("Q1", "Q2", "Q3", "Q4")}.get(
        kind, ("",)
    )
    year, position = int(first[:4]), parts.index(first[4:])
    while True:
        yield f"{year}{parts[position]}"
        position = (position + 1) % len(parts)
        year += position == 0
