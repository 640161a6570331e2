"""Career and technical education in high school: programs, courses, credentials, work-based learning.

Belongs here: what learners do in CTE programs. Must not come here: the Perkins indicators (truth.py counts them).
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, Rows, chance, choose
from ingest.synthetic.calendars import day, school_begin
from ingest.synthetic.parameters import CareerRates
from ingest.synthetic.population import FEMALE, People
from ingest.synthetic.schooling import Schooling

# CIP code, title, share of participants, share of women's interest against men's, credential, its type.
PROGRAMS = (
    ("51.3902", "Nursing Assistant", 17, 4.0, "CNA", "Certified Nursing Assistant", "OccupationalLicense"),
    (
        "52.0302",
        "Accounting Technology",
        15,
        1.2,
        "MOS",
        "Microsoft Office Specialist",
        "IndustryCertification",
    ),
    (
        "11.0201",
        "Computer Programming",
        11,
        0.4,
        "PCEP",
        "Python Entry-Level Programmer",
        "IndustryCertification",
    ),
    ("11.0901", "Computer Networking", 7, 0.3, "A+", "CompTIA A+", "IndustryCertification"),
    ("48.0508", "Welding Technology", 9, 0.15, "AWSD11", "AWS D1.1 Welder", "IndustryCertification"),
    ("47.0604", "Automotive Technology", 9, 0.15, "ASE", "ASE Entry-Level", "IndustryCertification"),
    ("46.0201", "Carpentry", 8, 0.12, "NCCER", "NCCER Core", "IndustryCertification"),
    ("12.0503", "Culinary Arts", 10, 1.4, "SERVSAFE", "ServSafe Manager", "IndustryCertification"),
    ("13.1501", "Teacher Assistant", 7, 4.5, "PARAPRO", "ParaPro Assessment", "PreEmploymentTraining"),
    ("01.0000", "Agriculture", 7, 0.9, "BQA", "Beef Quality Assurance", "OtherOccupational"),
)
LEVELS = ("introductory", "intermediate", "capstone")
TERMS = ("fall", "spring", "year")
MARKS = ("A", "B", "C", "D", "F", "W")
EXPERIENCES = (
    "apprenticeship", "clinical_work_experience", "cooperative_education", "internship", "job_shadowing",
    "mentorship", "non_paid_internship", "on_the_job", "school_based_enterprise", "service_learning",
)  # fmt: skip
_EXPERIENCE_SHARES = (3, 10, 15, 25, 20, 5, 8, 4, 6, 4)
_FAILED, _WITHDRAWN = 4, 5


@dataclass(frozen=True)
class Interest:
    """What CTE each learner means to take: the program, how many courses, from which year; -1 for none."""

    program: Array
    courses: Array
    start: Array


@dataclass(frozen=True)
class Career:
    """What CTE happened; concentrator holds the program of those with two courses passed in it, else -1."""

    courses: dict[str, Array]
    credentials: dict[str, Array]
    experiences: dict[str, Array]
    concentrator: Array


def draw_interest(rng: Rng, rates: CareerRates, people: People) -> Interest:
    """Return the CTE plans of a block's learners."""
    count = people.learners
    share = np.array([float(program[2]) for program in PROGRAMS])
    women = share * np.array([program[3] for program in PROGRAMS])
    program = np.where(people.sex[:count] == FEMALE, choose(rng, women, count), choose(rng, share, count))
    takes = chance(rng, rates.takes_part, count)
    return Interest(
        program=np.where(takes, program, -1),
        courses=np.where(takes, choose(rng, rates.course_counts, count) + 1, 0),
        start=choose(rng, [0.3, 0.5, 0.2], count),
    )


def take_courses(
    rng: Rng, rates: CareerRates, people: People, interest: Interest, schooling: Schooling
) -> Career:
    """Return the CTE courses, credentials and experiences of a block's learners."""
    courses = _courses(rng, rates, people, interest, schooling)
    concentrator, last_year = _concentrators(people.learners, courses)
    return Career(
        courses=courses,
        credentials=_credentials(rng, rates, schooling, people, concentrator, last_year),
        experiences=_experiences(rng, rates, schooling, people, concentrator),
        concentrator=concentrator,
    )


