"""High school, year by year: where a learner is enrolled, how each enrollment ends, what diploma follows.

Belongs here: enrollments and diplomas as they happened. Must not come here: files, other parts of life.
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, Rows, chance, choose, logistic
from ingest.synthetic.calendars import NO_DAY, SCHOOL_YEARS, day, school_begin, school_end, year_month_day
from ingest.synthetic.parameters import SchoolingRates
from ingest.synthetic.places import Schools
from ingest.synthetic.population import People
from ingest.synthetic.risk import risk_of_a_bad_year
from ingest.synthetic.school_codes import (
    DIPLOMA,
    DOCUMENTED,
    ENTRY,
    EXIT,
    NOT_ASKED,
    NOT_DOCUMENTED,
    TRANSFERS_OUT,
)

ABSENT, ENROLLED, FINISHED, DROPPED, LEFT, DEAD = range(6)
LAST_TURN = 5
_LEAVING = np.array([EXIT[code] for code in TRANSFERS_OUT])


@dataclass
class Schooling:
    """One row per enrollment and per diploma; grade, first school and last day by learner and year since grade 9."""

    enrollments: dict[str, Array]
    diplomas: dict[str, Array]
    grade: Array
    school: Array
    until: Array
    left_state: Array


class _Classroom:
    """The learners of a block while their school years go by."""

    def __init__(
        self, rng: Rng, rates: SchoolingRates, people: People, schools: Schools, in_cte: Array
    ) -> None:
        count = people.learners
        self.rng, self.rates, self.people, self.schools = rng, rates, people, schools
        self.state = np.full(count, ABSENT)
        self.grade = np.full(count, 9)
        self.school = people.school[:count].copy()
        self.entry = np.full(count, ENTRY["01838"])
        late = rng.random(count) < rates.transfer_in
        self.enters = np.where(late, rng.integers(1, 4, count), 0)
        self.risk = risk_of_a_bad_year(rates, people, in_cte)
        self.rows, self.diplomas = Rows(), Rows()
        self.grades = np.zeros((count, LAST_TURN + 1), dtype=np.int8)
        self.left_state = np.full(count, NO_DAY, dtype=np.int32)
        self.dropped_on = np.full(count, NO_DAY, dtype=np.int32)

    def run(self) -> Schooling:
        """Return everything that happened in all school years."""
        for turn in range(LAST_TURN + 1):
            self._enter(turn)
            enrolled = np.flatnonzero(self.state == ENROLLED)
            year = self.people.cohort[enrolled] + turn
            enrolled = enrolled[year < SCHOOL_YEARS.stop]
            self.grades[enrolled, turn] = self.grade[enrolled]
            self._year(turn, enrolled)
        self._later_equivalencies()
        enrollments = self.rows.joined()
        school, until = _by_turn(self.people, enrollments)
        return Schooling(enrollments, self.diplomas.joined(), self.grades, school, until, self.left_state)

    def _enter(self, turn: int) -> None:
        rates, count = self.rates, len(self.state)
        new = (self.state == ABSENT) & (self.enters == turn)
        foreign = self.people.english_learner[:count] & (self.rng.random(count) < 0.3)
        if turn == 0:
            self.entry[new] = np.where(foreign[new], ENTRY["01839"], ENTRY["01838"])
        else:
            elsewhere = np.where(self.rng.random(count) < 0.75, ENTRY["01823"], ENTRY["01824"])
            self.entry[new] = np.where(foreign, ENTRY["01839"], elsewhere)[new]
            self.grade[new] = np.minimum(9 + turn - (self.rng.random(int(new.sum())) < 0.08), 12)
        back = (self.state == DROPPED) & chance(self.rng, rates.returns_after_dropping_out, count)
        home = (self.state == LEFT) & chance(self.rng, rates.returns_after_leaving, count)
        self.entry[back], self.entry[home] = ENTRY["01836"], ENTRY["01823"]
        self.left_state[home] = NO_DAY
        self.state[new | back | home] = ENROLLED

    def _year(self, turn: int, who: Array) -> None:
        """Let one school year pass for the enrolled: a first part, for some a second school, then the end."""
        rng, rates, count = self.rng, self.rates, len(who)
        year = (self.people.cohort[who] + turn).astype(np.int32)
        begin = school_begin(year) + rng.integers(0, 4, count).astype(np.int32)
        late = np.isin(self.entry[who], [ENTRY["01823"], ENTRY["01824"], ENTRY["01839"]]) & (turn > 0)
        begin = np.where(late & (rng.random(count) < 0.4), begin + rng.integers(10, 150, count), begin)
        end = school_end(year) + self.schools.district[self.school[who]] % 6
        middle = (begin + 5 + (end - begin - 25) * rng.random(count)).astype(np.int32)
        drops = chance(rng, logistic(rates.drops_out + self.risk[who] + 0.25 * turn), count)
        events = choose(
            rng,
            [
                rates.in_state_move_mid_year,
                rates.leaves_state_public,
                rates.vanishes_to_other_district,
                rates.dies,
                0.9,
            ],
            count,
        )
        events = np.where((events == 4) & drops, 5, events)
        stays = events == 4
        moved = events == 0
        self._leave(who, year, begin, middle, events)
        self._move(who[moved], year[moved], begin[moved], middle[moved])
        begin = np.where(moved, middle + rng.integers(1, 6, count).astype(np.int32), begin)
        finishing = stays | moved
        self._end_of_year(turn, who[finishing], year[finishing], begin[finishing], end[finishing])

    def _record(
        self, who: Array, year: Array, begin: Array, exit_day: Array, exit_type: Array, documented: Array
    ) -> None:
        self.rows.add(
            person=who, school_year=year, school=self.school[who], entry_date=begin, entry_type=self.entry[who],
            grade=self.grade[who], exit_date=exit_day, exit_type=exit_type, documented=documented,
        )  # fmt: skip

    def _leave(self, who: Array, year: Array, begin: Array, middle: Array, events: Array) -> None:
        """Record enrollments that end during the year with the learner gone from the schools of the state."""
        for event, state in ((1, LEFT), (2, LEFT), (3, DEAD), (5, DROPPED)):
            mask = events == event
            gone, count = who[mask], int(mask.sum())
            exit_type, documented = self._reason(event, count)
            self._record(gone, year[mask], begin[mask], middle[mask], exit_type, documented)
            self.state[gone] = state
            if state == LEFT:
                self.left_state[gone] = middle[mask]
            if state == DROPPED:
                self.dropped_on[gone] = middle[mask]
            if state == DEAD:
                self.people.death[gone] = middle[mask]

    def _reason(self, event: int, count: int) -> tuple[Array, Array]:
        rng = self.rng
        if event == 1:
            documented = chance(rng, self.rates.leaves_documented, count).astype(np.int64)
            return _LEAVING[choose(rng, list(TRANSFERS_OUT.values()), count)], documented
        if event == 2:
            return np.full(count, EXIT["01908"]), np.full(count, NOT_DOCUMENTED)
        if event == 3:
            return np.full(count, EXIT["01923"]), chance(rng, 0.85, count).astype(np.int64)
        codes = np.array([EXIT[code] for code in ("01927", "01931", "03505", "01925")])
        return codes[choose(rng, [0.45, 0.3, 0.17, 0.08], count)], np.full(count, NOT_ASKED)

    def _move(self, who: Array, year: Array, begin: Array, middle: Array) -> None:
        same = self._change_school(who, year, begin, middle)
        self.entry[who] = np.where(same, ENTRY["01821"], ENTRY["01822"])

    def _change_school(self, who: Array, year: Array, begin: Array, exit_day: Array) -> Array:
        """Record the enrollment that ends with a move inside the state; return who stays in the district."""
        old = self.school[who]
        new = choose(self.rng, self.schools.weight, len(who))
        new = np.where(new == old, (new + 1) % len(self.schools.weight), new)
        same: Array = self.schools.district[old] == self.schools.district[new]
        known = np.where(self.rng.random(len(who)) < 0.4, DOCUMENTED, NOT_ASKED)
        self._record(who, year, begin, exit_day, np.where(same, EXIT["01907"], EXIT["01908"]), known)
        self.school[who] = new
        return same

    def _end_of_year(self, turn: int, who: Array, year: Array, begin: Array, end: Array) -> None:
        rng, rates, count = self.rng, self.rates, len(who)
        promoted = rng.random(count) > logistic(rates.not_promoted + self.risk[who])
        early = (turn == 2) & (self.grade[who] == 11) & chance(rng, rates.graduates_early, count) & promoted
        graduates = (promoted & (self.grade[who] == 12)) | early
        failing = ~graduates & (self.grade[who] == 12)
        summer = failing & chance(rng, rates.finishes_in_summer, count)
        self._graduate(who[graduates], year[graduates], begin[graduates], end[graduates])
        held = day(year, 6, 20) + rng.integers(0, 55, count).astype(np.int32)
        self._graduate(who[summer], year[summer], begin[summer], held[summer])
        over = (
            ~graduates
            & ~summer
            & ((turn == LAST_TURN) | (failing & ~chance(rng, rates.stays_a_fifth_year, count)))
        )
        self._give_up(turn, who[over], year[over], begin[over], end[over])
        goes_on = ~graduates & ~summer & ~over
        self._go_on(who[goes_on], year[goes_on], begin[goes_on], end[goes_on])
        self.grade[who] = np.minimum(np.where(promoted, self.grade[who] + 1, self.grade[who]), 12)

    def _go_on(self, who: Array, year: Array, begin: Array, end: Array) -> None:
        """Record a year after which the learner is expected back; some go elsewhere over the summer."""
        rng, count = self.rng, len(who)
        event = choose(
            rng, [self.rates.in_state_move_summer, 0.5 * self.rates.leaves_state_public, 0.004, 1.0], count
        )
        stays, moves, leaves, vanishes = (event == n for n in (3, 0, 1, 2))
        continues = np.full(count, EXIT["01930"])
        self._record(
            who[stays],
            year[stays],
            begin[stays],
            end[stays],
            continues[stays],
            np.full(int(stays.sum()), NOT_ASKED),
        )
        same = self._change_school(who[moves], year[moves], begin[moves], end[moves])
        exit_type, documented = self._reason(1, int(leaves.sum()))
        self._record(who[leaves], year[leaves], begin[leaves], end[leaves], exit_type, documented)
        unknown = np.full(int(vanishes.sum()), EXIT["01931"])
        self._record(
            who[vanishes],
            year[vanishes],
            begin[vanishes],
            end[vanishes],
            unknown,
            np.full(len(unknown), NOT_ASKED),
        )
        self.state[who[leaves]], self.state[who[vanishes]] = LEFT, DROPPED
        self.left_state[who[leaves]], self.dropped_on[who[vanishes]] = end[leaves], end[vanishes]
        self.entry[who[stays]] = ENTRY["01835"]
        self.entry[who[moves]] = np.where(same, ENTRY["01821"], ENTRY["01822"])

    def _graduate(self, who: Array, year: Array, begin: Array, exit_day: Array) -> None:
        rng, count = self.rng, len(who)
        idea = self.people.idea[who]
        diploma = choose(rng, [0.90, 0.085, 0.015], count)
        special = choose(rng, [0.87, 0.07, 0.06], count)
        diploma = np.where(
            idea & (special > 0), np.where(special == 1, DIPLOMA["00810"], DIPLOMA["00814"]), diploma
        )
        exit_type = np.where(diploma == DIPLOMA["00814"], EXIT["01922"], EXIT["01921"])
        self._record(who, year, begin, exit_day, exit_type, np.full(count, NOT_ASKED))
        self._award(who, year, exit_day, diploma)
        self.state[who] = FINISHED

    def _award(self, who: Array, year: Array, on: Array, diploma: Array) -> None:
        self.diplomas.add(
            person=who,
            school_year=year,
            school=self.school[who],
            diploma_type=diploma,
            diploma_date=on.astype(np.int32),
        )

    def _later_equivalencies(self) -> None:
        """Let some who dropped out earn a high school equivalency within three years."""
        rng = self.rng
        who = np.flatnonzero((self.state == DROPPED) & chance(rng, self.rates.equivalency, len(self.state)))
        on = (self.dropped_on[who] + rng.integers(90, 1000, len(who))).astype(np.int32)
        year, month, _ = year_month_day(on)
        school_year = (year + (month >= 7)).astype(np.int32)
        known = school_year < SCHOOL_YEARS.stop
        kind = np.where(rng.random(len(who)) < 0.8, DIPLOMA["00816"], DIPLOMA["00815"])
        self._award(who[known], school_year[known], on[known], kind[known])

    def _give_up(self, turn: int, who: Array, year: Array, begin: Array, end: Array) -> None:
        rng, count = self.rng, len(who)
        age_out = turn == LAST_TURN
        codes = np.array([EXIT[c] for c in ("01928", "01931", "03509", "01926" if age_out else "01927")])
        exit_type = codes[choose(rng, [0.35, 0.15, 0.2, 0.3], count)]
        self._record(who, year, begin, end, exit_type, np.full(count, NOT_ASKED))
        equivalency = exit_type == EXIT["03509"]
        self._award(
            who[equivalency],
            year[equivalency],
            end[equivalency],
            np.full(int(equivalency.sum()), DIPLOMA["00816"]),
        )
        self.state[who] = np.where(equivalency, FINISHED, DROPPED)
        self.dropped_on[who] = end


def _by_turn(people: People, enrollments: dict[str, Array]) -> tuple[Array, Array]:
    """Return each learner's first school and last day in each year since grade 9."""
    who = enrollments["person"]
    turn = enrollments["school_year"] - people.cohort[who]
    shape = (people.learners, LAST_TURN + 1)
    school, until = np.full(shape, -1, dtype=np.int32), np.full(shape, NO_DAY, dtype=np.int32)
    np.maximum.at(until, (who, turn), enrollments["exit_date"].astype(np.int32))
    latest_first = np.argsort(-enrollments["entry_date"], kind="stable")
    school[who[latest_first], turn[latest_first]] = enrollments["school"][latest_first]
    return school, until


def attend_school(
    rng: Rng, rates: SchoolingRates, people: People, schools: Schools, in_cte: Array
) -> Schooling:
    """Return the schooling of a block's learners; learners who die get their day of death."""
    return _Classroom(rng, rates, people, schools, in_cte).run()
