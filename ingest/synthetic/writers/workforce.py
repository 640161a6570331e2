"""The workforce department's files: PIRL rows, and the identity extract that belongs to them.

Belongs here: periods of participation as they are known when a file is cut. Must not come here: what happened later.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingest.synthetic.arrays import Array, Rng, decimal_text, rows_where, text
from ingest.synthetic.calendars import (
    AS_OF,
    FIRST_QUARTER,
    NO_DAY,
    PROGRAM_YEARS,
    QUARTERS,
    day,
    program_year_of,
    quarter_of,
)
from ingest.synthetic.employment import COVERED, FEDERAL, MILITARY, Workplace
from ingest.synthetic.keys import identifiers
from ingest.synthetic.names import NameBook
from ingest.synthetic.places import COUNTIES
from ingest.synthetic.population import People
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.renditions import WORKFORCE, Rendition, render
from ingest.synthetic.workforce import ADULT, APPRENTICESHIP, DISLOCATED, TRAINING_PROGRAMS, TRAININGS, YOUTH
from ingest.synthetic.writers.demographics import races
from ingest.synthetic.writers.outbox import Coded, Outbox, Value

SUBMITTER = "workforce"
_ONE_ZERO = ("0", "1")
_ONE_ZERO_NINE = ("0", "1", "9")
_SEXES = ("1", "2", "9")
_REASONS = ("00", "01", "02", "03", "04", "05", "06", "07")
_EMPLOYED = ("0", "1", "2", "3", "9")
_MATCHES = ("0", "1", "2", "3", "4", "5")
_ENTRY_STATUSES = ("0", "1", "2", "3")
_EDUCATION_LEVELS = ("0", "1", "2", "4", "6", "7")
_SCHOOL_STATUSES = ("1", "2", "3", "4", "5", "6")
_NOT_YET = {"employed": 4, "match": 5, "wages": 99_999_999}
_ORDINALS = ("1st", "2nd", "3rd", "4th")
_GAINS = (
    "skill_gain_educational_functioning_level_date", "skill_gain_postsecondary_transcript_date",
    "skill_gain_secondary_transcript_date", "skill_gain_training_milestone_date", "skill_gain_skills_progression_date",
)  # fmt: skip
# An exit is declared once ninety days have passed without a service.
DAYS_WITHOUT_SERVICE = 90


@dataclass(frozen=True)
class Outcome:
    """Employment in a quarter after exit, as the department reports it; positions in the code tuples above."""

    employed: Array
    match: Array
    cents: Array


def last_day(program_year: int) -> int:
    """Return the day on which a program year ends and its file is cut."""
    return int(day(program_year + 1, 6, 30))


def reported_exit(periods: dict[str, Array], cut: int) -> Array:
    """Return the days of exit that are known when a file is cut, NO_DAY for the others."""
    result: Array = np.where(periods["exit"] + DAYS_WITHOUT_SERVICE <= cut, periods["exit"], NO_DAY).astype(
        np.int32
    )
    return result


def outcome_after(periods: dict[str, Array], exits: Array, work: Workplace, after: int, cut: int) -> Outcome:
    """Return employment in the given quarter after exit: from wages first, then from what else was found."""
    known_exit = exits != NO_DAY
    number = quarter_of(np.where(known_exit, exits, 0)) + after - FIRST_QUARTER
    known = known_exit & (number <= int(quarter_of(np.array([cut]))[0]) - 1 - FIRST_QUARTER)
    place = np.clip(number, 0, QUARTERS - 1)
    person = periods["person"]
    wages, other, kind = (
        work.wages[person, place],
        work.other_wages[person, place],
        work.other_kind[person, place],
    )
    by_wages = wages > 0
    found = (other > 0) & (
        (kind == MILITARY) | (kind == FEDERAL) | (periods["supplemental"] & (kind != COVERED))
    )
    other_match = np.where(kind == MILITARY, 3, np.where(kind == FEDERAL, 2, 4))
    match = np.where(by_wages, 1, np.where(found, other_match, 0))
    apprentice = periods["trained"] & (periods["training"] == APPRENTICESHIP)
    employed = np.where(match == 3, 3, np.where(match == 0, 0, np.where(apprentice, 2, 1)))
    cents = np.where(by_wages, wages, np.where(found, other, 0))
    return Outcome(
        employed=np.where(known_exit, np.where(known, employed, _NOT_YET["employed"]), -1),
        match=np.where(known_exit, np.where(known, match, _NOT_YET["match"]), -1),
        cents=np.where(known_exit, np.where(known, cents, _NOT_YET["wages"]), -1),
    )


def write_programs(
    outbox: Outbox, rng: Rng, people: People, names: NameBook, periods: dict[str, Array], work: Workplace,
    enrolled: Array, truth: RecordTruth, seed: int,
) -> None:  # fmt: skip
    """Append a block's periods to the file of every program year in which they are reported, and the identities."""
    unique_id = identifiers(people.person, "WF", seed)
    draw = int(rng.integers(0, 2**63))
    participants = np.unique(periods["person"])
    ever = np.zeros(len(people), dtype=bool)
    where = np.zeros(len(people), dtype=np.int64)
    where[participants] = np.arange(len(participants))
    for year in PROGRAM_YEARS:
        cut = last_day(year)
        exits = reported_exit(periods, cut)
        recent = (exits == NO_DAY) | (program_year_of(np.where(exits == NO_DAY, cut, exits)) >= year - 2)
        mine = (periods["entry"] <= cut) & recent
        rows, exits = rows_where(periods, mine), exits[mine]
        identity = render(
            np.random.default_rng(draw),
            people,
            names,
            WORKFORCE,
            participants,
            on=np.full(len(participants), cut),
        )
        columns = _period_columns(outbox, year, people, identity, where, rows, exits)
        columns |= _outcome_columns(rows, exits, work, enrolled, cut)
        columns["unique_individual_identifier"] = unique_id.take(pa.array(rows["person"]))
        outbox.write("wioa/pirl", SUBMITTER, str(year), columns)
        who = np.unique(rows["person"])
        ever[who] = True
        extract = _identity_columns(identity, where[who]) | {
            "unique_individual_identifier": unique_id.take(pa.array(who))
        }
        outbox.write("wioa/identity", SUBMITTER, str(year), extract)
    reported = np.flatnonzero(ever)
    truth.add("wioa", unique_id.take(pa.array(reported)), people, reported)


