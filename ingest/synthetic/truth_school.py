"""The true values of the indicators on high school and on career and technical education.

Belongs here: learners and concentrators judged from lives. Must not come here: college, work.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import SCHOOL_YEARS, day
from ingest.synthetic.career import EXPERIENCES, PROGRAMS
from ingest.synthetic.life import Life
from ingest.synthetic.population import FEMALE
from ingest.synthetic.school_codes import (
    DIPLOMA,
    DOCUMENTED,
    EXIT,
    REGULAR_DIPLOMAS,
    STILL_ENROLLED,
    TRANSFERS_OUT,
    TRANSFERS_WITHIN,
)
from ingest.synthetic.truth_windows import any_between, graduates, recognized_credentials

_LAST_YEAR = SCHOOL_YEARS.stop - 1
_DROPOUTS = [EXIT[code] for code in ("01925", "01927", "01931", "03505")]
_COMPLETING = [DIPLOMA[code] for code in (*REGULAR_DIPLOMAS, "00815", "00816")]
_SHADOWING = EXPERIENCES.index("job_shadowing")
_GRACE_DAYS = 90
_CODES = np.array([entry[0] for entry in PROGRAMS])
# Programs for fields in which one sex is rare: of women, of men.
_RARE_WOMEN = ("11.0201", "11.0901", "46.0201", "47.0604", "48.0508")
_RARE_MEN = ("13.1501", "51.3902", "52.0302")


def dropout(life: Life) -> tuple[Array, Array]:
    """Return school year, and being gone by 1 October, of every learner and year but the last."""
    rows = life.schooling.enrollments
    order = np.lexsort((rows["entry_date"], rows["person"]))
    person, year, entry = (rows[name][order] for name in ("person", "school_year", "entry_date"))
    kind, documented = rows["exit_type"][order], rows["documented"][order]
    same = np.r_[person[1:] == person[:-1], False]
    last = ~(same & np.r_[year[1:] == year[:-1], False])
    following = np.where(same, np.r_[entry[1:], 0], 10**6)
    gone = np.isin(kind, [*_DROPOUTS, EXIT[STILL_ENROLLED], *(EXIT[code] for code in TRANSFERS_WITHIN)])
    gone |= np.isin(kind, [EXIT[code] for code in TRANSFERS_OUT]) & (documented != DOCUMENTED)
    october = day(year, 10, 1)
    diplomas = life.schooling.diplomas
    held = np.isin(diplomas["diploma_type"], _COMPLETING)
    completed = any_between(
        person,
        np.zeros(len(person), dtype=int),
        october,
        diplomas["person"][held],
        diplomas["diploma_date"][held],
    )
    counted = last & (year < _LAST_YEAR)
    return year[counted], (gone & (following > october) & ~completed)[counted]


def on_track(life: Life) -> tuple[Array, Array]:
    """Return year of the first course passed, and two of one program by the end of the next, of CTE participants."""
    courses = life.career.courses
    passed = courses["earned"] > 0
    person, year = courses["person"][passed], courses["school_year"][passed]
    first = np.full(life.people.learners, 10**6)
    np.minimum.at(first, person, year)
    early = year <= first[person] + 1
    program, course = courses["program"][passed], courses["course"][passed]
    distinct = np.unique((person[early] * 100 + program[early]) * 100 + course[early]) // 100
    found, count = np.unique(distinct, return_counts=True)
    reached = np.zeros(life.people.learners, dtype=bool)
    reached[found[count >= 2] // 100] = True
    who = np.flatnonzero(first < _LAST_YEAR)
    return first[who], reached[who]


def nontraditional(life: Life) -> tuple[Array, Array]:
    """Return year of the last course, and being of the rare sex, of concentrators in programs where one is rare."""
    who, program, last = concentrators(life)
    codes = _CODES[program]
    women, men = np.isin(codes, _RARE_WOMEN), np.isin(codes, _RARE_MEN)
    counted = women | men
    female = life.people.sex[who] == FEMALE
    return last[counted], np.where(women, female, ~female)[counted]


def concentrators(life: Life) -> tuple[Array, Array, Array]:
    """Return learner, program and year of the last course in it of everybody with two courses passed in one program.

    Of several programs the one with most courses counts, then the latest, then the first by its code.
    """
    courses = life.career.courses
    passed = courses["earned"] > 0
    person, year = courses["person"][passed], courses["school_year"][passed]
    key = person.astype(np.int64) * len(PROGRAMS) + courses["program"][passed]
    found, count = np.unique(np.unique(key * 100 + courses["course"][passed]) // 100, return_counts=True)
    last = np.zeros(len(found), dtype=int)
    np.maximum.at(last, np.searchsorted(found, key), year)
    enough = np.flatnonzero(count >= 2)
    who, program = found[enough] // len(PROGRAMS), found[enough] % len(PROGRAMS)
    order = enough[np.lexsort((_CODES[program], -last[enough], -count[enough], who))]
    _, chosen = np.unique(found[order] // len(PROGRAMS), return_index=True)
    kept = order[chosen]
    return found[kept] // len(PROGRAMS), found[kept] % len(PROGRAMS), last[kept]


class Preparation:
    """What a block's graduates did for a career before the diploma."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.who, self.year, self.diploma = graduates(life)
        self.concentrator = life.career.concentrator[self.who] >= 0

    def credential(self) -> Array:
        """Return whether a graduate held a recognized credential by the grace days."""
        closes = self.diploma + _GRACE_DAYS
        begin = np.zeros(len(closes), dtype=int)
        return any_between(self.who, begin, closes, *recognized_credentials(self.life))

    def work(self) -> Array:
        """Return whether a graduate completed work-based learning of a kind that counts."""
        rows = self.life.career.experiences
        counts = (rows["completed"] == 1) & (rows["kind"] != _SHADOWING)
        begin = np.zeros(len(self.who), dtype=int)
        return any_between(self.who, begin, self.diploma, rows["person"][counts], rows["begin_date"][counts])
