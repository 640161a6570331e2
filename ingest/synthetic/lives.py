"""The lives themselves as a table, for whoever studies how the warehouse's answers differ from what happened.

Belongs here: one row per person with the main events. Must not come here: records and indicators.
"""

import numpy as np
import pyarrow as pa

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import NO_DAY, terms
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.college import DUAL
from ingest.synthetic.life import Life
from ingest.synthetic.parameters import RACES
from ingest.synthetic.school_codes import DIPLOMAS


def lives_table(life: Life) -> pa.Table:
    """Return one row per person of a block."""
    people, count = life.people, len(life.people)
    diploma, on = np.full(count, -1), np.full(count, NO_DAY, dtype=np.int32)
    diplomas = life.schooling.diplomas
    diploma[diplomas["person"]] = diplomas["diploma_type"]
    on[diplomas["person"]] = diplomas["diploma_date"]
    concentrator = np.full(count, -1)
    concentrator[: people.learners] = life.career.concentrator
    enrollments = life.college.enrollments
    begins = np.array([term.begin for term in terms()])[enrollments["term"]]
    first = np.full(count, 2**31 - 1, dtype=np.int64)
    after_school = enrollments["slot"] != DUAL
    np.minimum.at(first, enrollments["person"][after_school], begins[after_school])
    periods = np.bincount(life.periods["person"], minlength=count)
    return pa.table(
        {
            "person": people.person.astype(np.int64),
            "is_learner": np.arange(count) < people.learners,
            "cohort_year": pa.array(people.cohort, mask=people.cohort == 0),
            "sex": pa.array(["M", "F"]).take(pa.array(people.sex)),
            "race_ethnicity": pa.array(RACES).take(pa.array(people.race)),
            "birthdate": _dates(people.birth),
            "is_economically_disadvantaged": people.economic,
            "is_english_learner": people.english_learner,
            "has_disability": people.idea,
            "diploma_type": pa.array(DIPLOMAS).take(pa.array(diploma, mask=diploma < 0)),
            "diploma_date": _dates(on),
            "concentrator_cip_code": pa.array([program[0] for program in PROGRAMS]).take(
                pa.array(concentrator, mask=concentrator < 0)
            ),
            "college_begin_date": _dates(np.where(first == 2**31 - 1, NO_DAY, first)),
            "workforce_periods": periods,
            "covered_quarters": (life.work.wages > 0).sum(axis=1),
            "death_date": _dates(people.death),
        }
    )


def _dates(days: Array) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=days == NO_DAY).cast(pa.date32())