def _identity_columns(identity: Rendition, places: Array) -> dict[str, Value]:
    index = pa.array(places)
    return {
        "ssn": identity.ssn.take(index),
        "first_name": identity.first.take(index),
        "middle_name": identity.middle.take(index),
        "last_name": identity.last.take(index),
        "generation_code": identity.suffix.take(index),
        "birthdate": identity.birth[places],
        "sex": Coded(identity.sex[places], _SEXES),
        "zip_code": identity.zip_code.take(index),
    }


def _period_columns(
    outbox: Outbox, year: int, people: People, identity: Rendition, where: Array, rows: dict[str, Array], exits: Array
) -> dict[str, Value]:  # fmt: skip
    """Return who takes part, when and in what."""
    who, place = rows["person"], where[rows["person"]]
    before = outbox.rows.get(outbox.path(outbox.catalogue.layouts["wioa/pirl"], SUBMITTER, str(year)), 0)
    barrier = rows["barrier"]
    youth = rows["program"] == YOUTH
    refused = (people.person[who] % 25 == 0).astype(bool)
    columns: dict[str, Value] = {
        "observation_number": before + 1 + np.arange(len(who)),
        "state_code_of_residence": pa.array(["SY"]).take(pa.array(np.zeros(len(who), dtype=np.int8))),
        "county_code_of_residence": text(people.zip_code[who] % len(COUNTIES) * 2 + 1, 3),
        "zip_code": identity.zip_code.take(pa.array(place)),
        "birthdate": identity.birth[place],
        "sex": Coded(identity.sex[place], _SEXES),
        "individual_with_a_disability": Coded(np.where(refused, 2, people.idea[who]), _ONE_ZERO_NINE),
        "veteran_status": Coded(((barrier < 0.06) & ~youth).astype(np.int8), _ONE_ZERO),
        "employment_status_at_entry": Coded(rows["status_at_entry"], _ENTRY_STATUSES),
        "long_term_unemployed": Coded(
            ((rows["status_at_entry"] == 0) & (barrier > 0.8)).astype(np.int8), _ONE_ZERO
        ),
        "school_status_at_entry": Coded(np.where(youth, np.where(barrier < 0.3, 0, 3), 4), _SCHOOL_STATUSES),
        "highest_education_level": Coded(
            np.where(youth, 0, (barrier * 5.99).astype(np.int8)), _EDUCATION_LEVELS
        ),
        "foster_care_youth": Coded((youth & people.foster[who]).astype(np.int8), _ONE_ZERO),
        "homeless_individual": Coded(people.homeless[who].astype(np.int8), _ONE_ZERO_NINE),
        "ex_offender": Coded((barrier > 0.93).astype(np.int8), _ONE_ZERO_NINE),
        "low_income": Coded(people.economic[who].astype(np.int8), _ONE_ZERO_NINE),
        "english_language_learner": Coded(people.english_learner[who].astype(np.int8), _ONE_ZERO_NINE),
        "basic_skills_deficient": Coded((people.ability[who] < -0.4).astype(np.int8), _ONE_ZERO_NINE),
        "single_parent": Coded(people.single_parent[who].astype(np.int8), _ONE_ZERO_NINE),
        "program_entry_date": rows["entry"],
        "program_exit_date": exits,
        "adult": Coded((rows["program"] == ADULT).astype(np.int8), _ONE_ZERO),
        "dislocated_worker": Coded((rows["program"] == DISLOCATED).astype(np.int8), _ONE_ZERO),
        "youth": Coded(youth.astype(np.int8), _ONE_ZERO),
        "wagner_peyser": Coded((barrier < 0.5).astype(np.int8), _ONE_ZERO),
        "other_reasons_for_exit": Coded(np.where(exits == NO_DAY, -1, rows["reason"]), _REASONS),
    }
    for name, flag in races(people).items():
        columns[name] = Coded(np.where(refused, 2, flag[who]), _ONE_ZERO_NINE)
    return columns | _training_columns(rows, last_day(year))


