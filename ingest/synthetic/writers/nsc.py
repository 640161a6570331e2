"""The National Student Clearinghouse's detail return, one file per graduating class.

Belongs here: what the Clearinghouse tells of graduates, in the state or elsewhere. Must not come here: unit records.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, text
from ingest.synthetic.calendars import AS_OF, NO_DAY, day, terms
from ingest.synthetic.college import MAJORS, College
from ingest.synthetic.names import NameBook
from ingest.synthetic.places import Colleges
from ingest.synthetic.population import People
from ingest.synthetic.renditions import full_surname
from ingest.synthetic.school_codes import DIPLOMA
from ingest.synthetic.schooling import Schooling
from ingest.synthetic.writers.outbox import Coded, Outbox, Value
from ingest.synthetic.writers.postsecondary import AWARD_TITLES

SUBMITTER = "clearinghouse"
_REQUESTED = ("00806", "00807", "00809", "00810")
_STATUSES = ("F", "H", "L")
_LEVELS, _CONTROLS = ("2", "4", "L"), ("public", "private")
# The Clearinghouse has written its headers with blanks in some years and with underscores in others.
_UNDERSCORE_CLASSES = (2018, 2021)
_ENROLLMENT, _DEGREE, _NOT_FOUND = range(3)


@dataclass(frozen=True)
class _Details:
    """Rows of the return before they are written; kind says what the row tells."""

    graduate: Array
    kind: Array
    institution: Array
    begin: Array
    end: Array
    status: Array
    degree_day: Array
    level: Array
    major: Array
    sequence: Array


def write_returns(
    outbox: Outbox, people: People, names: NameBook, schooling: Schooling, college: College, colleges: Colleges,
    student_id: pa.Array,
) -> None:  # fmt: skip
    """Append a block's graduates to the returns of their classes."""
    diplomas = schooling.diplomas
    requested = np.isin(diplomas["diploma_type"], [DIPLOMA[code] for code in _REQUESTED])
    who, class_year = diplomas["person"][requested], diplomas["school_year"][requested]
    on = diplomas["diploma_date"][requested]
    details = _details(people, college, colleges, who)
    surname = full_surname(people, names.plain, who)
    for year in np.unique(class_year):
        mine = np.flatnonzero(class_year[details.graduate] == year)
        graduate = details.graduate[mine]
        learner = who[graduate]
        columns = _columns(details, colleges, mine)
        columns |= {
            "requester_unique_id": text(people.person[learner], 12),
            "first_name": pc.utf8_upper(names.plain.take(pa.array(people.first[learner]))),
            "last_name": pc.utf8_upper(surname.take(pa.array(graduate))),
            "student_id_state": student_id.take(pa.array(learner)),
            "search_date": np.full(len(mine), int(day(year - 3, 8, 1))),
            "high_school_grad_date": on[graduate],
        }
        spelling = int(year in _UNDERSCORE_CLASSES)
        outbox.write("nsc/detail", SUBMITTER, str(year), columns, spelling=spelling, quoting="all_valid")


def found_spells(college: College, colleges: Colleges) -> Array:
    """Return which enrollment rows the Clearinghouse would tell of; a block on a student hides them all."""
    rows = college.enrollments
    learners = len(college.blocked)
    blocked = college.blocked[np.minimum(rows["person"], learners - 1)] | (rows["person"] >= learners)
    result: Array = colleges.in_clearinghouse[rows["institution"]] & ~blocked
    return result


