"""The unit records of the higher education commission: institutions, enrollments, courses, awards.

Belongs here: college as the institutions of the state report it. Must not come here: the Clearinghouse.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, Rng, Rows, chance, decimal_text, rows_where
from ingest.synthetic.calendars import NO_DAY, terms
from ingest.synthetic.college import AWARD_LEVELS, DUAL_STATUS, ENTRY_STATUSES, MAJORS, SLOTS, College
from ingest.synthetic.keys import identifiers
from ingest.synthetic.names import NameBook
from ingest.synthetic.places import Colleges
from ingest.synthetic.population import People
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.renditions import POSTSECONDARY, Rendition, married_surname, render
from ingest.synthetic.writers.demographics import SEXES, YES_NO, races
from ingest.synthetic.writers.outbox import Coded, Outbox, Value

AWARD_TITLES = ("Certificate", "Associate Degree", "Bachelor Degree")
SUBMITTER = "higher_ed"
_TERM_CODES = ("fall", "spring", "summer_1", "summer_2")
_LEVELS = ("undergraduate", "graduate", "high_school")
_INTENSITIES = ("full_time", "part_time")
# Subject, number, CIP code; the first two are developmental.
COURSES = (
    ("MATH", "0095", "32.0104"), ("ENGL", "0090", "32.0108"), ("ENGL", "1010", "23.1301"), ("MATH", "1050", "27.0101"),
    ("PSYC", "1010", "42.0101"), ("HIST", "1110", "54.0102"), ("BIOL", "1010", "26.0101"), ("COMM", "1020", "09.0101"),
    ("SOCI", "1010", "45.1101"), ("CHEM", "1110", "40.0501"), ("STAT", "1040", "27.0501"), ("ARTS", "1010", "50.0703"),
    ("ACCT", "2010", "52.0301"), ("ECON", "2010", "45.0601"), ("COMP", "1400", "11.0201"), ("NURS", "2020", "51.3801"),
    ("PHIL", "2050", "38.0101"), ("POLS", "1100", "45.1001"), ("MGMT", "3000", "52.0201"), ("EDUC", "3010", "13.0101"),
)  # fmt: skip
DEVELOPMENTAL = 2
_AID_TYPES = ("pell",)
_PELL_CENTS_PER_CREDIT, _PELL_MOST_CENTS = 24_000, 700_000


class PostsecondaryWriter:
    """Writes one block's rows into the commission's files."""

    def __init__(self, outbox: Outbox, colleges: Colleges, seed: int) -> None:
        self.outbox, self.colleges, self.seed = outbox, colleges, seed

    def directory(self) -> None:
        """Write the institution directories of all academic years: every institution of the state."""
        colleges = self.colleges
        mine = np.flatnonzero(colleges.in_state)
        for year in sorted({term.academic_year for term in terms()}):
            columns: dict[str, Value] = {
                "academic_year": np.full(len(mine), year),
                "institution_id_ipeds": pa.array(colleges.unit_id[mine]),
                "institution_id_ope": pa.array(colleges.ope_id[mine]),
                "institution_name": pa.array(colleges.name[mine]),
                "institution_level": pa.array(colleges.level[mine]),
                "institution_control": Coded(
                    (colleges.control[mine] == "private").astype(np.int8), ("public", "private")
                ),
                "county_name": pa.array(colleges.county[mine]),
            }
            self.outbox.write("postsecondary/institution", SUBMITTER, str(year), columns)

    def write(
        self, rng: Rng, people: People, names: NameBook, college: College, truth: RecordTruth
    ) -> dict[str, Array]:
        """Write a block's files; return the courses, which are drawn here and are the same whoever is linked to them."""
        drawn = Rows()
        reports = self.colleges.reports_units
        rows = rows_where(college.enrollments, reports[college.enrollments["institution"]])
        # A student who comes back to an institution keeps the number it gave him.
        rows["student"] = rows["person"] * SLOTS + college.same_student[rows["person"], rows["slot"]]
        students, place = np.unique(rows["student"], return_inverse=True)
        who = students // SLOTS
        student_id = identifiers(people.person[who] * SLOTS + students % SLOTS, "", self.seed)
        unit_id = pa.array(self.colleges.unit_id)
        institution = np.zeros(len(students), dtype=np.int32)
        institution[place] = rows["institution"]
        keys = pc.binary_join_element_wise(unit_id.take(pa.array(institution)), student_id, "|")
        truth.add("postsecondary", keys, people, who)
        identity = _Identity(rng, people, names, who)
        for number, term in enumerate(terms()):
            here = np.flatnonzero(rows["term"] == number)
            taken = {name: values[here] for name, values in rows.items()}
            common: dict[str, Value] = {
                "academic_year": np.full(len(here), term.academic_year),
                "term": Coded(np.full(len(here), _TERM_CODES.index(term.code)), _TERM_CODES),
                "institution_id_ipeds": unit_id.take(pa.array(taken["institution"])),
                "student_id_institution": student_id.take(pa.array(place[here])),
            }
            own = _enrollment(people, taken) | identity.on(people, term.begin, place[here])
            dates = {
                "term_begin_date": np.full(len(here), term.begin),
                "term_end_date": np.full(len(here), term.end),
            }
            self.outbox.write("postsecondary/enrollment", SUBMITTER, term.period, common | dates | own)
            repeats, which, earned, courses = _courses(rng, people, taken)
            drawn.add(
                person=taken["person"][repeats], begin=np.full(len(repeats), term.begin), course=which, earned=earned,
                dual=taken["status"][repeats] == DUAL_STATUS,
            )  # fmt: skip
            repeated = {name: _repeat(value, repeats) for name, value in common.items()}
            self.outbox.write("postsecondary/course", SUBMITTER, term.period, repeated | courses)
        self._aid(people, rows, student_id, place)
        self._awards(people, college)
        return drawn.joined()

    def _aid(self, people: People, rows: dict[str, Array], student_id: pa.Array, place: Array) -> None:
        """Write the grants of each academic year: so much for each credit attempted in it."""
        years = np.array([term.academic_year for term in terms()])[rows["term"]]
        has_pell = _has_pell(people, rows)
        for year in np.unique([term.academic_year for term in terms()]):
            here = np.flatnonzero(has_pell & (years == year))
            if not len(here):
                continue
            students, first, which = np.unique(place[here], return_index=True, return_inverse=True)
            credits = np.bincount(which, weights=rows["attempted"][here], minlength=len(students))
            cents = np.minimum(credits.astype(np.int64) * _PELL_CENTS_PER_CREDIT, _PELL_MOST_CENTS)
            columns: dict[str, Value] = {
                "academic_year": np.full(len(students), year),
                "institution_id_ipeds": pa.array(self.colleges.unit_id[rows["institution"][here[first]]]),
                "student_id_institution": student_id.take(pa.array(students)),
                "aid_type": Coded(np.zeros(len(students), dtype=np.int8), _AID_TYPES),
                "aid_amount": decimal_text(cents),
            }
            self.outbox.write("postsecondary/aid", SUBMITTER, str(year), columns)

    def _awards(self, people: People, college: College) -> None:
        rows = rows_where(college.awards, self.colleges.reports_units[college.awards["institution"]])
        slots = college.same_student[rows["person"], rows["slot"]]
        student_id = identifiers(people.person[rows["person"]] * SLOTS + slots, "", self.seed)
        for number, term in enumerate(terms()):
            here = np.flatnonzero(rows["term"] == number)
            level = rows["level"][here]
            columns: dict[str, Value] = {
                "academic_year": np.full(len(here), term.academic_year),
                "term": Coded(np.full(len(here), _TERM_CODES.index(term.code)), _TERM_CODES),
                "institution_id_ipeds": pa.array(self.colleges.unit_id[rows["institution"][here]]),
                "student_id_institution": student_id.take(pa.array(here)),
                "award_date": rows["award_date"][here],
                "award_level": Coded(level, AWARD_LEVELS),
                "cip_code": pa.array(MAJORS).take(pa.array(rows["major"][here])),
                "award_title": pa.array(AWARD_TITLES).take(pa.array(level)),
            }
            self.outbox.write("postsecondary/award", SUBMITTER, term.period, columns)


