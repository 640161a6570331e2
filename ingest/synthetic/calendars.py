"""Days, quarters, school years and college terms of the synthetic state.

Belongs here: arithmetic of dates as whole days since 1970, and the windows the state's files cover.
Must not come here: who does what on a day.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array

NO_DAY = int(np.iinfo(np.int32).min)
_FIRST, _LAST = np.datetime64("1915-01-01"), np.datetime64("2035-12-31")
_FIRST_DAY = int(_FIRST.astype("int64"))
_PATTERNS = {"YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "MM/DD/YYYY": "%m/%d/%Y"}


def day(year: Array | int, month: Array | int, day_of_month: Array | int) -> Array:
    """Return the day number of a calendar date."""
    months = (np.asarray(year) - 1970) * 12 + np.asarray(month) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    result: Array = (first + np.asarray(day_of_month) - 1).astype(np.int32)
    return result


def year_month_day(days: Array) -> tuple[Array, Array, Array]:
    """Return year, month and day of month of day numbers."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return months // 12 + 1970, months % 12 + 1, days - first + 1


def quarter_of(days: Array) -> Array:
    """Return the calendar quarter index, year x 4 + quarter - 1, of day numbers."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    result: Array = (1970 * 4 + months // 3).astype(np.int32)
    return result


def quarter_begin(quarter: Array | int) -> Array:
    """Return the first day of a calendar quarter."""
    return day(np.asarray(quarter) // 4, np.asarray(quarter) % 4 * 3 + 1, 1)


def quarter_end(quarter: Array | int) -> Array:
    """Return the last day of a calendar quarter."""
    result: Array = quarter_begin(np.asarray(quarter) + 1) - 1
    return result


def program_year_of(days: Array) -> Array:
    """Return the program year, July to June and named by its first year, of day numbers."""
    year, month, _ = year_month_day(days)
    result: Array = (year - (month < 7)).astype(np.int32)
    return result


@lru_cache(maxsize=4)
def _written(date_format: str) -> pa.Array:
    days = pa.array(np.arange(_FIRST, _LAST + 1)).cast(pa.date32())
    return pa.concat_arrays([pc.strftime(days, format=_PATTERNS[date_format]), pa.nulls(1, pa.string())])


def format_days(days: Array, date_format: str) -> pa.Array:
    """Return day numbers as text in a file's date format, NO_DAY as null."""
    table = _written(date_format)
    wide = days.astype(np.int64)
    return table.take(pa.array(np.where(wide == NO_DAY, len(table) - 1, wide - _FIRST_DAY)))


@dataclass(frozen=True)
class Term:
    """One college term: its period and academic year, its code and its days."""

    period: str
    academic_year: int
    code: str
    begin: int
    end: int


FIRST_QUARTER = 2014 * 4 + 2
LAST_QUARTER = 2025 * 4 + 1
QUARTERS = LAST_QUARTER - FIRST_QUARTER + 1
SCHOOL_YEARS = range(2015, 2023)
COHORT_YEARS = range(2015, 2019)
PROGRAM_YEARS = range(2016, 2025)
BRIDGE_YEARS = (2018, 2021, 2024)
AS_OF = int(day(2025, 6, 30))


def school_begin(year: Array | int) -> Array:
    """Return the usual first day of a school year, which is named by its spring year."""
    return day(np.asarray(year) - 1, 8, 20)


def school_end(year: Array | int) -> Array:
    """Return the usual last day of a school year."""
    return day(year, 6, 3)


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Return every term of the college files, in order; both summer terms share one file."""
    found = []
    for year in range(2015, 2026):
        spring = Term(f"{year}SP", year, "spring", int(day(year, 1, 12)), int(day(year, 5, 10)))
        summer = Term(f"{year}SU", year, "summer_1", int(day(year, 5, 22)), int(day(year, 6, 29)))
        second = Term(f"{year}SU", year, "summer_2", int(day(year, 7, 6)), int(day(year, 8, 10)))
        fall = Term(f"{year}FA", year + 1, "fall", int(day(year, 8, 24)), int(day(year, 12, 14)))
        found += [spring, summer, second, fall]
    return tuple(
        term for term in found if term.begin > int(day(2015, 8, 1)) and term.end <= int(day(2025, 5, 31))
    )
