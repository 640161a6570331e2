"""What the counting of the true values stands on: what of a person lies between two days, and which college is on record.

Belongs here: windows, spells, awards and credentials as the sources could tell them if every identity were plain.
Must not come here: an indicator.
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import NO_DAY, day, terms, year_month_day
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.college import DUAL
from ingest.synthetic.life import Life
from ingest.synthetic.school_codes import DIPLOMA, REGULAR_DIPLOMAS
from ingest.synthetic.writers.nsc import found_spells

# College records end with the quarter of the last term.
KNOWN_TO = int(day(2025, 6, 30))
_RECOGNIZED = ("OccupationalLicense", "IndustryCertification", "ApprenticeshipCertificate")
_SPAN = 100_000


@dataclass(frozen=True)
class Spells:
    """College spells on record, in the order of persons and begins; dual enrollment apart."""

    person: Array
    begin: Array
    end: Array
    institution: Array

    def overlapping(self, who: Array, opens: Array, closes: Array) -> Array:
        """Return for each person whether a spell overlaps the days from opens to closes."""
        begun = _count(self.person, self.begin, who, closes)
        ended = _count(self.person, self.end, who, opens - 1)
        result: Array = begun > ended
        return result

    def of(self, mask: Array) -> "Spells":
        """Return some of the spells."""
        return Spells(self.person[mask], self.begin[mask], self.end[mask], self.institution[mask])


def _count(event_who: Array, event_day: Array, who: Array, until: Array) -> Array:
    """Return how many events each person has had until a day."""
    keys = np.sort(event_who.astype(np.int64) * _SPAN + event_day)
    base = who.astype(np.int64) * _SPAN
    result: Array = np.searchsorted(keys, base + until, "right") - np.searchsorted(keys, base, "left")
    return result


def any_between(who: Array, opens: Array, closes: Array, event_who: Array, event_day: Array) -> Array:
    """Return for each person whether an event lies between two days, both included."""
    result: Array = _count(event_who, event_day, who, closes) > _count(event_who, event_day, who, opens - 1)
    return result


def graduates(life: Life) -> tuple[Array, Array, Array]:
    """Return person, class and day of every first regular diploma."""
    diplomas = life.schooling.diplomas
    regular = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in REGULAR_DIPLOMAS])
    return diplomas["person"][regular], diplomas["school_year"][regular], diplomas["diploma_date"][regular]


def _asked_of_clearinghouse(life: Life) -> Array:
    diplomas = life.schooling.diplomas
    requested = np.zeros(len(life.people), dtype=bool)
    asked = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in (*REGULAR_DIPLOMAS, "00810")])
    requested[diplomas["person"][asked]] = True
    return requested


def shown_spells(life: Life) -> Array:
    """Return which college enrollments unit records or the Clearinghouse hold."""
    rows = life.college.enrollments
    in_clearinghouse = (
        found_spells(life.college, life.colleges) & _asked_of_clearinghouse(life)[rows["person"]]
    )
    result: Array = life.colleges.reports_units[rows["institution"]] | in_clearinghouse
    return result


def college_spells(life: Life, *, dual: bool = False) -> Spells:
    """Return the college spells on record: those of high-school students, or the others."""
    rows = life.college.enrollments
    shown = shown_spells(life) & ((rows["slot"] == DUAL) == dual)
    begins, ends = (np.array([getattr(term, name) for term in terms()]) for name in ("begin", "end"))
    found = Spells(
        rows["person"][shown],
        begins[rows["term"][shown]],
        ends[rows["term"][shown]],
        rows["institution"][shown],
    )
    return found.of(np.lexsort((found.begin, found.person)))


def college_awards(life: Life) -> dict[str, Array]:
    """Return the awards that unit records or the Clearinghouse hold."""
    awards, learners = life.college.awards, len(life.college.blocked)
    blocked = life.college.blocked[np.minimum(awards["person"], learners - 1)] | (
        awards["person"] >= learners
    )
    told = life.colleges.in_clearinghouse[awards["institution"]] & ~blocked
    told &= _asked_of_clearinghouse(life)[awards["person"]]
    shown = life.colleges.reports_units[awards["institution"]] | told
    return {name: values[shown] for name, values in awards.items()}


def recognized_credentials(life: Life) -> tuple[Array, Array]:
    """Return person and day of every recognized postsecondary credential on record."""
    awards, own, periods = college_awards(life), life.career.credentials, life.periods
    listed = np.array([program[6] in _RECOGNIZED for program in PROGRAMS])[own["program"]]
    reported = (periods["credential"] >= 2) & (periods["credential_date"] <= KNOWN_TO)
    return (
        np.r_[awards["person"], own["person"][listed], periods["person"][reported]],
        np.r_[awards["award_date"], own["award_date"][listed], periods["credential_date"][reported]],
    )


def academic_year(days: Array) -> Array:
    """Return the school or academic year, July to June and named by the year it ends in."""
    year, month, _ = year_month_day(days)
    result: Array = year + (month >= 7)
    return result


def months_after(days: Array, months: int) -> Array:
    """Return the same day so many months later, the last of the month where there is no such day."""
    year, month, day_of_month = year_month_day(days)
    following = day(year, month + months + 1, 1) - 1
    result: Array = np.minimum(day(year, month + months, 1) + day_of_month - 1, following)
    return result


def complete_only(cohort: Array, met: Array, closes: Array, known_to: int = KNOWN_TO) -> tuple[Array, Array]:
    """Return cohort and outcome without the cohorts of which some window is not closed yet."""
    waiting = np.unique(cohort[closes > known_to])
    kept = ~np.isin(cohort, waiting)
    return cohort[kept], met[kept]


def day_or(values: Array, otherwise: int) -> Array:
    """Return days with another in the place of no day."""
    result: Array = np.where(values == NO_DAY, otherwise, values)
    return result