class _Identity:
    """How each institution records its students, before and after a marriage."""

    def __init__(self, rng: Rng, people: People, names: NameBook, who: Array) -> None:
        self.who = who
        self.rendition: Rendition = render(rng, people, names, POSTSECONDARY, who)
        self.married = married_surname(people, names.plain, who)
        self.tells = chance(rng, 0.8, len(who))
        self.former = chance(rng, 0.6, len(who))
        unknown = chance(rng, 0.05, len(who))
        self.races = {
            name: np.where(unknown, -1, 1 - flag[who].astype(np.int8)) for name, flag in races(people).items()
        }

    def on(self, people: People, begin: int, places: Array) -> dict[str, Value]:
        """Return the identity columns of these students in a term that begins on a day."""
        index = pa.array(places)
        who = self.who[places]
        wed = (people.marries[who] != NO_DAY) & (people.marries[who] + 45 < begin) & self.tells[places]
        own = self.rendition
        last = own.last.take(index)
        columns: dict[str, Value] = {
            "ssn": own.ssn.take(index),
            "first_name": own.first.take(index),
            "middle_name": own.middle.take(index),
            "last_name": pc.if_else(pa.array(wed), self.married.take(index), last),
            "generation_code": own.suffix.take(index),
            "former_last_name": pc.if_else(
                pa.array(wed & self.former[places]), last, pa.scalar(None, pa.string())
            ),
            "birthdate": own.birth[places],
            "sex": Coded(own.sex[places], SEXES),
            "zip_code": own.zip_code.take(index),
        }
        return columns | {name: Coded(flag[places], YES_NO) for name, flag in self.races.items()}


