"""Workforce programs: who takes part, from when to when, in what, with which training and gains.

Belongs here: periods of participation as they happened. Must not come here: employment outcomes, files.
"""

import numpy as np

from ingest.synthetic.arrays import Array, Rng, Rows, chance, choose
from ingest.synthetic.calendars import AS_OF, NO_DAY, day
from ingest.synthetic.parameters import WorkforceRates
from ingest.synthetic.population import People
from ingest.synthetic.schooling import Schooling

ADULT, DISLOCATED, YOUTH = range(3)
# Exits for these reasons take a period out of the indicators; 05 does so for youth only.
EXCLUDING_REASONS = (1, 2, 3, 4, 7)
FOSTER_CARE, DECEASED = 5, 3
_EARLIEST, _LATEST = int(day(2014, 7, 1)), int(day(2025, 3, 15))
TRAININGS = ("01", "02", "04", "05", "06", "09", "10", "12")
_TRAINING_SHARES = (0.12, 0.14, 0.05, 0.04, 0.42, 0.05, 0.12, 0.06)
APPRENTICESHIP = TRAININGS.index("09")
# CIP code, O*NET code, provider.
TRAINING_PROGRAMS = (
    ("51.3902", "31113100", "Cedar Community College"),
    ("49.0205", "53303200", "Plains Driving Academy"),
    ("48.0508", "51412100", "Birch Community College"),
    ("11.0901", "15124400", "Elm Community College"),
    ("52.0401", "43601400", "Adult Learning Center"),
    ("47.0201", "49902100", "Alder Community College"),
)


def take_part(
    rng: Rng, rates: WorkforceRates, people: People, schooling: Schooling, graduate: Array
) -> dict[str, Array]:
    """Return one row per period of participation; those who die in one get their day of death."""
    rows = Rows()
    learner = np.arange(len(people)) < people.learners
    without = learner.copy()
    without[: people.learners] &= ~graduate
    share = np.where(
        learner, np.where(without, rates.dropout_takes_part, rates.learner_takes_part), rates.adult_takes_part
    )
    share = share * np.where(people.economic, 1.3, 0.75)
    share[: people.learners][schooling.left_state != NO_DAY] = 0.0
    who = np.flatnonzero(chance(rng, share, len(people)) & (people.death == NO_DAY))
    earliest = np.maximum(people.birth[who] + 366 * 16, _EARLIEST)
    latest = np.minimum(np.where(learner[who], people.birth[who] + 365 * 25, _LATEST), _LATEST)
    entry = earliest + ((latest - earliest) * rng.random(len(who))).astype(np.int32)
    exit_day = _add_periods(rng, rates, rows, people, learner, who, entry)
    again = rng.random(len(who)) < rates.second_period
    second = exit_day[again] + 120 + rng.exponential(350, int(again.sum())).astype(np.int32)
    soon_enough = (second < _LATEST) & (people.death[who[again]] == NO_DAY)
    _add_periods(rng, rates, rows, people, learner, who[again][soon_enough], second[soon_enough])
    return rows.joined()


def _add_periods(
    rng: Rng, rates: WorkforceRates, rows: Rows, people: People, learner: Array, who: Array, entry: Array
) -> Array:
    """Record one period for each person; return the true days of exit."""
    count = len(who)
    exit_day = (entry + 30 + rng.gamma(2.0, 110.0, count)).astype(np.int32)
    young = entry < people.birth[who] + 365 * 24
    program = np.where(
        learner[who] & young & (rng.random(count) < 0.85), YOUTH, choose(rng, [0.66, 0.34], count)
    )
    reason = choose(rng, rates.other_exit_reasons, count)
    reason = np.where((reason == FOSTER_CARE) & (program != YOUTH), 0, reason)
    dies = (reason == DECEASED) & (exit_day < AS_OF)
    people.death[who[dies]] = exit_day[dies]
    trained = chance(rng, rates.receives_training, count)
    begin = entry + rng.integers(5, 60, count).astype(np.int32)
    end = np.minimum(begin + rng.integers(20, 240, count).astype(np.int32), exit_day)
    begin = np.minimum(begin, end)
    completed = trained & (rng.random(count) < 0.74)
    credential = completed & (rng.random(count) < 0.7)
    rows.add(
        person=who, entry=entry.astype(np.int32), exit=exit_day, program=program, reason=reason,
        trained=trained, training=choose(rng, _TRAINING_SHARES, count),
        training_program=rng.integers(0, len(TRAINING_PROGRAMS), count),
        training_begin=begin, training_end=end, completed=completed,
        credential=np.where(credential, choose(rng, [0.05, 0.1, 0.02, 0.15, 0.43, 0.25], count) + 1, 0),
        credential_date=end + rng.integers(0, 60, count).astype(np.int32),
        gain_type=np.where(trained & (rng.random(count) < 0.68), choose(rng, [0.1, 0.3, 0.15, 0.3, 0.15], count), -1),
        gain_date=np.minimum(begin + rng.integers(20, 160, count).astype(np.int32), exit_day),
        supplemental=chance(rng, rates.supplemental_found, count),
        status_at_entry=choose(rng, [0.55, 0.25, 0.05, 0.15], count),
        barrier=rng.random(count),
    )  # fmt: skip
    return exit_day
