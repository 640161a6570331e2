"""College, term by term: who goes where, how long, which awards follow; dual enrollment before that.

Belongs here: enrollments and awards as they happened. Must not come here: which file shows them.
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, Rows, chance, choose, logistic
from ingest.synthetic.calendars import NO_DAY, Term, day, terms
from ingest.synthetic.career import Career
from ingest.synthetic.parameters import CareerRates, CollegeRates
from ingest.synthetic.places import Colleges
from ingest.synthetic.population import FEMALE, People
from ingest.synthetic.school_codes import DIPLOMA, REGULAR_DIPLOMAS
from ingest.synthetic.schooling import Schooling

TWO_YEAR, FOUR_YEAR, PRIVATE, AWAY_FOUR, AWAY_TWO = range(5)
DUAL, FIRST, SECOND = range(3)
SLOTS = 3
FIRST_TIME, TRANSFER, CONTINUING, DUAL_STATUS = range(4)
ENTRY_STATUSES = ("first_time", "transfer", "continuing", "dual")
# IPEDS award level, credits needed; a two-year student aims at one of the first two.
AWARD_LEVELS = ("2", "3", "5")
_CERTIFICATE, _ASSOCIATE, _BACHELOR = range(3)
_CREDITS_NEEDED = np.array([27, 60, 118])
TWO_YEAR_MAJORS = (
    "24.0101",
    "51.3801",
    "52.0201",
    "51.0801",
    "48.0508",
    "47.0604",
    "11.0901",
    "46.0302",
    "43.0107",
)
FOUR_YEAR_MAJORS = (
    "52.0201",
    "51.3801",
    "26.0101",
    "42.0101",
    "11.0701",
    "13.1202",
    "14.1901",
    "45.1001",
    "52.0301",
)
MAJORS = tuple(dict.fromkeys(TWO_YEAR_MAJORS + FOUR_YEAR_MAJORS))
_TWO = np.array([MAJORS.index(code) for code in TWO_YEAR_MAJORS])
_FOUR = np.array([MAJORS.index(code) for code in FOUR_YEAR_MAJORS])
NEVER = 10_000


@dataclass
class College:
    """One row per enrollment (person, slot, term) and per award; institution by person and slot, -1 for none."""

    enrollments: dict[str, Array]
    awards: dict[str, Array]
    institution: Array
    same_student: Array
    blocked: Array


class _Campus:
    """The persons of a block while the terms go by."""

    def __init__(self, rng: Rng, rates: CollegeRates, people: People, colleges: Colleges) -> None:
        count = len(people)
        self.rng, self.rates, self.people, self.colleges = rng, rates, people, colleges
        self.institution = np.full((count, SLOTS), -1, dtype=np.int32)
        self.slot = np.full(count, FIRST)
        self.begins = np.full(count, NEVER)
        self.active, self.paused = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        self.credits = np.zeros(count, dtype=np.int32)
        self.attended = np.zeros(count, dtype=np.int32)
        self.aim = np.zeros(count, dtype=np.int32)
        self.major = np.zeros(count, dtype=np.int32)
        self.full_time = np.ones(count, dtype=bool)
        self.rows, self.awards = Rows(), Rows()

    def plan(self, who: Array, first_day: Array, four_year_share: float | None = None) -> None:
        """Give persons a first term, on or after a day, and an institution."""
        rng, count = self.rng, len(who)
        begins = np.array([term.begin for term in terms()])
        self.begins[who] = np.searchsorted(begins, first_day)
        shares = np.array(self.rates.sectors)
        if four_year_share is not None:
            shares = np.array([1 - four_year_share, four_year_share, 0.03, 0.0, 0.0])
        strong = shares * np.array([0.45, 1.25, 1.3, 1.5, 0.5])
        able = self.people.ability[who] + 0.5 * ~self.people.economic[who] > 0.6
        sector = np.where(able, choose(rng, strong, count), choose(rng, shares, count))
        self.institution[who, FIRST] = self._pick(sector)
        two = np.isin(sector, [TWO_YEAR, AWAY_TWO])
        self.aim[who] = np.where(two, np.where(rng.random(count) < 0.3, _CERTIFICATE, _ASSOCIATE), _BACHELOR)
        self.major[who] = np.where(two, rng.choice(_TWO, count), rng.choice(_FOUR, count))
        self.full_time[who] = rng.random(count) < np.where(two, 0.55, 0.9)

    def _pick(self, sector: Array) -> Array:
        result = np.full(len(sector), -1, dtype=np.int32)
        for one in range(5):
            places = np.flatnonzero(self.colleges.sector == one)
            mask = sector == one
            result[mask] = places[choose(self.rng, self.colleges.weight[places], int(mask.sum()))]
        return result

    def run(self) -> None:
        """Let every term pass."""
        for number, term in enumerate(terms()):
            starting = self.begins == number
            self.active |= starting
            alive = (self.people.death == NO_DAY) | (self.people.death > term.end)
            self.active &= alive
            back = (
                self.paused & alive & chance(self.rng, 0.12, len(alive)) & (term.code in ("fall", "spring"))
            )
            self.active, self.paused = self.active | back, self.paused & ~back
            self._term(number, term, starting)

    def _term(self, number: int, term: Term, starting: Array) -> None:
        rng = self.rng
        who = np.flatnonzero(self.active)
        summer = term.code.startswith("summer")
        if summer:
            who = who[(rng.random(len(who)) < 0.1) | starting[who]]
        count = len(who)
        attempted = np.where(
            self.full_time[who], rng.choice([12, 13, 15, 15, 16], count), rng.choice([6, 6, 9], count)
        )
        attempted = np.where(summer, rng.choice([3, 3, 6], count), attempted)
        passed = logistic(2.2 + 0.7 * self.people.ability[who])
        earned = np.where(rng.random(count) < 0.75 * passed + 0.2, attempted, np.maximum(attempted - 3, 0))
        earned = np.where(rng.random(count) < 0.05, 0, earned)
        slot = self.slot[who]
        status = np.where(self.attended[who] == 0, np.where(slot == SECOND, TRANSFER, FIRST_TIME), CONTINUING)
        self.rows.add(
            person=who, slot=slot, institution=self.institution[who, slot], term=number, status=status,
            major=self.major[who], full_time=(self.full_time[who] & ~summer).astype(np.int8),
            attempted=attempted, earned=earned,
        )  # fmt: skip
        self.credits[who] += earned
        self.attended[who] += 1
        if not summer:
            self._after(number, who)

    def _after(self, number: int, who: Array) -> None:
        """Let students finish, transfer, pause or leave at the end of a term."""
        rng = self.rng
        done = self.credits[who] >= _CREDITS_NEEDED[self.aim[who]]
        self._award(number, who[done])
        two = self.aim[who] < _BACHELOR
        wants = np.where(done, 0.4, 0.02) * two
        moves = (self.slot[who] == FIRST) & (rng.random(len(who)) < wants)
        self._transfer(who[moves])
        self.active[who[done & ~moves]] = False
        rest = who[~done & ~moves]
        leaves = rng.random(len(rest)) < np.where(two[~done & ~moves], 0.10, 0.035) * np.exp(
            -0.5 * self.people.ability[rest]
        )
        self.active[rest[leaves]] = False
        self.paused[rest[leaves]] = rng.random(int(leaves.sum())) < 0.5

    def _award(self, number: int, who: Array) -> None:
        term = terms()[number]
        self.awards.add(
            person=who, slot=self.slot[who], institution=self.institution[who, self.slot[who]], term=number,
            award_date=np.full(len(who), term.end + 1, dtype=np.int32), level=self.aim[who], major=self.major[who],
        )  # fmt: skip

    def _transfer(self, who: Array) -> None:
        sector = choose(self.rng, [0.0, 0.78, 0.1, 0.12, 0.0], len(who))
        self.institution[who, SECOND] = self._pick(sector)
        self.slot[who], self.aim[who], self.attended[who] = SECOND, _BACHELOR, 0
        self.major[who] = self.rng.choice(_FOUR, len(who))
        self.full_time[who] = self.rng.random(len(who)) < 0.8


def go_to_college(
    rng: Rng, rates: CollegeRates, career_rates: CareerRates, people: People, schooling: Schooling, career: Career,
    colleges: Colleges,
) -> College:  # fmt: skip
    """Return the college lives of a block."""
    campus = _Campus(rng, rates, people, colleges)
    graduate, diploma_day = regular_graduates(people.learners, schooling)
    _plan_graduates(campus, graduate, diploma_day, career)
    _plan_others(campus, graduate)
    _dual_enroll(campus, career_rates, schooling)
    campus.run()
    same = np.arange(SLOTS)[None, :].repeat(len(people), axis=0)
    for slot in (FIRST, SECOND):
        earlier = campus.institution[:, :slot] == campus.institution[:, [slot]]
        same[:, slot] = np.where(earlier.any(axis=1), earlier.argmax(axis=1), slot)
    return College(
        enrollments=campus.rows.joined(),
        awards=campus.awards.joined(),
        institution=campus.institution,
        same_student=same,
        blocked=chance(rng, rates.blocked_by_learner, people.learners),
    )


def regular_graduates(learners: int, schooling: Schooling) -> tuple[Array, Array]:
    """Return who holds a regular diploma, and its day."""
    regular = np.isin(schooling.diplomas["diploma_type"], [DIPLOMA[code] for code in REGULAR_DIPLOMAS])
    on = np.full(learners, NO_DAY, dtype=np.int32)
    on[schooling.diplomas["person"][regular]] = schooling.diplomas["diploma_date"][regular]
    return on != NO_DAY, on


def _plan_graduates(campus: _Campus, graduate: Array, diploma_day: Array, career: Career) -> None:
    rng, rates, people = campus.rng, campus.rates, campus.people
    part = slice(0, people.learners)
    odds = rates.goes + np.array(rates.race_gap)[people.race[part]] + 0.7 * people.ability[part]
    for name in ("economic", "english_learner", "idea"):
        odds = odds + getattr(rates, f"{name}_gap") * getattr(people, name)[part]
    odds = (
        odds
        + rates.female_gap * (people.sex[part] == FEMALE)
        + rates.concentrator_gap * (career.concentrator >= 0)
    )
    who = np.flatnonzero(graduate & chance(rng, logistic(odds), people.learners))
    timing = choose(rng, [rates.first_fall, rates.first_spring, 0.08], len(who))
    year = diploma_day[who].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    later = year + rng.integers(1, 4, len(who))
    fall, spring, much_later = day(year, 8, 10), day(year + 1, 1, 2), day(later, 8, 10)
    campus.plan(who, np.choose(timing, [fall, spring, much_later]))


def _plan_others(campus: _Campus, graduate: Array) -> None:
    """Plan for adults, and for those who left high school without a regular diploma."""
    rng, rates, people = campus.rng, campus.rates, campus.people
    learner = np.arange(len(people)) < people.learners
    without = learner.copy()
    without[: people.learners] &= ~graduate
    share = np.where(without, rates.leavers_enroll, np.where(learner, 0.0, rates.adults_enroll))
    who = np.flatnonzero(chance(rng, share, len(people)))
    first = np.where(learner[who], day(people.cohort[who] + 4, 8, 10), day(2015, 8, 10))
    first = first + rng.integers(0, 365 * np.where(learner[who], 3, 9))
    campus.plan(who, first, four_year_share=0.15)


def _dual_enroll(campus: _Campus, rates: CareerRates, schooling: Schooling) -> None:
    """Record college courses taken in the third and fourth year of high school."""
    rng, people = campus.rng, campus.people
    places = np.flatnonzero((campus.colleges.sector == TWO_YEAR) & campus.colleges.reports_units)
    count = people.learners
    share = (
        rates.dual_enrollment
        * np.exp(0.3 * people.ability[:count])
        * np.where(people.economic[:count], 0.7, 1.2)
    )
    takes = np.flatnonzero(chance(rng, share, count))
    campus.institution[takes, DUAL] = places[people.school[takes] % len(places)]
    for number, term in enumerate(terms()):
        turn = term.academic_year - people.cohort[takes]
        if term.code not in ("fall", "spring"):
            continue
        in_range = (turn == 2) | (turn == 3)
        who, turns = takes[in_range], turn[in_range]
        there = (schooling.grade[who, turns] >= 11) & (
            schooling.until[who, turns] >= min(term.end, term.begin + 90)
        )
        who = who[there & (rng.random(len(who)) < 0.6)]
        attempted = rng.choice([3, 3, 6], len(who))
        campus.rows.add(
            person=who, slot=DUAL, institution=campus.institution[who, DUAL], term=number, status=DUAL_STATUS,
            major=np.full(len(who), int(_TWO[0])), full_time=np.zeros(len(who), dtype=np.int8),
            attempted=attempted, earned=np.where(rng.random(len(who)) < 0.9, attempted, 0),
        )  # fmt: skip