def _courses(
    rng: Rng, rates: CareerRates, people: People, interest: Interest, schooling: Schooling
) -> dict[str, Array]:
    rows = Rows()
    retakes = np.zeros(0, dtype=np.int64)
    for step in range(5):
        turn = interest.start + step
        wanting = np.flatnonzero((interest.courses > step) & (turn < schooling.grade.shape[1]))
        who = wanting[schooling.grade[wanting, turn[wanting]] > 0]
        level = np.minimum(np.full(len(who), step), 2)
        other = (step > 0) & chance(rng, rates.other_program, len(who))
        program = np.where(other, (interest.program[who] + 1) % len(PROGRAMS), interest.program[who])
        level = np.where(other, 0, level)
        failed = _attend(rng, rates, people, schooling, rows, who, turn[who], program, level, step, other)
        again = retakes[(turn[retakes] < schooling.grade.shape[1])]
        again = again[schooling.grade[again, turn[again]] > 0]
        before = np.full(len(again), min(step - 1, 2))
        _attend(
            rng,
            rates,
            people,
            schooling,
            rows,
            again,
            turn[again],
            interest.program[again],
            before,
            step - 1,
            False,
        )
        retakes = who[failed & ~other & (rng.random(len(who)) < 0.6)]
    return rows.joined()


def _attend(
    rng: Rng, rates: CareerRates, people: People, schooling: Schooling, rows: Rows, who: Array, turn: Array,
    program: Array, level: Array, step: int, other: Array | bool,
) -> Array:  # fmt: skip
    """Record one course for each learner; return who did not pass it."""
    count = len(who)
    year = (people.cohort[who] + turn).astype(np.int32)
    term = choose(rng, [0.22, 0.22, 0.56], count)
    ends = np.where(term == 0, day(year, 1, 15), day(year, 5, 20))
    left = schooling.until[who, turn] < ends
    failed = chance(rng, rates.fails * np.exp(-0.5 * people.ability[who]), count)
    mark = np.where(left, _WITHDRAWN, np.where(failed, _FAILED, choose(rng, [0.38, 0.33, 0.2, 0.09], count)))
    attempted = np.where(term == 2, 100, 50)
    rows.add(
        person=who, school_year=year, school=schooling.school[who, turn], program=program, level=level,
        course=np.where(other, 5 + step, np.full(count, step)), term=term, attempted=attempted,
        earned=np.where(mark >= _FAILED, 0, attempted), mark=mark,
    )  # fmt: skip
    result: Array = mark >= _FAILED
    return result


def _concentrators(learners: int, courses: dict[str, Array]) -> tuple[Array, Array]:
    """Return each learner's program with two courses passed, and the year of the last of them."""
    program, last = np.full(learners, -1), np.zeros(learners, dtype=np.int32)
    passed = courses["earned"] > 0
    key = courses["person"][passed].astype(np.int64) * len(PROGRAMS) + courses["program"][passed]
    found, count = np.unique(key, return_counts=True)
    found = found[count >= 2]
    program[found // len(PROGRAMS)] = found % len(PROGRAMS)
    np.maximum.at(last, courses["person"][passed], courses["school_year"][passed])
    return program, last


def _credentials(
    rng: Rng, rates: CareerRates, schooling: Schooling, people: People, concentrator: Array, last_year: Array
) -> dict[str, Array]:
    who = np.flatnonzero((concentrator >= 0) & chance(rng, rates.credential, len(concentrator)))
    year = last_year[who]
    turn = year - people.cohort[who]
    awarded = (day(year, 4, 20) + rng.integers(0, 35, len(who))).astype(np.int32)
    present = schooling.until[who, turn] >= awarded
    rows = Rows()
    rows.add(
        person=who,
        school_year=year,
        school=schooling.school[who, turn],
        program=concentrator[who],
        award_date=awarded,
    )
    return {name: values[present] for name, values in rows.joined().items()}


def _experiences(
    rng: Rng, rates: CareerRates, schooling: Schooling, people: People, concentrator: Array
) -> dict[str, Array]:
    rows = Rows()
    count = len(concentrator)
    share = np.where(concentrator >= 0, rates.experience_of_concentrators, rates.experience_of_others)
    for turn in (2, 3):
        who = np.flatnonzero((schooling.grade[:, turn] >= 11) & chance(rng, share / 2, count))
        year = (people.cohort[who] + turn).astype(np.int32)
        begin = (school_begin(year) + 15 + rng.integers(0, 180, len(who))).astype(np.int32)
        kind = choose(rng, _EXPERIENCE_SHARES, len(who))
        done = rng.random(len(who)) < 0.88
        rows.add(
            person=who, school_year=year, school=schooling.school[who, turn], kind=kind, begin_date=begin,
            end_date=begin + rng.integers(5, 90, len(who)).astype(np.int32),
            hours=np.where(done, rng.integers(20, 320, len(who)), rng.integers(1, 20, len(who))),
            paid=(~np.isin(kind, [4, 5, 6, 9]) & (rng.random(len(who)) < 0.6)).astype(np.int8),
            completed=done.astype(np.int8),
        )  # fmt: skip
    found = rows.joined()
    present = (
        found["begin_date"]
        < schooling.until[found["person"], found["school_year"] - people.cohort[found["person"]]]
    )
    return {name: values[present] for name, values in found.items()}
