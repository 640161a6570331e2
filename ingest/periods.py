"""The periods that a delivery can be about, as text: kinds, formats and their years.

Belongs here: what a period looks like. Must not come here: which layout uses which kind.
"""

import re
from typing import Literal, get_args

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
PERIOD_KINDS: tuple[str, ...] = get_args(PeriodKind)


def period_year(kind: str, period: str) -> int | None:
    """Return the year that a period names, or None when the text is not a period of this kind."""
    match = _PATTERNS.get(kind, _PLAIN_YEAR).fullmatch(period)
    return int(match["year"]) if match else None


def period_example(kind: str) -> str:
    """Return how a period of this kind is written, for a message to a person."""
    return _EXAMPLES[kind]