def _training_columns(rows: dict[str, Array], cut: int) -> dict[str, Value]:
    """Return training, credential and skill gains as far as they had happened when the file was cut."""
    trained = rows["trained"] & (rows["training_begin"] <= cut)
    ended = trained & (rows["training_end"] <= cut)
    credential = np.where(rows["credential_date"] <= cut, rows["credential"], 0)
    cip, onet, provider = (pa.array(column) for column in zip(*TRAINING_PROGRAMS, strict=True))
    program = pa.array(rows["training_program"], mask=~trained)
    columns: dict[str, Value] = {
        "received_training": Coded(trained.astype(np.int8), _ONE_ZERO),
        "eligible_training_provider_name": provider.take(program),
        "training_begin_date": np.where(trained, rows["training_begin"], NO_DAY),
        "type_of_training_service": Coded(np.where(trained, rows["training"], -1), TRAININGS),
        "training_cip_code": cip.take(program),
        "training_onet_code": onet.take(program),
        "training_completed": Coded(np.where(trained, ended & rows["completed"], -1), _ONE_ZERO),
        "training_end_date": np.where(ended, rows["training_end"], NO_DAY),
        "type_of_recognized_credential": Coded(credential, ("0", "1", "2", "3", "4", "5", "6")),
        "credential_date": np.where(credential > 0, rows["credential_date"], NO_DAY),
        "education_or_training_begin_date": np.where(trained, rows["training_begin"], NO_DAY),
        "education_or_training_end_date": np.where(ended & rows["completed"], rows["training_end"], NO_DAY),
    }
    for place, name in enumerate(_GAINS):
        gained = trained & (rows["gain_type"] == place) & (rows["gain_date"] <= cut)
        columns[name] = np.where(gained, rows["gain_date"], NO_DAY)
    return columns


def _outcome_columns(
    rows: dict[str, Array], exits: Array, work: Workplace, enrolled: Array, cut: int
) -> dict[str, Value]:
    """Return employment and wages before and after, with nines for what is not yet known."""
    columns: dict[str, Value] = {}
    person, entry = rows["person"], quarter_of(rows["entry"]) - FIRST_QUARTER
    for before, ordinal in enumerate(_ORDINALS[:3], start=1):
        number = entry - before
        cents = np.where(number >= 0, work.wages[person, np.clip(number, 0, QUARTERS - 1)], 0)
        columns[f"wages_{ordinal}_quarter_prior"] = decimal_text(cents)
    for after, ordinal in enumerate(_ORDINALS, start=1):
        outcome = outcome_after(rows, exits, work, after, cut)
        columns[f"employed_{ordinal}_quarter_after_exit"] = Coded(outcome.employed, _EMPLOYED)
        columns[f"employment_match_{ordinal}_quarter_after_exit"] = Coded(outcome.match, _MATCHES)
        blank = pa.array(outcome.cents < 0)
        columns[f"wages_{ordinal}_quarter_after_exit"] = _unless(
            blank, decimal_text(np.maximum(outcome.cents, 0))
        )
    columns["retention_with_same_employer"] = Coded(_retention(rows, exits, work, cut), _ONE_ZERO_NINE)
    columns |= _placements(rows, exits, enrolled, cut)
    return columns


def _unless(blank: pa.Array, values: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.if_else(blank, pa.scalar(None, pa.string()), values)


def _retention(rows: dict[str, Array], exits: Array, work: Workplace, cut: int) -> Array:
    fourth = outcome_after(rows, exits, work, 4, cut).employed
    number = np.clip(quarter_of(np.where(exits == NO_DAY, 0, exits)) - FIRST_QUARTER, 0, QUARTERS - 5)
    second_employer = work.main_employer[rows["person"], number + 2]
    same = (second_employer >= 0) & (second_employer == work.main_employer[rows["person"], number + 4])
    return np.where(exits == NO_DAY, -1, np.where(fourth == _NOT_YET["employed"], 2, same))


def _placements(rows: dict[str, Array], exits: Array, enrolled: Array, cut: int) -> dict[str, Value]:
    columns: dict[str, Value] = {}
    for after, name in ((2, "youth_placement_2nd_quarter"), (4, "youth_placement_4th_quarter")):
        number = quarter_of(np.where(exits == NO_DAY, 0, exits)) + after - FIRST_QUARTER
        over = (exits != NO_DAY) & (number < int(quarter_of(np.array([min(cut, AS_OF)]))[0]) - FIRST_QUARTER)
        studies = enrolled[rows["person"], np.clip(number, 0, QUARTERS - 1)]
        known = (rows["program"] == YOUTH) & over
        columns[name] = Coded(np.where(known, np.where(studies, 1, 0), -1), ("0", "2"))
    return columns
