"""The files of the two district data cooperatives, per school year.

Belongs here: high school as its files show it. Must not come here: what happened there.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, Rng, blank_where, chance, decimal_text
from ingest.synthetic.calendars import NO_DAY, SCHOOL_YEARS
from ingest.synthetic.career import EXPERIENCES, LEVELS, MARKS, PROGRAMS, TERMS, Career
from ingest.synthetic.keys import identifiers
from ingest.synthetic.names import NameBook
from ingest.synthetic.parameters import IdentityRates
from ingest.synthetic.places import SUBMITTERS, Schools
from ingest.synthetic.population import People
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.renditions import K12, PLAIN, TRUE, WESTERN, Profile, Rendition, render
from ingest.synthetic.school_codes import DIPLOMAS, ENTRIES, EXIT, EXITS, GRADES, STILL_ENROLLED
from ingest.synthetic.schooling import Schooling
from ingest.synthetic.writers.demographics import SEXES, YES_NO, race_flags
from ingest.synthetic.writers.outbox import Coded, Outbox, Value

STATUSES = (
    "economic_disadvantage", "english_learner", "idea", "homeless", "foster_care", "migrant", "military_connected",
    "single_parent", "out_of_workforce",
)  # fmt: skip
_SCHOOL_TYPES = ("regular", "career_technical", "alternative", "charter")
_NEW_LAYOUT = 2019
# How each cooperative's system spells names in the older and in the newer layout.
_SPELLING = {
    ("north", False): PLAIN,
    ("south", False): WESTERN,
    ("north", True): TRUE,
    ("south", True): PLAIN,
}
_UPPER = {("north", False): True, ("south", False): True, ("north", True): False, ("south", True): True}


class K12Writer:
    """Writes one block's rows into the cooperatives' files."""

    def __init__(self, outbox: Outbox, schools: Schools, seed: int) -> None:
        self.outbox, self.schools, self.seed = outbox, schools, seed

    def directory(self) -> None:
        """Write the school directories of all years."""
        schools = self.schools
        for place, submitter in enumerate(SUBMITTERS):
            mine = np.flatnonzero(schools.submitter == place)
            district = schools.district[mine]
            for year in SCHOOL_YEARS:
                columns: dict[str, Value] = {
                    "school_year": np.full(len(mine), year),
                    "school_id": pa.array(schools.school_id[mine]),
                    "school_name": pa.array(schools.name[mine]),
                    "district_id": pa.array(schools.district_id[district]),
                    "district_name": pa.array(schools.district_name[district]),
                    "region_name": pa.array(schools.district_region[district]),
                    "school_type": Coded(schools.kind[mine], _SCHOOL_TYPES),
                }
                self.outbox.write("k12/school", submitter, str(year), columns)

    def write(
        self, rng: Rng, rates: IdentityRates, people: People, names: NameBook, schooling: Schooling, career: Career,
        truth: RecordTruth,
    ) -> pa.Array:  # fmt: skip
        """Write a block's files; return the state's student identifiers."""
        student_id = identifiers(people.person[: people.learners], "1", self.seed)
        attended = np.unique(schooling.enrollments["person"])
        truth.add("k12", student_id.take(pa.array(attended)), people, attended)
        self._students(rng, rates, people, names, schooling, student_id)
        tables = {
            "k12/enrollment": self._enrollments(schooling.enrollments),
            "k12/status": _statuses(rng, people, schooling),
            "k12/cte_course": _courses(career.courses),
            "k12/diploma": _diplomas(schooling.diplomas),
            "k12/credential": _credentials(career.credentials),
            "k12/work_based_learning": _experiences(career.experiences),
        }
        for layout, (rows, columns) in tables.items():
            self._by_file(layout, rows, columns, student_id)
        return student_id

    def _by_file(
        self, layout: str, rows: dict[str, Array], columns: dict[str, Value], student_id: pa.Array
    ) -> None:
        has_school = "school_id" in self.outbox.catalogue.layouts[layout].columns_by_name
        submitter = self.schools.submitter[rows["school"]]
        for year in SCHOOL_YEARS:
            for place, name in enumerate(SUBMITTERS):
                mine = np.flatnonzero((rows["school_year"] == year) & (submitter == place))
                taken = {key: _take(value, mine) for key, value in columns.items()}
                taken["school_year"] = np.full(len(mine), year)
                taken["student_id_state"] = student_id.take(pa.array(rows["person"][mine]))
                if has_school:
                    taken["school_id"] = pa.array(self.schools.school_id[rows["school"][mine]])
                self.outbox.write(layout, name, str(year), taken)

    def _students(
        self, rng: Rng, rates: IdentityRates, people: People, names: NameBook, schooling: Schooling, student_id: pa.Array
    ) -> None:  # fmt: skip
        learners = np.arange(people.learners)
        changed_from = np.where(
            people.changes_name[learners] | chance(rng, rates.k12_row_changes, len(learners)),
            people.cohort[learners] + rng.integers(1, 4, len(learners)), 9999,
        )  # fmt: skip
        seeds = rng.integers(0, 2**63, 2)
        rows = schooling.enrollments
        flags = race_flags(people)
        first_year = people.cohort[learners] + (schooling.grade > 0).argmax(axis=1)
        years = (schooling.grade > 0).sum(axis=1)
        for (submitter, newer), spelling in _SPELLING.items():
            profile = Profile(
                spelling,
                _UPPER[submitter, newer],
                no_ssn=K12.no_ssn,
                nickname=K12.nickname,
                misspelled=K12.misspelled,
            )
            before = render(np.random.default_rng(seeds[0]), people, names, profile, learners, early=True)
            after = render(np.random.default_rng(seeds[1]), people, names, profile, learners)
            place = SUBMITTERS.index(submitter)
            for year in SCHOOL_YEARS:
                if (year >= _NEW_LAYOUT) != newer:
                    continue
                here = (rows["school_year"] == year) & (self.schools.submitter[rows["school"]] == place)
                who = np.unique(rows["person"][here])
                changed = changed_from[who] <= year
                # A transcript from elsewhere arrives late: the first file lacks the cohort.
                awaited = (
                    (first_year[who] == year)
                    & (year > people.cohort[who])
                    & (years[who] > 1)
                    & (people.person[who] % 8 == 0)
                )
                columns = _identity(before, after, who, changed)
                columns |= {name: _take(flag, who) for name, flag in flags.items()}
                columns |= {
                    "school_year": np.full(len(who), year),
                    "student_id_state": student_id.take(pa.array(who)),
                    "student_id_local": identifiers(
                        people.person[who], submitter[0].upper(), self.seed + 1 + place
                    ),
                    "cohort_year": blank_where(pa.array(people.cohort[who]).cast(pa.string()), awaited),
                }
                self.outbox.write("k12/student", submitter, str(year), columns)

    def _enrollments(self, rows: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Value]]:
        # One cooperative leaves the exit blank while a student is expected back, the other writes a code for it.
        silent = (rows["exit_type"] == EXIT[STILL_ENROLLED]) & (self.schools.submitter[rows["school"]] == 0)
        return rows, {
            "entry_date": rows["entry_date"].astype(np.int32),
            "entry_type": Coded(rows["entry_type"], ENTRIES),
            "entry_grade_level": Coded(rows["grade"] - 9, GRADES),
            "exit_date": np.where(silent, NO_DAY, rows["exit_date"]),
            "exit_type": Coded(np.where(silent, -1, rows["exit_type"]), EXITS),
            "exit_documented": Coded(rows["documented"], ("N", "Y")),
            "full_time_equivalency": decimal_text(np.where(rows["person"] % 25 == 0, 50, 100)),
        }


def _take(value: Value, places: Array) -> Value:
    if isinstance(value, Coded):
        return Coded(value.positions[places], value.codes)
    return value[places] if isinstance(value, np.ndarray) else value.take(pa.array(places))


def _identity(before: Rendition, after: Rendition, who: Array, changed: Array) -> dict[str, Value]:
    """Return the identity columns: the first rendition until a record is changed, then the second."""
    places, mask = pa.array(who), pa.array(changed)
    columns: dict[str, Value] = {
        name: pc.if_else(mask, getattr(after, field).take(places), getattr(before, field).take(places))
        for name, field in (
            ("first_name", "first"), ("middle_name", "middle"), ("last_name", "last"), ("generation_code", "suffix"),
            ("preferred_name", "preferred"), ("ssn", "ssn"), ("zip_code", "zip_code"),
        )
    }  # fmt: skip
    columns["birthdate"] = np.where(changed, after.birth[who], before.birth[who])
    columns["sex"] = Coded(np.where(changed, after.sex[who], before.sex[who]), SEXES)
    return columns


def _statuses(rng: Rng, people: People, schooling: Schooling) -> tuple[dict[str, Array], dict[str, Value]]:
    """Return one row per learner, year and status held in it, from the first day of enrollment."""
    person, turn = np.nonzero(schooling.grade)
    begin = np.full(schooling.grade.shape, 2**31 - 1, dtype=np.int64)
    rows = schooling.enrollments
    np.minimum.at(
        begin, (rows["person"], rows["school_year"] - people.cohort[rows["person"]]), rows["entry_date"]
    )
    held = [
        people.economic[person] & (rng.random(len(person)) < 0.93),
        people.english_learner[person] & ((turn < 2) | (people.person[person] % 3 > 0)),
        people.idea[person],
        people.homeless[person] & (rng.random(len(person)) < 0.6),
        people.foster[person] & (rng.random(len(person)) < 0.7),
        people.migrant[person],
        people.military[person],
        people.single_parent[person] & (turn >= 2),
        rng.random(len(person)) < 0.001,
    ]
    who = np.concatenate([person[mask] for mask in held])
    when = np.concatenate([turn[mask] for mask in held])
    kind = np.concatenate([np.full(int(mask.sum()), place) for place, mask in enumerate(held)])
    first, last = begin[who, when].astype(np.int32), schooling.until[who, when]
    closed = rng.random(len(who)) < 0.4
    found = {"person": who, "school_year": people.cohort[who] + when, "school": schooling.school[who, when]}
    return found, {
        "status_type": Coded(kind, STATUSES),
        "begin_date": first,
        "end_date": np.where(closed, last, NO_DAY),
    }


def _courses(rows: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Value]]:
    titles = np.array([program[1] for program in PROGRAMS])[rows["program"]]
    number = pa.array(rows["program"] * 100 + rows["course"] * 10 + 1010).cast(pa.string())
    roman = pa.array(["I", "II", "III", "IV", "V", "A", "B", "C", "D", "E"]).take(pa.array(rows["course"]))
    return rows, {
        "course_code": pc.binary_join_element_wise(pa.scalar("CTE"), number, ""),
        "course_title": pc.binary_join_element_wise(pa.array(titles), roman, " "),
        "cip_code": pa.array(np.array([program[0] for program in PROGRAMS])[rows["program"]]),
        "course_level": Coded(rows["level"], LEVELS),
        "term": Coded(rows["term"], TERMS),
        "credits_attempted": decimal_text(rows["attempted"]),
        "credits_earned": decimal_text(rows["earned"]),
        "grade_earned": pa.array(MARKS).take(pa.array(rows["mark"])),
    }


def _diplomas(rows: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Value]]:
    return rows, {"diploma_type": Coded(rows["diploma_type"], DIPLOMAS), "diploma_date": rows["diploma_date"]}


def _credentials(rows: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Value]]:
    code, name, kind = (np.array(column)[rows["program"]] for column in list(zip(*PROGRAMS, strict=True))[4:])
    kinds = tuple(dict.fromkeys(program[6] for program in PROGRAMS))
    return rows, {
        "credential_code": pa.array(code),
        "credential_name": pa.array(name),
        "credential_type": Coded(np.array([kinds.index(k) for k in kind], dtype=np.int32), kinds),
        "award_date": rows["award_date"],
    }


def _experiences(rows: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Value]]:
    return rows, {
        "experience_type": Coded(rows["kind"], EXPERIENCES),
        "begin_date": rows["begin_date"],
        "end_date": rows["end_date"],
        "hours": pa.array(rows["hours"]).cast(pa.string()),
        "is_paid": Coded(1 - rows["paid"], YES_NO),
        "is_completed": Coded(1 - rows["completed"], YES_NO),
    }
