"""The true values of the Perkins indicators on college students.

Belongs here: postsecondary concentrators, their programs, placement and credentials, judged from lives.
Must not come here: high school; what is true of all graduates.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import (
    FIRST_QUARTER,
    LAST_QUARTER,
    NO_DAY,
    QUARTERS,
    quarter_begin,
    quarter_end,
    quarter_of,
    terms,
)
from ingest.synthetic.college import DUAL, MAJORS
from ingest.synthetic.life import Life
from ingest.synthetic.population import FEMALE
from ingest.synthetic.truth_windows import (
    KNOWN_TO,
    Spells,
    academic_year,
    any_between,
    complete_only,
    recognized_credentials,
)

_CREDITS = 12
# Two-year colleges and less; liberal arts are a program of no career.
_LEVELS = ("2", "L")
_NO_CAREER = MAJORS.index("24.0101")
_RARE_WOMEN = [MAJORS.index(code) for code in ("48.0508", "47.0604", "11.0901", "46.0302", "43.0107")]
_RARE_MEN = [MAJORS.index(code) for code in ("51.3801", "51.0801")]
_CODE_ORDER = np.argsort(np.argsort(MAJORS))


class CollegeConcentrators:
    """Who earned enough credits in one career program of a two-year college, or completed it: one program each."""

    def __init__(self, life: Life, spells: Spells) -> None:
        self.life, self.spells = life, spells
        rows = life.college.enrollments
        colleges, term = life.colleges, rows["term"]
        mine = colleges.reports_units[rows["institution"]] & np.isin(
            colleges.level[rows["institution"]], _LEVELS
        )
        mine &= (rows["slot"] != DUAL) & (rows["major"] != _NO_CAREER)
        keys, place = np.unique(_key(rows, mine), return_inverse=True)
        earned = np.bincount(place, weights=rows["earned"][mine], minlength=len(keys))
        first, last = np.full(len(keys), 10**6), np.full(len(keys), -(10**6))
        np.minimum.at(first, place, np.array([one.begin for one in terms()])[term[mine]])
        np.maximum.at(last, place, np.array([one.end for one in terms()])[term[mine]])
        completion = self._completions(keys, first)
        found = np.flatnonzero((earned >= _CREDITS) | (completion != NO_DAY))
        # The program with most credits, then the latest, then the first by its code.
        person, major = keys[found] // len(MAJORS), keys[found] % len(MAJORS)
        order = found[np.lexsort((_CODE_ORDER[major], -last[found], -earned[found], person))]
        _, chosen = np.unique(keys[order] // len(MAJORS), return_index=True)
        kept = order[chosen]
        self.who, self.major = keys[kept] // len(MAJORS), keys[kept] % len(MAJORS)
        self.first, self.last, self.completion = first[kept], last[kept], completion[kept]

    def _completions(self, keys: Array, first: Array) -> Array:
        """Return the day of the first award in each program since it was begun, NO_DAY for none."""
        awards = self.life.college.awards
        shown = self.life.colleges.reports_units[awards["institution"]]
        place = np.searchsorted(keys, _key(awards, shown))
        there = np.minimum(place, max(len(keys) - 1, 0))
        same = (place < len(keys)) & (keys[there] == _key(awards, shown))
        on, where = awards["award_date"][shown][same], there[same]
        since = on >= first[where]
        earliest = np.full(len(keys), 10**6)
        np.minimum.at(earliest, where[since], on[since])
        result: Array = np.where(earliest == 10**6, NO_DAY, earliest)
        return result

    def placement(self) -> tuple[Array, Array]:
        """Return year, and study or work in the second quarter after the award, of whoever completed the program."""
        done = self.completion != NO_DAY
        who, on = self.who[done], self.completion[done]
        quarter = quarter_of(on) + 2
        met = self.spells.overlapping(who, quarter_begin(quarter), quarter_end(quarter))
        met |= self.life.work.wages[who, np.clip(quarter - FIRST_QUARTER, 0, QUARTERS - 1)] > 0
        kept = quarter >= FIRST_QUARTER
        closes = np.where(quarter > LAST_QUARTER, KNOWN_TO + 1, quarter_end(quarter))
        return complete_only(academic_year(on)[kept], met[kept], closes[kept])

    def credential(self) -> tuple[Array, Array]:
        """Return year, and a recognized credential from the first term to a year after, of whoever completed or left."""
        last = np.full(len(self.life.people), -(10**6))
        np.maximum.at(last, self.spells.person, self.spells.end)
        leaving = np.where(self.completion == NO_DAY, last[self.who], self.completion)
        met = any_between(self.who, self.first, leaving + 365, *recognized_credentials(self.life))
        return complete_only(academic_year(leaving), met, leaving + 365)

    def nontraditional(self) -> tuple[Array, Array]:
        """Return year of the last term, and being of the rare sex, of those in programs where one is rare."""
        women, men = np.isin(self.major, _RARE_WOMEN), np.isin(self.major, _RARE_MEN)
        counted = women | men
        female = self.life.people.sex[self.who] == FEMALE
        return academic_year(self.last)[counted], np.where(women, female, ~female)[counted]


def _key(rows: dict[str, Array], mask: Array) -> Array:
    result: Array = rows["person"][mask].astype(np.int64) * len(MAJORS) + rows["major"][mask]
    return result
