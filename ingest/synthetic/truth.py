"""The true values of the indicators, counted from the simulated lives and never by the warehouse's own queries.

Belongs here: the business rules once more, in arrays, over what the sources could tell if every identity were plain.
Must not come here: records, linkage, files.
"""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import (
    FIRST_QUARTER,
    LAST_QUARTER,
    NO_DAY,
    PROGRAM_YEARS,
    day,
    program_year_of,
    quarter_begin,
    quarter_end,
    quarter_of,
    terms,
)
from ingest.synthetic.college import DUAL
from ingest.synthetic.life import Life
from ingest.synthetic.population import People
from ingest.synthetic.school_codes import (
    DEATH,
    DIPLOMA,
    DOCUMENTED,
    EXIT,
    REGULAR_DIPLOMAS,
    STILL_ENROLLED,
    TRANSFERS_OUT,
    TRANSFERS_WITHIN,
)
from ingest.synthetic.schooling import Schooling
from ingest.synthetic.workforce import EXCLUDING_REASONS, FOSTER_CARE, YOUTH
from ingest.synthetic.writers.nsc import found_spells
from ingest.synthetic.writers.workforce import last_day, outcome_after, reported_exit

_REMOVING = [EXIT[code] for code in (*TRANSFERS_OUT, DEATH)]
_NOT_LEAVING = [EXIT[code] for code in (*TRANSFERS_OUT, *TRANSFERS_WITHIN, DEATH, STILL_ENROLLED)]
_COLUMNS = (
    "indicator_code",
    "cohort_period",
    "subgroup_dimension",
    "subgroup",
    "numerator",
    "denominator",
    "value",
)
_POOLED = "all"


class IndicatorTruth:
    """Counts by indicator and cohort, block by block."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._earnings: dict[str, list[Array]] = defaultdict(list)

    def add(self, life: Life) -> None:
        """Count a block."""
        spells = evidence_spells(life)
        self._count("ACGR_4YR", *adjusted_cohort(life.people, life.schooling))
        self._count("COLLEGE_GOING_12M", *college_going(life, spells))
        self._count("PERKINS_3S1", *placement(life, spells))
        cohort, employed, cents = exiters(life)
        self._count("WIOA_ER_Q2", cohort, employed)
        for year in np.unique(cohort):
            self._earnings[f"PY{year}"].append(cents[(cohort == year) & (cents > 0)])

    def _count(self, code: str, cohort: Array, met: Array) -> None:
        prefix = "PY" if code.startswith("WIOA") else ""
        for year in np.unique(cohort):
            mine = cohort == year
            count = self._counts[code, f"{prefix}{year}"]
            count[0] += int(met[mine].sum())
            count[1] += int(mine.sum())

    def write(self, path: Path) -> None:
        """Write truth/indicators.csv: every complete cohort, and all of them pooled; rates from 0 to 1, amounts in dollars."""
        rows = []
        for code in sorted({code for code, _ in self._counts}):
            cohorts = {period: count for (one, period), count in sorted(self._counts.items()) if one == code}
            cohorts[_POOLED] = [sum(count[place] for count in cohorts.values()) for place in (0, 1)]
            rows += [(code, period, n, d, f"{n / d:.6f}") for period, (n, d) in cohorts.items()]
        earnings = {period: np.concatenate(parts) for period, parts in sorted(self._earnings.items())}
        if earnings:
            earnings[_POOLED] = np.concatenate(list(earnings.values()))
        for period, cents in earnings.items():
            if len(cents):
                median = f"{float(np.median(cents)) / 100:.2f}"
                rows.append(("WIOA_MEDIAN_EARNINGS_Q2", period, len(cents), len(cents), median))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_COLUMNS)
            writer.writerows([(code, period, "all", "all", *rest) for code, period, *rest in rows])


def last_enrollment(schooling: Schooling, learners: int, until: Array | None = None) -> Array:
    """Return the row of each learner's last enrollment, begun at the latest on a day of his own; -1 for none."""
    rows = schooling.enrollments
    mask = (
        np.ones(len(rows["person"]), dtype=bool)
        if until is None
        else rows["entry_date"] <= until[rows["person"]]
    )
    places = np.flatnonzero(mask)
    places = places[np.argsort(rows["entry_date"][places], kind="stable")]
    last = np.full(learners, -1, dtype=np.int64)
    last[rows["person"][places]] = places
    return last


