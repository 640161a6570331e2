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
    AS_OF,
    FIRST_QUARTER,
    SCHOOL_YEARS,
    day,
    quarter_begin,
    quarter_end,
    quarter_of,
)
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
from ingest.synthetic.truth_college import CollegeTruth
from ingest.synthetic.truth_courses import credit_in_program, remediation
from ingest.synthetic.truth_outcomes import outcomes
from ingest.synthetic.truth_pathways import WAITING, Pathways
from ingest.synthetic.truth_postsecondary import CollegeConcentrators
from ingest.synthetic.truth_school import Preparation, dropout, nontraditional, on_track
from ingest.synthetic.truth_windows import Spells, college_spells
from ingest.synthetic.truth_workforce import Exits

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
_TWO_YEARS_OF_COLLEGE = ("DUAL_PARTICIPATION", "DUAL_SUCCESS", "PERKINS_5S2")


class IndicatorTruth:
    """Counts by indicator and cohort, block by block."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._earnings: dict[tuple[str, str], list[Array]] = defaultdict(list)
        self._waiting: set[tuple[str, str]] = set()
        self._first_college = AS_OF

    def add(self, life: Life, courses: dict[str, Array]) -> None:
        """Count a block; its college courses come with the files that are drawn from it."""
        spells = college_spells(life)
        self._add_school(life)
        self._add_college(life, spells, courses)
        self._count("PERKINS_3S1", *placement(life, spells))
        exits = Exits(life)
        cohort, employed, cents = exits.employment(2)
        self._count("WIOA_ER_Q2", cohort, employed)
        for year in np.unique(cohort):
            paid = cents[(cohort == year) & (cents > 0)]
            self._earnings["WIOA_MEDIAN_EARNINGS_Q2", f"PY{year}"].append(paid)
        self._count("WIOA_ER_Q4", *exits.employment(4)[:2])
        for after in (2, 4):
            self._count(f"WIOA_YOUTH_EE_Q{after}", *exits.youth_placement(after, spells))
        self._count("WIOA_ESE", *exits.same_employer())
        self._count("WIOA_CREDENTIAL", *exits.credentials(spells))
        self._count("WIOA_MSG", *exits.skill_gains())
        self._add_pathways(life, courses)
        for code, (cohort, met, amounts) in outcomes(life, spells):
            if amounts is None:
                self._count(code, cohort, met)
                continue
            for year in np.unique(cohort):
                self._earnings[code, str(year)].append(amounts[cohort == year])

    def _add_school(self, life: Life) -> None:
        concentrator = life.career.concentrator >= 0
        for years, perkins in ((4, "PERKINS_1S1"), (5, "PERKINS_1S2"), (6, None)):
            who, cohort, graduate = adjusted_cohort(life.people, life.schooling, years)
            self._count(f"ACGR_{years}YR", cohort, graduate)
            if perkins:
                self._count(perkins, cohort[concentrator[who]], graduate[concentrator[who]])
        self._count("HS_DROPOUT", *dropout(life))
        self._count("CTE_ON_TRACK", *on_track(life))
        self._count("PERKINS_4S1", *nontraditional(life))
        before = Preparation(life)
        credential, work, concentrates = before.credential(), before.work(), before.concentrator
        self._count("HS_CREDENTIAL", before.year, credential)
        self._count("HS_WORK_BASED_LEARNING", before.year, work)
        self._count("PERKINS_5S1", before.year[concentrates], credential[concentrates])
        self._count("PERKINS_5S3", before.year[concentrates], work[concentrates])

    def _add_college(self, life: Life, spells: Spells, courses: dict[str, Array]) -> None:
        college = CollegeTruth(life, spells)
        for known in (spells, college_spells(life, dual=True)):
            self._first_college = min(self._first_college, int(known.begin.min(initial=AS_OF)))
        self._count("COLLEGE_REMEDIATION", *remediation(college, courses))
        self._count("PERKINS_5S2", *credit_in_program(life, courses))
        self._count("COLLEGE_GOING_FALL", *college.in_fall())
        self._count("COLLEGE_GOING_12M", *college.going(college.diploma + 1, college.diploma + 365))
        self._count("COLLEGE_GOING_16M", *college.within_months(16))
        self._count("COLLEGE_PERSISTENCE", *college.next_fall(same_institution=False))
        self._count("COLLEGE_RETENTION", *college.next_fall(same_institution=True))
        self._count("COLLEGE_TRANSFER_2_4", *college.transfer())
        self._count("COLLEGE_STOP_OUT", *college.stop_out())
        self._count("COLLEGE_GRADUATION_150", *college.completion())
        participation, success = college.dual()
        self._count("DUAL_PARTICIPATION", *participation)
        self._count("DUAL_SUCCESS", *success)
        concentrators = CollegeConcentrators(life, spells)
        self._count("PERKINS_1P1", *concentrators.placement())
        self._count("PERKINS_2P1", *concentrators.credential())
        self._count("PERKINS_3P1", *concentrators.nontraditional())

    def _add_pathways(self, life: Life, courses: dict[str, Array]) -> None:
        for code, cohort, met, amounts in Pathways(life, courses).judged():
            waits = met == WAITING
            self._waiting |= {(code, str(year)) for year in np.unique(cohort[waits])}
            if amounts is None:
                self._count(code, cohort[~waits], met[~waits])
                continue
            for year in np.unique(cohort[~waits]):
                self._earnings[code, str(year)].append(amounts[~waits & (cohort == year)])

    def _count(self, code: str, cohort: Array, met: Array) -> None:
        prefix = "PY" if code.startswith("WIOA") else ""
        for year in np.unique(cohort):
            mine = cohort == year
            count = self._counts[code, f"{prefix}{year}"]
            count[0] += int(met[mine].sum())
            count[1] += int(mine.sum())

    def write(self, path: Path) -> None:
        """Write truth/indicators.csv: every complete cohort, and all of them pooled; rates from 0 to 1, amounts in dollars."""
        # Dual enrollment is asked of the last two years, which must not lie before the first college records.
        early = {
            (code, period)
            for code, period in self._counts
            if code in _TWO_YEARS_OF_COLLEGE and day(int(period) - 2, 9, 30) < self._first_college
        }
        for cohort in self._waiting | early:
            self._counts.pop(cohort, None)
            self._earnings.pop(cohort, None)
        rows = []
        for code in sorted({code for code, _ in self._counts}):
            cohorts = {period: count for (one, period), count in sorted(self._counts.items()) if one == code}
            cohorts[_POOLED] = [sum(count[place] for count in cohorts.values()) for place in (0, 1)]
            rows += [(code, period, n, d, f"{n / d:.6f}") for period, (n, d) in cohorts.items()]
        for code in sorted({code for code, _ in self._earnings}):
            earnings = {
                period: np.concatenate(parts)
                for (one, period), parts in sorted(self._earnings.items())
                if one == code
            }
            earnings[_POOLED] = np.concatenate(list(earnings.values()))
            for period, cents in earnings.items():
                if len(cents):
                    median = f"{float(np.median(cents)) / 100:.2f}"
                    rows.append((code, period, len(cents), len(cents), median))
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


def adjusted_cohort(people: People, schooling: Schooling, years: int) -> tuple[Array, Array, Array]:
    """Return learner, class and regular diploma within so many years of everyone in an adjusted cohort."""
    cohort = people.cohort[: people.learners]
    window_end = day(cohort + years - 1, 8, 31)
    diplomas = schooling.diplomas
    regular = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in REGULAR_DIPLOMAS])
    on_time = regular & (diplomas["diploma_date"] <= window_end[diplomas["person"]])
    graduate = np.zeros(people.learners, dtype=bool)
    graduate[diplomas["person"][on_time]] = True
    last = last_enrollment(schooling, people.learners, window_end)
    rows = schooling.enrollments
    removed = np.isin(rows["exit_type"][last], _REMOVING) & (rows["documented"][last] == DOCUMENTED)
    removed &= rows["exit_date"][last] <= window_end
    member = (last >= 0) & (graduate | ~removed) & (cohort + years <= SCHOOL_YEARS.stop)
    return np.flatnonzero(member), cohort[member] + 3, graduate[member]


def placement(life: Life, spells: Spells) -> tuple[Array, Array]:
    """Return year of exit, and study or work in the second quarter after it, of every concentrator who left."""
    rows = life.schooling.enrollments
    last = last_enrollment(life.schooling, life.people.learners)
    leaver = (last >= 0) & (life.career.concentrator >= 0) & ~np.isin(rows["exit_type"][last], _NOT_LEAVING)
    who = np.flatnonzero(leaver)
    quarter = quarter_of(rows["exit_date"][last[who]]) + 2
    placed = spells.overlapping(who, quarter_begin(quarter), quarter_end(quarter))
    placed |= life.work.wages[who, np.clip(quarter - FIRST_QUARTER, 0, None)] > 0
    return rows["school_year"][last[who]], placed
