"""The true values of the indicators on single college courses.

Belongs here: developmental courses, and college credit in the career cluster of a high school program.
Must not come here: enrollments and awards.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.life import Life
from ingest.synthetic.published import cluster_of_program
from ingest.synthetic.truth_college import CollegeTruth
from ingest.synthetic.truth_school import concentrators
from ingest.synthetic.truth_windows import any_between, complete_only, graduates
from ingest.synthetic.writers.postsecondary import COURSES, DEVELOPMENTAL

_DAYS = 365


def remediation(college: CollegeTruth, courses: dict[str, Array]) -> tuple[Array, Array]:
    """Return class, and a developmental course in the first year, of whoever entered college and has courses in it."""
    entrants, first = college.entrants()
    who, entry = college.who[entrants], college.spells.begin[first[entrants]]
    own = ~courses["dual"]
    person, begin = courses["person"][own], courses["begin"][own]
    known = any_between(who, entry, entry + _DAYS, person, begin)
    weak = courses["course"][own] < DEVELOPMENTAL
    met = any_between(who, entry, entry + _DAYS, person[weak], begin[weak])
    return complete_only(college.year[entrants][known], met[known], (entry + _DAYS)[known])


def credit_in_program(life: Life, courses: dict[str, Array]) -> tuple[Array, Array]:
    """Return class, and dual credit in the cluster of the program before the diploma, of concentrators who graduated."""
    who, year, diploma = graduates(life)
    program = np.full(len(life.people), -1)
    concentrator, chosen, _ = concentrators(life)
    program[concentrator] = chosen
    mine = program[who] >= 0
    who, year, diploma = who[mine], year[mine], diploma[mine]
    of_program = np.array([cluster_of_program(entry[0]) for entry in PROGRAMS])
    of_course = np.array([cluster_of_program(entry[2]) for entry in COURSES])
    person, course = courses["person"], courses["course"]
    counts = courses["dual"] & (courses["earned"] > 0) & (program[person] >= 0)
    counts &= (of_course[course] == of_program[program[person]]) & (of_course[course] != "")
    begin = np.zeros(len(who), dtype=int)
    return year, any_between(who, begin, diploma, person[counts], courses["begin"][counts])