def adjusted_cohort(people: People, schooling: Schooling) -> tuple[Array, Array]:
    """Return graduation year and on-time regular diploma of everyone in an adjusted cohort."""
    cohort = people.cohort[: people.learners]
    window_end = day(cohort + 3, 8, 31)
    diplomas = schooling.diplomas
    regular = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in REGULAR_DIPLOMAS])
    on_time = regular & (diplomas["diploma_date"] <= window_end[diplomas["person"]])
    graduate = np.zeros(people.learners, dtype=bool)
    graduate[diplomas["person"][on_time]] = True
    last = last_enrollment(schooling, people.learners, window_end)
    rows = schooling.enrollments
    removed = np.isin(rows["exit_type"][last], _REMOVING) & (rows["documented"][last] == DOCUMENTED)
    removed &= rows["exit_date"][last] <= window_end
    member = (last >= 0) & (graduate | ~removed)
    return cohort[member] + 3, graduate[member]


def evidence_spells(life: Life) -> dict[str, Array]:
    """Return the college spells that unit records or the Clearinghouse hold, dual enrollment left out."""
    rows = life.college.enrollments
    diplomas = life.schooling.diplomas
    requested = np.zeros(len(life.people), dtype=bool)
    asked = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in (*REGULAR_DIPLOMAS, "00810")])
    requested[diplomas["person"][asked]] = True
    in_clearinghouse = found_spells(life.college, life.colleges) & requested[rows["person"]]
    shown = (life.colleges.reports_units[rows["institution"]] | in_clearinghouse) & (rows["slot"] != DUAL)
    begins, ends = (np.array([getattr(term, name) for term in terms()]) for name in ("begin", "end"))
    return {
        "person": rows["person"][shown],
        "begin": begins[rows["term"][shown]],
        "end": ends[rows["term"][shown]],
    }


def college_going(life: Life, spells: dict[str, Array]) -> tuple[Array, Array]:
    """Return class and enrollment within 365 days of everyone with a regular diploma."""
    diplomas = life.schooling.diplomas
    regular = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in REGULAR_DIPLOMAS])
    who, on = diplomas["person"][regular], diplomas["diploma_date"][regular]
    awarded = np.full(len(life.people), NO_DAY, dtype=np.int64)
    awarded[who] = on
    mine = awarded[spells["person"]]
    counts = (mine != NO_DAY) & (spells["end"] > mine) & (spells["begin"] <= mine + 365)
    went = np.zeros(len(life.people), dtype=bool)
    went[spells["person"][counts]] = True
    return diplomas["school_year"][regular], went[who]


def placement(life: Life, spells: dict[str, Array]) -> tuple[Array, Array]:
    """Return year of exit, and study or work in the second quarter after it, of every concentrator who left."""
    rows = life.schooling.enrollments
    last = last_enrollment(life.schooling, life.people.learners)
    leaver = (last >= 0) & (life.career.concentrator >= 0) & ~np.isin(rows["exit_type"][last], _NOT_LEAVING)
    who = np.flatnonzero(leaver)
    quarter = quarter_of(rows["exit_date"][last[who]]) + 2
    measured = np.full(len(life.people), -1, dtype=np.int64)
    measured[who] = quarter
    wanted = measured[spells["person"]]
    overlaps = (
        (wanted >= 0) & (spells["begin"] <= quarter_end(wanted)) & (spells["end"] >= quarter_begin(wanted))
    )
    placed = np.zeros(len(life.people), dtype=bool)
    placed[spells["person"][overlaps]] = True
    placed[who] |= life.work.wages[who, np.clip(quarter - FIRST_QUARTER, 0, None)] > 0
    return rows["school_year"][last[who]], placed[who]


def exiters(life: Life) -> tuple[Array, Array, Array]:
    """Return program year of exit, employment and wages in the second quarter of every counted exit in complete years."""
    periods = life.periods
    exits = reported_exit(periods, last_day(PROGRAM_YEARS[-1]))
    excluded = np.isin(periods["reason"], EXCLUDING_REASONS)
    excluded |= (periods["reason"] == FOSTER_CARE) & (periods["program"] == YOUTH)
    year = program_year_of(np.where(exits == NO_DAY, 0, exits))
    # The last exit of a program year is in its second quarter of the calendar year: two quarters later must be known.
    complete = (year + 1) * 4 + 1 + 2 <= LAST_QUARTER
    counted = (exits != NO_DAY) & ~excluded & complete & (year >= PROGRAM_YEARS[0] - 2)
    reported = np.zeros(len(exits), dtype=bool)
    for program_year in PROGRAM_YEARS:
        newest = np.minimum(year + 2, PROGRAM_YEARS[-1]) == program_year
        outcome = outcome_after(periods, exits, life.work, 2, last_day(program_year))
        reported |= newest & np.isin(outcome.match, [2, 3, 4])
        reported |= newest & np.isin(outcome.employed, [2, 3])
    quarter = np.clip(quarter_of(np.where(exits == NO_DAY, 0, exits)) + 2, FIRST_QUARTER, LAST_QUARTER)
    cents = life.work.wages[periods["person"], quarter - FIRST_QUARTER]
    return year[counted], ((cents > 0) | reported)[counted], cents[counted]
