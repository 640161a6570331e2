"""One block of lives: people through high school, college, workforce programs and jobs.

Belongs here: the order in which the parts of a life are drawn, and what one part needs of another.
Must not come here: files.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, chance
from ingest.synthetic.career import Career, draw_interest, take_courses
from ingest.synthetic.college import College, go_to_college, regular_graduates
from ingest.synthetic.employment import QuarterRows, Workplace
from ingest.synthetic.households import join_families, marry, set_error_factors
from ingest.synthetic.names import NameBook, name_book
from ingest.synthetic.parameters import Parameters
from ingest.synthetic.places import Colleges, Employers, Schools, make_colleges, make_employers, make_schools
from ingest.synthetic.population import People, draw_people
from ingest.synthetic.presence import away, moved_away, premium, program_state, studying
from ingest.synthetic.schooling import Schooling, attend_school
from ingest.synthetic.workforce import take_part


@dataclass(frozen=True)
class Setting:
    """What every block shares: places and names."""

    parameters: Parameters
    names: NameBook
    schools: Schools
    colleges: Colleges
    employers: Employers
    seed: int


@dataclass(frozen=True)
class Life:
    """What happened to a block's people; the quarters at work pass while the wage files are written."""

    people: People
    schooling: Schooling
    career: Career
    college: College
    colleges: Colleges
    periods: dict[str, Array]
    enrolled: Array
    moved: Array
    work: Workplace

    def quarters(self) -> Iterator[QuarterRows]:
        """Let every quarter pass."""
        return self.work.quarters()


def make_setting(parameters: Parameters, learners: int, seed: int) -> Setting:
    """Return the places and names of a state with so many learners."""
    rng = np.random.default_rng([seed, 0])
    persons = round(learners * (1 + parameters.population.adults_per_learner))
    shares = (parameters.employment.nameless_accounts, parameters.employment.short_name_accounts)
    return Setting(
        parameters=parameters,
        names=name_book(),
        schools=make_schools(rng, learners),
        colleges=make_colleges(learners),
        employers=make_employers(rng, persons, parameters.employment.jobs_per_employer, shares),
        seed=seed,
    )


def live(rng: Rng, setting: Setting, *, first: int, learners: int) -> Life:
    """Return the lives of a block of people whose running numbers begin at first."""
    rates = setting.parameters
    people = draw_people(
        rng, rates, setting.names, setting.schools, first=first, learners=learners, seed=setting.seed
    )
    join_families(rng, rates.population, setting.names, people)
    marry(rng, rates.population, setting.names, people)
    set_error_factors(rates.identity, people)
    interest = draw_interest(rng, rates.career, people)
    schooling = attend_school(rng, rates.schooling, people, setting.schools, interest.program >= 0)
    career = take_courses(rng, rates.career, people, interest, schooling)
    graduate, _ = regular_graduates(people.learners, schooling)
    periods = take_part(rng, rates.workforce, people, schooling, graduate)
    college = go_to_college(rng, rates.college, rates.career, people, schooling, career, setting.colleges)
    enrolled, elsewhere = studying(people, college, setting.colleges)
    moved = moved_away(rng, rates.employment, people, schooling)
    work = Workplace(
        rng, rates.employment, rates.identity, people, setting.employers, enrolled, away(moved, elsewhere),
        program_state(people, periods), premium(people, college, periods, rates.employment.training_gain),
        chance(rng, rates.identity.ssn_shared, len(people)),
    )  # fmt: skip
    return Life(people, schooling, career, college, setting.colleges, periods, enrolled, moved, work)
