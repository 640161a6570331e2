"""Where a person is and what he does, quarter by quarter, as far as it bears on work.

Belongs here: studying, living elsewhere, being in a workforce program, having earned an award. Must not come here: jobs.
"""

import numpy as np

from ingest.synthetic.arrays import Array, Rng
from ingest.synthetic.calendars import FIRST_QUARTER, NO_DAY, QUARTERS, quarter_of, terms
from ingest.synthetic.college import College
from ingest.synthetic.parameters import EmploymentRates
from ingest.synthetic.places import Colleges
from ingest.synthetic.population import People
from ingest.synthetic.schooling import Schooling

_NUMBERS = np.arange(QUARTERS)
_AWARD_PREMIUM = np.array([0.05, 0.12, 0.30])
NOT_IN_PROGRAM, IN_PROGRAM, AFTER_PROGRAM = range(3)


def studying(people: People, college: College, colleges: Colleges) -> tuple[Array, Array]:
    """Return who studies full time in each quarter, and who does so in another state."""
    enrolled = np.zeros((len(people), QUARTERS), dtype=bool)
    elsewhere = np.zeros_like(enrolled)
    rows = college.enrollments
    outside = ~colleges.in_state[rows["institution"]]
    for number, term in enumerate(terms()):
        in_term = rows["term"] == number
        last = int(quarter_of(np.array([term.end]))[0]) - FIRST_QUARTER
        quarters = [last - 1, last] if term.code == "spring" else [last]
        for quarter in quarters if not term.code.startswith("summer") else []:
            enrolled[rows["person"][in_term & (rows["full_time"] == 1)], quarter] = True
            elsewhere[rows["person"][in_term & outside], quarter] = True
    return enrolled, elsewhere


def moved_away(rng: Rng, rates: EmploymentRates, people: People, schooling: Schooling) -> Array:
    """Return the quarter number from which each person lives in another state."""
    years = rng.exponential(1 / rates.moves_away_per_year, len(people))
    grown = (quarter_of(people.birth) + 18 * 4 - FIRST_QUARTER).clip(0)
    begins = np.minimum(grown + years * 4, 10_000).astype(np.int32)
    left = schooling.left_state
    gone = np.where(left == NO_DAY, 10_000, quarter_of(np.where(left == NO_DAY, 0, left)) - FIRST_QUARTER + 1)
    begins[: people.learners] = np.minimum(begins[: people.learners], gone)
    return begins


def away(begins: Array, elsewhere: Array) -> Array:
    """Return who is out of the state in each quarter."""
    result: Array = elsewhere | (_NUMBERS[None, :] >= begins[:, None])
    return result


def program_state(people: People, periods: dict[str, Array]) -> Array:
    """Return for each quarter whether a person is before or without, in, or after a workforce program."""
    state = np.zeros((len(people), QUARTERS), dtype=np.int8)
    begin = quarter_of(periods["entry"]) - FIRST_QUARTER
    end = quarter_of(periods["exit"]) - FIRST_QUARTER
    person = periods["person"]
    for number in range(QUARTERS):
        state[person[end < number], number] = AFTER_PROGRAM
        state[person[(begin - 1 <= number) & (number <= end)], number] = IN_PROGRAM
    return state


def premium(people: People, college: College, periods: dict[str, Array], training_gain: float) -> Array:
    """Return the gain in log wages from awards and training that each person has in each quarter."""
    gain = np.zeros((len(people), QUARTERS), dtype=np.float32)
    awards = college.awards
    for person, first, size in (
        (awards["person"], quarter_of(awards["award_date"]), _AWARD_PREMIUM[awards["level"]]),
        (periods["person"], quarter_of(periods["exit"]), training_gain * periods["completed"]),
    ):
        number = first - FIRST_QUARTER
        for quarter in range(QUARTERS):
            due = number == quarter
            gain[person[due], quarter] += size[due]
    result: Array = np.cumsum(gain, axis=1)
    return result