def _details(people: People, college: College, colleges: Colleges, who: Array) -> _Details:
    """Return one row per spell and degree of each graduate, or one that says nothing was found."""
    graduate_of = np.full(len(people), -1, dtype=np.int64)
    graduate_of[who] = np.arange(len(who))
    rows, awards = college.enrollments, college.awards
    spells = np.flatnonzero(found_spells(college, colleges) & (graduate_of[rows["person"]] >= 0))
    shown = colleges.in_clearinghouse[awards["institution"]] & (graduate_of[awards["person"]] >= 0)
    blocked = np.zeros(len(people), dtype=bool)
    blocked[: people.learners] = college.blocked
    degrees = np.flatnonzero(shown & ~blocked[awards["person"]])
    found = graduate_of[np.r_[rows["person"][spells], awards["person"][degrees]]]
    missing = np.setdiff1d(np.arange(len(who)), found)
    begins, ends = (
        np.array([getattr(term, name) for term in terms()], dtype=np.int32) for name in ("begin", "end")
    )
    blank = np.full(len(missing), -1)
    term = rows["term"][spells]
    status = np.where(rows["full_time"][spells] == 1, 0, np.where(rows["attempted"][spells] >= 6, 1, 2))
    no_days = (
        np.full(len(part), NO_DAY, dtype=np.int32)
        for part in (degrees, missing, degrees, missing, spells, missing)
    )
    no_begin, none_begin, no_end, none_end, no_degree, none_degree = no_days
    person = np.r_[rows["person"][spells], awards["person"][degrees]]
    slot = np.r_[rows["slot"][spells], awards["slot"][degrees]]
    all_graduates = np.r_[found, missing]
    order = np.argsort(all_graduates, kind="stable")
    return _Details(
        graduate=all_graduates[order],
        kind=np.r_[
            np.full(len(spells), _ENROLLMENT),
            np.full(len(degrees), _DEGREE),
            np.full(len(missing), _NOT_FOUND),
        ][order],
        institution=np.r_[rows["institution"][spells], awards["institution"][degrees], blank][order],
        begin=np.r_[begins[term], no_begin, none_begin][order],
        end=np.minimum(np.r_[ends[term], no_end, none_end], AS_OF)[order],
        status=np.r_[status, np.full(len(degrees), -1), blank][order],
        degree_day=np.r_[no_degree, awards["award_date"][degrees], none_degree][order],
        level=np.r_[np.full(len(spells), -1), awards["level"][degrees], blank][order],
        major=np.r_[rows["major"][spells], awards["major"][degrees], blank][order],
        sequence=np.r_[_sequence(college, person, slot), blank][order],
    )


def _sequence(college: College, person: Array, slot: Array) -> Array:
    """Return which institution in the order of a student's life this one is."""
    earlier = college.institution[person] >= 0
    result: Array = np.where(np.arange(earlier.shape[1])[None, :] <= slot[:, None], earlier, False).sum(
        axis=1
    )
    return result


def _columns(details: _Details, colleges: Colleges, mine: Array) -> dict[str, Value]:
    kind, institution = details.kind[mine], details.institution[mine]
    absent = kind == _NOT_FOUND
    place = pa.array(np.maximum(institution, 0), mask=absent)
    major = pa.array(MAJORS).take(pa.array(np.maximum(details.major[mine], 0), mask=absent))
    is_degree, is_spell = pa.array(kind == _DEGREE), pa.array(kind == _ENROLLMENT)
    nothing = pa.scalar(None, pa.string())
    sequence = pa.array(details.sequence[mine], mask=absent).cast(pa.string())
    return {
        "record_found": Coded(absent.astype(np.int8), ("Y", "N")),
        "institution_id_ope": pa.array(colleges.ope_id).take(place),
        "institution_name": pa.array(np.char.upper(colleges.name)).take(place),
        "institution_state": pa.array(colleges.state).take(place),
        "institution_level": Coded(np.where(absent, -1, colleges.level[institution] == "4"), _LEVELS),
        "institution_control": Coded(
            np.where(absent, -1, colleges.control[institution] == "private"), _CONTROLS
        ),
        "enrollment_begin_date": details.begin[mine],
        "enrollment_end_date": details.end[mine],
        "enrollment_status": Coded(details.status[mine], _STATUSES),
        "enrollment_cip_1": pc.if_else(is_spell, major, nothing),
        "graduated": Coded(np.where(absent, -1, kind != _DEGREE), ("Y", "N")),
        "graduation_date": details.degree_day[mine],
        "degree_title": pa.array(AWARD_TITLES).take(
            pa.array(np.maximum(details.level[mine], 0), mask=kind != _DEGREE)
        ),
        "degree_cip_1": pc.if_else(is_degree, major, nothing),
        "college_sequence": sequence,
    }
