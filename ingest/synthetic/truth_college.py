"""The true values of the indicators on the way through college.

Belongs here: graduates and students judged from lives. Must not come here: high school, work.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import day, terms, year_month_day
from ingest.synthetic.college import DUAL, FIRST_TIME
from ingest.synthetic.life import Life
from ingest.synthetic.truth_windows import (
    Spells,
    any_between,
    college_awards,
    complete_only,
    graduates,
    months_after,
)

_YEARS = {"2": 3, "4": 6}
_WINDOW_YEARS = 3


class CollegeTruth:
    """A block's graduates, and what the sources could tell of their colleges."""

    def __init__(self, life: Life, spells: Spells) -> None:
        self.life, self.spells = life, spells
        self.who, self.year, self.diploma = graduates(life)
        self.awards = college_awards(life)

    def going(self, opens: Array, closes: Array) -> tuple[Array, Array]:
        """Return class and enrollment between two days of every graduate."""
        return complete_only(self.year, self.spells.overlapping(self.who, opens, closes), closes)

    def in_fall(self) -> tuple[Array, Array]:
        """Return class and enrollment in the fall after the diploma."""
        return self.going(np.maximum(self.diploma + 1, day(self.year, 9, 1)), day(self.year, 12, 31))

    def within_months(self, months: int) -> tuple[Array, Array]:
        """Return class and enrollment within so many months."""
        return self.going(self.diploma + 1, months_after(self.diploma, months))

    def next_fall(self, *, same_institution: bool) -> tuple[Array, Array]:
        """Return class and return in the next fall of every graduate who was in college in the first."""
        opens = np.maximum(self.diploma + 1, day(self.year, 9, 1))
        first = self._first_spell(opens, day(self.year, 12, 31))
        there = first >= 0
        who, year = self.who[there], self.year[there]
        spells, awards = self.spells, self.awards
        if same_institution:
            mine = np.full(len(self.life.people), -1)
            mine[who] = spells.institution[first[there]]
            spells = spells.of(mine[spells.person] == spells.institution)
            kept = mine[awards["person"]] == awards["institution"]
            awards = {name: values[kept] for name, values in awards.items()}
        closes = day(year + 1, 12, 31)
        met = spells.overlapping(who, day(year + 1, 9, 1), closes)
        since = self.diploma[there] + 1
        met |= any_between(who, since, closes, awards["person"], awards["award_date"])
        return complete_only(year, met, closes)

    def _first_spell(self, opens: Array, closes: Array) -> Array:
        """Return the place of each graduate's first spell in a window, -1 for none; spells of the state's own records first."""
        spells, wanted = self.spells, np.full(len(self.life.people), -1)
        wanted[self.who] = np.arange(len(self.who))
        unit = wanted[spells.person]
        inside = (unit >= 0) & (spells.end >= opens[unit]) & (spells.begin <= closes[unit])
        places = np.flatnonzero(inside)
        told = self.life.colleges.reports_units[spells.institution[places]]
        places = places[np.lexsort((spells.begin[places], ~told))[::-1]]
        first = np.full(len(self.who), -1)
        first[unit[places]] = places
        return first

    def entrants(self) -> tuple[Array, Array]:
        """Return which graduates entered college within 16 months, and the place of their first spell."""
        spells = self.spells
        went = spells.overlapping(self.who, self.diploma + 1, months_after(self.diploma, 16))
        never = np.full(len(self.who), 10**6)
        first = self._first_spell(self.diploma + 1, never)
        begins = np.full(len(self.life.people), 10**6)
        unit = np.full(len(self.life.people), -1)
        unit[self.who] = np.arange(len(self.who))
        after = (unit[spells.person] >= 0) & (spells.end > self.diploma[unit[spells.person]])
        np.minimum.at(begins, spells.person[after], spells.begin[after])
        places = np.flatnonzero(after & (spells.begin == begins[spells.person]))
        first[unit[spells.person[places]]] = places
        return np.flatnonzero(went & (first >= 0)), first

    def transfer(self) -> tuple[Array, Array]:
        """Return class, and a four-year college within three years, of whoever entered a two-year college."""
        entrants, first = self.entrants()
        level = self.life.colleges.level[self.spells.institution[first[entrants]]]
        entrants = entrants[level == "2"]
        entry = self.spells.begin[first[entrants]]
        closes = _years_after(entry, _WINDOW_YEARS)
        four = self.spells.of(self.life.colleges.level[self.spells.institution] == "4")
        met = any_between(self.who[entrants], entry + 1, closes, four.person, four.begin)
        return complete_only(self.year[entrants], met, closes)

    def stop_out(self) -> tuple[Array, Array]:
        """Return class, and a year away without an award, of whoever entered college."""
        entrants, first = self.entrants()
        spells, who = self.spells, self.who[entrants]
        entry = spells.begin[first[entrants]]
        closes = _years_after(entry, _WINDOW_YEARS)
        unit = np.full(len(self.life.people), -1)
        unit[who] = np.arange(len(who))
        mine = unit[spells.person]
        following = np.full(len(mine), 10**6)
        same = spells.person[1:] == spells.person[:-1]
        following[:-1][same] = spells.begin[1:][same]
        away = (mine >= 0) & (spells.begin >= entry[mine]) & (spells.end <= closes[mine])
        away &= following > spells.end + 365
        awarded = any_between(
            spells.person, np.zeros(len(mine), dtype=int), spells.end + 365,
            self.awards["person"], self.awards["award_date"],
        )  # fmt: skip
        met = np.zeros(len(who), dtype=bool)
        met[mine[away & ~awarded]] = True
        return complete_only(self.year[entrants], met, closes + 365)

    def dual(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Return class and dual enrollment of every graduate, then class and credit earned of those who had it."""
        rows = self.life.college.enrollments
        mine = rows["slot"] == DUAL
        took, earned = np.zeros(len(self.life.people), dtype=bool), np.zeros(len(self.life.people))
        took[rows["person"][mine]] = True
        np.add.at(earned, rows["person"][mine], rows["earned"][mine])
        there = took[self.who]
        return (self.year, there), (self.year[there], earned[self.who[there]] >= 1)

    def completion(self) -> tuple[Array, Array]:
        """Return fall, and an award of the same college in time, of first-time, full-time students of the state."""
        rows = self.life.college.enrollments
        fall = np.array([term.code == "fall" for term in terms()])
        begin = np.array([term.begin for term in terms()])
        mask = self.life.colleges.reports_units[rows["institution"]] & (rows["status"] == FIRST_TIME)
        mask &= (rows["full_time"] == 1) & fall[rows["term"]]
        who, institution, entry = (
            rows["person"][mask],
            rows["institution"][mask],
            begin[rows["term"][mask]],
        )
        year, _, _ = year_month_day(entry)
        years = np.array([_YEARS[level] for level in self.life.colleges.level[institution]], dtype=int)
        closes = day(year + years, 8, 31)
        awards = self.life.college.awards
        span = len(self.life.colleges.level)
        met = any_between(
            who * span + institution, entry + 1, closes,
            awards["person"] * span + awards["institution"], awards["award_date"],
        )  # fmt: skip
        return complete_only(year, met, closes)


def _years_after(days: Array, years: int) -> Array:
    return months_after(days, 12 * years)
