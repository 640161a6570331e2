"""The true values of the indicators on career pathways, which reach across schools, colleges and workforce programs.

Belongs here: who entered, left and completed a pathway, judged from lives by the published list of pathways.
Must not come here: single agencies.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import (
    AS_OF,
    FIRST_QUARTER,
    LAST_QUARTER,
    NO_DAY,
    PROGRAM_YEARS,
    QUARTERS,
    SCHOOL_YEARS,
    day,
    quarter_of,
    terms,
)
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.college import DUAL, MAJORS
from ingest.synthetic.life import Life
from ingest.synthetic.published import published, sector_of_prefix
from ingest.synthetic.truth_windows import (
    KNOWN_TO,
    academic_year,
    any_between,
    college_awards,
    months_after,
    shown_spells,
)
from ingest.synthetic.truth_workforce import Exits
from ingest.synthetic.workforce import TRAINING_PROGRAMS
from ingest.synthetic.writers.postsecondary import COURSES

_YEARS, _CREDITS = 3, 12
_GAP, _WORKFORCE_GAP = 365, 90
_ALL_KNOWN_TO = min(int(day(SCHOOL_YEARS.stop - 1, 6, 30)), KNOWN_TO)
_LICENSES = ("OccupationalLicense", "IndustryCertification", "ApprenticeshipCertificate")
_SCHOOL, _COLLEGE, _WORKFORCE = range(3)
_FALL, _SPRING = 0, 1
# Credentials of programs by their PIRL code: a secondary diploma is none of a pathway.
_PIRL_DEGREES, _PIRL_LICENSES, _PIRL_OTHERS = (2, 3), (4, 6), (5,)
_DEGREE, _LICENSE, _OTHER = range(3)
#: The outcome of who waits: a cohort that holds one cannot be judged, whichever block or pathway he is in.
WAITING = -1
#: Code, year of entry or leaving, outcome and, of an amount, cents.
Judged = tuple[str, Array, Array, Array | None]


@dataclass(frozen=True)
class _Activities:
    """Courses, college spells and training of one block, whatever the pathway."""

    person: Array
    agency: Array
    cip_code: Array
    begin: Array
    end: Array


@dataclass(frozen=True)
class _Credentials:
    """Recognized credentials with the program or the code by which they belong to a pathway."""

    person: Array
    cip_code: Array
    code: Array
    day: Array
    kind: Array


class Pathways:
    """What a block did in career pathways."""

    def __init__(self, life: Life, courses: dict[str, Array]) -> None:
        self.life, self.courses = life, courses
        exits = Exits(life)
        # Of what ended before the first reported years nothing is known.
        self.reported = (exits.exits == NO_DAY) | (exits.year >= PROGRAM_YEARS[0] - 2)
        self.activities = self._activities(exits)
        self.credentials = self._credentials()

    def _activities(self, exits: Exits) -> _Activities:
        life, rows, periods = self.life, self.life.career.courses, self.life.periods
        year, term = rows["school_year"], rows["term"]
        spells = shown_spells(life) & (life.college.enrollments["slot"] != DUAL)
        college = {name: values[spells] for name, values in life.college.enrollments.items()}
        begins, ends = (np.array([getattr(one, name) for one in terms()]) for name in ("begin", "end"))
        trained = periods["trained"] & self.reported
        sizes = len(year), len(college["person"]), int(trained.sum())
        return _Activities(
            person=np.r_[rows["person"], college["person"], periods["person"][trained]],
            agency=np.repeat([_SCHOOL, _COLLEGE, _WORKFORCE], sizes),
            cip_code=np.r_[
                np.array([program[0] for program in PROGRAMS])[rows["program"]],
                np.array(MAJORS)[college["major"]],
                np.array([program[0] for program in TRAINING_PROGRAMS])[periods["training_program"][trained]],
            ],
            begin=np.r_[
                np.where(term == _SPRING, day(year, 1, 1), day(year - 1, 8, 15)),
                begins[college["term"]],
                periods["entry"][trained],
            ],
            end=np.r_[
                np.where(term == _FALL, day(year - 1, 12, 31), day(year, 6, 30)),
                ends[college["term"]],
                np.where(exits.exits == NO_DAY, AS_OF, exits.exits)[trained],
            ],
        )

    def _credentials(self) -> _Credentials:
        """Awards of colleges, credentials of programs that the PIRL tells, and those that schools report."""
        awards, own, periods = college_awards(self.life), self.life.career.credentials, self.life.periods
        told = (periods["credential"] >= 2) & (periods["credential_date"] <= KNOWN_TO) & self.reported
        kinds = np.full(7, _OTHER)
        kinds[list(_PIRL_DEGREES)], kinds[list(_PIRL_LICENSES)] = _DEGREE, _LICENSE
        listed = np.array([program[6] in _LICENSES for program in PROGRAMS])[own["program"]]
        nothing = np.array([""])
        sizes = len(awards["person"]), int(told.sum()), int(listed.sum())
        return _Credentials(
            person=np.r_[awards["person"], periods["person"][told], own["person"][listed]],
            cip_code=np.r_[
                np.array(MAJORS)[awards["major"]],
                np.array([program[0] for program in TRAINING_PROGRAMS])[periods["training_program"][told]],
                np.repeat(nothing, sizes[2]),
            ],
            code=np.r_[
                np.repeat(nothing, sizes[0] + sizes[1]),
                np.array([program[4] for program in PROGRAMS])[own["program"][listed]],
            ],
            day=np.r_[awards["award_date"], periods["credential_date"][told], own["award_date"][listed]],
            kind=np.r_[
                np.full(sizes[0], _DEGREE), kinds[periods["credential"][told]], np.full(sizes[2], _LICENSE)
            ],
        )

    def judged(self) -> Iterator[Judged]:
        """Every indicator of the family, pathway by pathway."""
        for row in published("career_pathway_default"):
            prefixes = tuple(row["cip_prefixes"].split("|"))
            pathway = _Pathway(self, prefixes, row["credential_codes"].split("|"))
            yield from pathway.learning()
            sectors = row["naics_sectors"].split("|") if row["naics_sectors"] else []
            yield from pathway.leaving(sectors)


class _Pathway:
    """The participants of one pathway: each person once, from the first activity to the last."""

    def __init__(self, block: Pathways, prefixes: tuple[str, ...], codes: list[str]) -> None:
        self.block, self.prefixes = block, prefixes
        done, held = block.activities, block.credentials
        mine = _starts(done.cip_code, prefixes)
        self.person, self.begin, self.end = done.person[mine], done.begin[mine], done.end[mine]
        self.who, place = np.unique(self.person, return_inverse=True)
        self.entry, self.last = np.full(len(self.who), 10**6), np.full(len(self.who), -(10**6))
        np.minimum.at(self.entry, place, self.begin)
        np.maximum.at(self.last, place, self.end)
        self.present = np.zeros((3, len(self.who)), dtype=bool)
        self.present[done.agency[mine], place] = True
        belongs = _starts(held.cip_code, prefixes) | np.isin(held.code, [code for code in codes if code])
        self.holder, self.held, self.kind = held.person[belongs], held.day[belongs], held.kind[belongs]
        self.closes = months_after(self.entry, 12 * _YEARS)

    def learning(self) -> Iterator[Judged]:
        """What participants reached, by the year in which they entered."""
        year, everybody = academic_year(self.entry), np.ones(len(self.who), dtype=bool)
        for code, kinds in (
            ("AQCP_CREDENTIAL", [_DEGREE, _LICENSE, _OTHER]),
            ("AQCP_DEGREE", [_DEGREE]),
            ("AQCP_LICENSE", [_LICENSE]),
        ):
            of_kind = np.isin(self.kind, kinds)
            met = any_between(self.who, self.entry, self.closes, self.holder[of_kind], self.held[of_kind])
            yield code, *_outcomes(year, met, everybody, self.closes > _ALL_KNOWN_TO)
        active = self._active(self.entry + 366, self.entry + 730)
        active |= any_between(self.who, self.entry, self.entry + 365, self.holder, self.held)
        yield "AQCP_RETENTION", *_outcomes(year, active, everybody, self.entry + 730 > _ALL_KNOWN_TO)
        late = self.closes > KNOWN_TO
        yield "AQCP_CREDITS", *_outcomes(year, self._credits() >= _CREDITS, self.present[_COLLEGE], late)
        yield "AQCP_SKILL_GAIN", *_outcomes(year, self._gained(), self.present[_WORKFORCE], late)

    def leaving(self, sectors: list[str]) -> Iterator[Judged]:
        """What became of leavers, by the year in which they were last active."""
        alone = ~(self.present[_SCHOOL] | self.present[_COLLEGE])
        away = self.last + np.where(alone, _WORKFORCE_GAP, _GAP) > _ALL_KNOWN_TO
        year, quarter = academic_year(self.last), quarter_of(self.last)
        second, third, fourth = (self._cents(quarter + after) for after in (2, 3, 4))
        known = quarter + 2 >= FIRST_QUARTER

        def waits(after: int) -> Array:
            result: Array = away | (quarter + after > LAST_QUARTER)
            return result

        yield "AQCP_EMPLOYED_Q2", *_outcomes(year, second > 0, known, waits(2))
        if sectors:
            aimed = (second > 0) & np.isin(self._sector(quarter + 2), sectors)
            yield "AQCP_TARGET_SECTOR_Q2", *_outcomes(year, aimed, known, waits(2))
        asked = known & (waits(4) | (second > 0))
        yield "AQCP_RETAINED_Q4", *_outcomes(year, fourth > 0, asked, waits(4))
        asked = known & (waits(3) | ((second > 0) & (third > 0)))
        yield "AQCP_INITIAL_EARNINGS", *_outcomes(year, asked, asked, waits(3), second + third)

    def _active(self, opens: Array, closes: Array) -> Array:
        """Whether an activity overlaps the days from opens to closes."""
        place = np.searchsorted(self.who, self.person)
        overlaps = (self.begin <= closes[place]) & (self.end >= opens[place])
        found = np.zeros(len(self.who), dtype=bool)
        found[place[overlaps]] = True
        return found

    def _credits(self) -> Array:
        """Credits earned in courses of the pathway within the window."""
        courses = self.block.courses
        mine = _starts(np.array([course[2] for course in COURSES]), self.prefixes)[courses["course"]]
        mine &= np.isin(courses["person"], self.who)
        place = np.searchsorted(self.who, courses["person"][mine])
        begin, earned = courses["begin"][mine], courses["earned"][mine]
        inside = (begin >= self.entry[place]) & (begin <= self.closes[place])
        result: Array = np.bincount(place[inside], weights=earned[inside], minlength=len(self.who))
        return result

    def _gained(self) -> Array:
        """Whether a program reported a skill gain, or a secondary diploma, within the window."""
        periods, known = self.block.life.periods, self.block.reported
        gained = known & periods["trained"] & (periods["gain_type"] >= 0) & (periods["gain_date"] <= KNOWN_TO)
        diploma = known & (periods["credential"] == 1) & (periods["credential_date"] <= KNOWN_TO)
        person = np.r_[periods["person"][gained], periods["person"][diploma]]
        on = np.r_[periods["gain_date"][gained], periods["credential_date"][diploma]]
        return any_between(self.who, self.entry, self.closes, person, on)

    def _cents(self, quarter: Array) -> Array:
        place = quarter - FIRST_QUARTER
        there = (place >= 0) & (place < QUARTERS)
        wages = self.block.life.work.wages[self.who, np.clip(place, 0, QUARTERS - 1)]
        result: Array = np.where(there, wages, 0)
        return result

    def _sector(self, quarter: Array) -> Array:
        """The sector of whoever pays most in a quarter."""
        work, place = self.block.life.work, np.clip(quarter - FIRST_QUARTER, 0, QUARTERS - 1)
        slot = work.wages_held[:, self.who, place].argmax(axis=0)
        employer = work.employers_held[slot, self.who, place]
        sectors = sector_of_prefix()
        found = np.array([sectors.get(str(code)[:2], "") for code in work.employers.naics])
        result: Array = np.where(employer >= 0, found[np.maximum(employer, 0)], "")
        return result


def _starts(codes: Array, prefixes: tuple[str, ...]) -> Array:
    """Whether a code begins like one of a pathway."""
    distinct, place = np.unique(codes, return_inverse=True)
    result: Array = np.array([str(code).startswith(prefixes) for code in distinct], dtype=bool)[place]
    return result


def _outcomes(
    year: Array, met: Array, asked: Array, waits: Array, cents: Array | None = None
) -> tuple[Array, Array, Array | None]:
    """Return year, outcome and cents of those who are asked; WAITING stands for an outcome that is not known yet."""
    outcome = np.where(waits, WAITING, met)
    return year[asked], outcome[asked], None if cents is None else cents[asked]
