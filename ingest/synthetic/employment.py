"""Jobs and quarterly wages: who works where, quarter by quarter, and what unemployment insurance hears of it.

Belongs here: jobs as they happened, and under which identity the employer keeps each. Must not come here: files.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, chance, choose
from ingest.synthetic.calendars import FIRST_QUARTER, NO_DAY, QUARTERS, quarter_begin, quarter_end
from ingest.synthetic.parameters import EmploymentRates, IdentityRates
from ingest.synthetic.places import NAME_NONE, Employers
from ingest.synthetic.population import FEMALE, People

MAIN, OTHER, SEASONAL = range(3)
COVERED, SELF_EMPLOYED, FEDERAL, MILITARY = range(4)
OWN_SSN, WRONG_SSN, BORROWED_SSN, PLACEHOLDER_SSN = range(4)
NAME_VARIANTS = 3
_NO_JOB = -1
_AGES = np.array([0, 15, 16, 17, 18, 19, 22, 25, 58, 63, 67, 75])
_WORKING = np.array([0.0, 0.10, 0.26, 0.36, 0.58, 0.66, 0.73, 0.77, 0.66, 0.42, 0.14, 0.0])


@dataclass(frozen=True)
class QuarterRows:
    """The wage records of one quarter."""

    quarter: int
    person: Array
    employer: Array
    cents: Array
    ssn_kind: Array
    name_variant: Array
    hired: Array
    separated: Array


class Workplace:
    """The persons of a block at work; the matrices hold one column per quarter."""

    def __init__(
        self, rng: Rng, rates: EmploymentRates, identity: IdentityRates, people: People, employers: Employers,
        enrolled: Array, away: Array, in_program: Array, schooling_premium: Array, borrower: Array,
    ) -> None:  # fmt: skip
        count = len(people)
        self.rng, self.rates, self.identity, self.people, self.employers = (
            rng,
            rates,
            identity,
            people,
            employers,
        )
        self.enrolled, self.away, self.in_program, self.premium = (
            enrolled,
            away,
            in_program,
            schooling_premium,
        )
        self.borrower = borrower
        self.wages = np.zeros((count, QUARTERS), dtype=np.int64)
        self.other_wages = np.zeros((count, QUARTERS), dtype=np.int64)
        self.other_kind = np.zeros((count, QUARTERS), dtype=np.int8)
        # By slot: what is paid, and the account that pays it; the first slot holds the main job.
        self.wages_held = np.zeros((3, count, QUARTERS), dtype=np.int64)
        self.employers_held = np.full((3, count, QUARTERS), _NO_JOB, dtype=np.int32)
        self.main_employer = self.employers_held[MAIN]
        self._choices = np.cumsum(employers.weight) / employers.weight.sum()
        self._effect = rng.normal(0, 0.28, count) + np.array(rates.wage_gap)[people.race]
        self._effect += rates.female_wage_gap * (people.sex == FEMALE) + 0.10 * people.ability
        self._slots = [_Slot(count) for _ in range(3)]

    def quarters(self) -> Iterator[QuarterRows]:
        """Let every quarter pass, and yield what employers report of each."""
        for number in range(QUARTERS):
            yield self._quarter(number)

    def _quarter(self, number: int) -> QuarterRows:
        quarter, people = FIRST_QUARTER + number, self.people
        age = (quarter_begin(quarter) - people.birth) / 365.25
        present = ~self.away[:, number] & (age >= 15) & (age < 75)
        present &= (people.death == NO_DAY) | (people.death > quarter_begin(quarter))
        working = _WORKING[np.searchsorted(_AGES, age, side="right") - 1]
        odds = np.log(np.clip(working, 1e-4, 0.99) / (1 - np.clip(working, 1e-4, 0.99)))
        odds = odds + np.array(self.rates.race_gap)[people.race] - 0.5 * self.enrolled[:, number]
        odds = odds + np.array([0.0, -1.1, 0.25])[self.in_program[:, number]] + 0.25 * people.ability
        share = np.where(present, 1 / (1 + np.exp(-odds)), 0.0)
        leave = np.where(age < 23, self.rates.leaves_job_young, self.rates.leaves_job_adult)
        hire = np.clip(share if number == 0 else leave * share / (1 - np.minimum(share, 0.98)), 0, 0.95)
        for slot in self._slots:
            slot.employer[~present] = _NO_JOB
        pieces = [
            self._slot_rows(MAIN, number, age, hire * present, leave),
            self._slot_rows(
                OTHER,
                number,
                age,
                np.where(share > 0, 0.3 * self.rates.second_job, 0),
                np.maximum(leave, 0.3),
            ),
            self._slot_rows(
                SEASONAL,
                number,
                age,
                np.where((quarter % 4 == 2) & (age < 23) & present, 0.08, 0.0),
                np.ones(len(people)),
            ),
        ]
        return _joined(quarter, pieces)

    def _slot_rows(self, which: int, number: int, age: Array, hire: Array, leave: Array) -> tuple[Array, ...]:
        rng, slot, quarter = self.rng, self._slots[which], FIRST_QUARTER + number
        count = len(age)
        starting = (slot.employer == _NO_JOB) & chance(rng, hire, count)
        self._hire(slot, np.flatnonzero(starting), quarter)
        if number == 0:
            slot.hired[starting] -= rng.integers(1, 20, int(starting.sum())).astype(np.int32)
        if which != MAIN:
            # A second account of the same employer would repeat the record's key.
            for earlier in self._slots[:which]:
                slot.employer[slot.employer == earlier.reported] = _NO_JOB
        self._update_names(slot, quarter)
        slot.reported = slot.employer.copy()
        who = np.flatnonzero(slot.employer != _NO_JOB)
        ending = chance(rng, leave[who], len(who))
        part = np.where(slot.hired[who] == quarter, rng.uniform(0.15, 1.0, len(who)), 1.0)
        part = np.where(ending, part * rng.uniform(0.15, 1.0, len(who)), part)
        cents = self._pay(which, number, who, age[who], slot, part)
        covered = slot.kind[who] == COVERED
        self._keep(which, number, who, cents, covered, slot)
        rows = tuple(
            values[covered]
            for values in (
                who,
                slot.employer[who],
                cents,
                slot.ssn_kind[who],
                slot.variant[who],
                slot.hired[who],
                ending,
            )
        )
        slot.employer[who[ending]] = _NO_JOB
        return rows

    def _hire(self, slot: "_Slot", who: Array, quarter: int) -> None:
        rng, count = self.rng, len(who)
        employer = np.searchsorted(self._choices, rng.random(count), side="right")
        employer = np.minimum(employer, len(self._choices) - 1)
        slot.employer[who], slot.hired[who] = employer, quarter
        uncovered = self.rates.not_covered
        slot.kind[who] = choose(
            rng, [1 - uncovered, 0.6 * uncovered, 0.2 * uncovered, 0.2 * uncovered], count
        )
        wrong = chance(rng, 0.005 * self.people.error_factor[who], count)
        kind = np.where(wrong, WRONG_SSN, OWN_SSN)
        # Without a name beside it, somebody else's number would be somebody else's record.
        named = self.employers.name_style[employer] != NAME_NONE
        kind = np.where(named & chance(rng, self.identity.ssn_placeholder, count), PLACEHOLDER_SSN, kind)
        slot.ssn_kind[who] = np.where(named & self.borrower[who], BORROWED_SSN, kind)
        odd = 0.02 * self.people.error_factor[who]
        slot.variant[who] = np.where(rng.random(count) < odd, 2, np.where(rng.random(count) < 0.10, 1, 0))

    def _update_names(self, slot: "_Slot", quarter: int) -> None:
        """Let employers take up a married name: most at once for new staff, with delay for others."""
        wed = (self.people.marries != NO_DAY) & (self.people.marries < quarter_end(quarter))
        taken_up = np.where(slot.hired == quarter, 0.85, 0.3)
        due = wed & (slot.employer != _NO_JOB) & (slot.variant < NAME_VARIANTS)
        slot.variant[due & chance(self.rng, taken_up, len(wed))] += NAME_VARIANTS

    def _pay(self, which: int, number: int, who: Array, age: Array, slot: "_Slot", part: Array) -> Array:
        rng = self.rng
        hours = np.where(
            age < 18, 130.0, np.where(self.enrolled[who, number], 190.0, np.where(age < 21, 330.0, 450.0))
        )
        hours = hours * (0.45 if which != MAIN else 1.0) * np.exp(rng.normal(0, 0.18, len(who)))
        experience = 0.022 * np.clip(age - 18, 0, 22)
        hourly = 12.2 * np.exp(self._effect[who] + experience + self.premium[who, number] + 0.0085 * number)
        pay = hourly * hours * self.employers.wage_level[slot.employer[who]] * part
        cents: Array = np.maximum((pay * 100).astype(np.int64), 100)
        return cents

    def _keep(self, which: int, number: int, who: Array, cents: Array, covered: Array, slot: "_Slot") -> None:
        self.wages[who[covered], number] += cents[covered]
        self.wages_held[which, who[covered], number] = cents[covered]
        outside = who[~covered]
        self.other_wages[outside, number] += cents[~covered]
        self.other_kind[outside, number] = np.maximum(self.other_kind[outside, number], slot.kind[outside])
        self.employers_held[which, who[covered], number] = slot.employer[who[covered]]


class _Slot:
    """One job that each person may hold, beside the others."""

    def __init__(self, count: int) -> None:
        self.employer = np.full(count, _NO_JOB, dtype=np.int32)
        self.reported = self.employer
        self.hired = np.zeros(count, dtype=np.int32)
        self.kind = np.zeros(count, dtype=np.int8)
        self.ssn_kind = np.zeros(count, dtype=np.int8)
        self.variant = np.zeros(count, dtype=np.int8)


def _joined(quarter: int, pieces: list[tuple[Array, ...]]) -> QuarterRows:
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    return QuarterRows(quarter, *columns)