def _repeat(value: Value, repeats: Array) -> Value:
    if isinstance(value, Coded):
        return Coded(value.positions[repeats], value.codes)
    return value[repeats] if isinstance(value, np.ndarray) else value.take(pa.array(repeats))


def _enrollment(people: People, rows: dict[str, Array]) -> dict[str, Value]:
    dual = rows["status"] == DUAL_STATUS
    pell = _has_pell(people, rows)
    return {
        "student_level": Coded(np.where(dual, 2, 0), _LEVELS),
        "entry_status": Coded(rows["status"], ENTRY_STATUSES),
        "enrollment_intensity": Coded(1 - rows["full_time"], _INTENSITIES),
        "is_degree_seeking": Coded(dual.astype(np.int8), YES_NO),
        "cip_code": pa.array(MAJORS).take(pa.array(rows["major"], mask=dual)),
        "credits_attempted": decimal_text(rows["attempted"] * 100),
        "credits_earned": decimal_text(rows["earned"] * 100),
        "is_pell_recipient": Coded((~pell).astype(np.int8), YES_NO),
    }


def _has_pell(people: People, rows: dict[str, Array]) -> Array:
    """Return in which enrollments a student has a Pell grant: of those of low income, four in five ask for one."""
    who = rows["person"]
    has: Array = people.economic[who] & (rows["status"] != DUAL_STATUS) & (people.person[who] % 5 > 0)
    return has


def _courses(
    rng: Rng, people: People, rows: dict[str, Array]
) -> tuple[Array, Array, Array, dict[str, Value]]:
    """Return for each course the place of its enrollment, its own place in the list, its credits earned, and its columns.

    Credits add up to the enrollment's.
    """
    count = np.maximum(rows["attempted"] // 3, 1)
    place = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    usual = len(COURSES) - DEVELOPMENTAL
    start = rng.integers(0, usual, len(count))
    new = rows["status"] < 1
    weak = new & (people.ability[rows["person"]] < -0.6) & (rng.random(len(count)) < 0.7)
    which = DEVELOPMENTAL + (start[place] + number) % usual
    which = np.where(weak[place] & (number == 0), start[place] % DEVELOPMENTAL, which)
    last = number == count[place] - 1
    attempted = np.where(last, rows["attempted"][place] - 3 * (count[place] - 1), 3)
    short = rows["attempted"] - rows["earned"]
    failed = (short[place] == rows["attempted"][place]) | ((short[place] > 0) & (number == 0))
    mark = np.where(failed, 4, rng.integers(0, 4, len(place)))
    earned = np.where(failed, 0, attempted)
    subject, course_number, cip = (np.array(column)[which] for column in zip(*COURSES, strict=True))
    return (
        place,
        which,
        earned,
        {
            "course_subject": pa.array(subject),
            "course_number": pa.array(course_number),
            "cip_code": pa.array(cip),
            "is_developmental": Coded((which >= DEVELOPMENTAL).astype(np.int8), YES_NO),
            "credits_attempted": decimal_text(attempted * 100),
            "credits_earned": decimal_text(earned * 100),
            "grade_earned": pa.array(["A", "B", "C", "D", "F"]).take(pa.array(mark)),
        },
    )
