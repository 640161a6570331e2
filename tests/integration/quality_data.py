"""Rows for the quality tests: good ones for every layout, and for every rule one row that breaks it.

Values are logical: dates as dates, codes as standard codes; `deliver` writes them as the submitter would.
"""

import io
from collections.abc import Iterable
from csv import QUOTE_ALL, writer
from datetime import date, timedelta
from typing import Any

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from ingest.raw_tables import attach_partition, create_partition
from quality_checks.rule import Rule
from quality_checks.windows import Window, period_window
from warehouse.connection import Warehouse
from warehouse.movement import copy_stream
from warehouse.state import State

Row = dict[str, Any]

PERIODS = {
    "school_year": ("2016", "2019"),
    "academic_year": ("2016",),
    "academic_term": ("2015FA", "2016SU"),
    "program_year": ("2016",),
    "calendar_year": ("2016",),
    "calendar_quarter": ("2016Q3",),
}
_FORMATS = {"YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "MM/DD/YYYY": "%m/%d/%Y"}


def good_row(layout: Layout, window: Window, number: int) -> Row:
    """A row that follows every rule; rows of different numbers are about different people."""

    def day(offset: int) -> date:
        return window.begin + timedelta(days=offset)

    known: Row = {
        "school_year": window.year,
        "academic_year": window.year,
        "calendar_year": window.year,
        "student_id_state": f"S{number:06}",
        "student_id_institution": f"I{number:06}",
        "unique_individual_identifier": f"W{number:06}",
        "license_id": f"L{number:06}",
        "observation_number": number,
        "first_name": "Ada",
        "last_name": f"Example{number}",
        "ssn": f"2{number % 100:02}45{6000 + number}",
        "birthdate": window.begin.replace(year=window.begin.year - 16),
        "hispanic_or_latino_ethnicity": {"k12/student": "N", "wioa/pirl": "0"}.get(layout.key),
        "white": {"k12/student": "Y", "wioa/pirl": "1"}.get(layout.key),
        "sex": {"wioa/pirl": "2"}.get(layout.key, "F" if layout.key == "k12/student" else None),
        "school_id": "0101",
        "institution_id_ipeds": "123456",
        "institution_id_ope": "001234-00",
        "employer_account_id": "E000001",
        "entry_date": day(50),
        "entry_grade_level": "09",
        "begin_date": day(60),
        "status_type": "english_learner",
        "experience_type": "internship",
        "diploma_type": "00806",
        "diploma_date": day(330),
        "aid_type": "pell",
        "aid_amount": "5000.00",
        "ferpa_block": "N",
        "award_date": day(50),
        "award_level": "3",
        "cip_code": "01.0101",
        "course_code": "C1",
        "course_subject": "ENG",
        "course_number": "101",
        "credential_code": "CNA",
        "term": "fall",
        "term_begin_date": day(30),
        "term_end_date": day(60),
        "record_found": "Y",
        "graduated": "N",
        "search_date": day(0),
        "enrollment_begin_date": day(60),
        "enrollment_end_date": day(160),
        "program_entry_date": day(10),
        "program_exit_date": day(100),
        "adult": "1",
        "total_gross_wages": "00000000500000",
        "reporting_period": f"{window.end:%m%Y}",
    }
    # Directories name one school, institution and account that the other files refer to.
    directory = {
        "k12/school": {
            "school_id": f"{100 + number:04}",
            "school_name": f"School {number}",
            "district_id": "D1",
        },
        "postsecondary/institution": {
            "institution_id_ipeds": f"{123455 + number}",
            "institution_id_ope": f"{1233 + number:06}-00",
            "institution_name": f"College {number}",
            "institution_level": "2",
            "institution_control": "public",
        },
        "ui/employer": {"employer_account_id": f"E{number:06}"},
    }.get(layout.key, {})
    # What several files hold and only one must.
    own: Row = {"k12/graduate": {"school_name": "School 1"}}.get(layout.key, {})
    values = known | {"district_name": "District 1"} | directory | own
    return {column.name: values.get(column.name) for column in layout.columns}


def faults(rule: Rule, layout: Layout, window: Window, row: Row, other: Row) -> Row:
    """What to change in a good row so that it breaks the rule; `other` is an earlier good row of the file."""
    name = rule.column_name
    if rule.kind == "completeness":
        return {name: "  "}
    if rule.kind in ("type", "format", "code_set", "referential"):
        return {name: Sent("~planted~")}
    if rule.kind == "range":
        return {name: -1 if rule.minimum is not None else (rule.maximum or 0) + 1}
    if rule.kind == "date_order":
        earlier, later = rule.columns
        return {earlier: window.begin + timedelta(days=40), later: window.begin + timedelta(days=39)}
    if rule.kind == "cross_file":
        person = next(column for column in rule.columns if column.startswith("student_id"))
        return (
            {person: f"NOBODY {rule.code}"}
            if rule.partner == "required"
            else {person: other[person], "school_id": "0102"}
        )
    if rule.kind == "uniqueness":
        return {column: other[column] for column in rule.columns}
    return _cross_column(rule, layout, window)


class Sent(str):
    """Text that stands in the file as it is, not a standard code that the submitter spells in its own way."""


def _cross_column(rule: Rule, layout: Layout, window: Window) -> Row:
    late, early = window.end + timedelta(days=400), window.begin - timedelta(days=800)
    if rule.code in _CHANGES:
        return _CHANGES[rule.code]
    if rule.code.startswith("PIRL-2"):
        return _pirl_quarter(rule.code)
    if rule.column_name in ("school_year", "academic_year", "calendar_year"):
        return {rule.column_name: window.year - 1}
    if rule.column_name == "ssn":
        return {"ssn": "000-12-3456"}
    if rule.column_name == "birthdate":
        return {"birthdate": date(1901, 1, 1)}
    if rule.column_name == "exit_date":
        return {"exit_date": late} if rule.code == "K12ENR-107" else {"exit_type": "01921"}
    if rule.code in ("K12STA-104", "PIRL-104", "PSENR-104"):
        return {rule.column_name: late, "term_end_date": late, "program_exit_date": None}
    return {rule.column_name: early}


_CHANGES: dict[str, Row] = {
    "K12STU-105": {"white": None},
    "K12STU-107": {"cohort_year": 2001},
    "K12ENR-105": {"exit_date": date(2016, 3, 1)},
    "K12ENR-108": {"exit_date": date(2016, 3, 1), "exit_type": "01909", "exit_documented": "N"},
    "K12CTE-104": {"credits_attempted": "0.5", "credits_earned": "1.0"},
    "K12WBL-105": {"is_completed": "Y"},
    "PSENR-109": {"credits_attempted": "3", "credits_earned": "6"},
    "PSENR-111": {"entry_status": "dual", "student_level": "undergraduate"},
    "PSAID-104": {"aid_amount": "15000.01"},
    "PSCRS-103": {"credits_attempted": "3", "credits_earned": "6"},
    "PSINS-106": {"institution_id_ope": "123456-00", "institution_id_ipeds": "123456"},
    "NSCDET-102": {"institution_id_ope": None},
    "NSCDET-103": {"record_found": "N"},
    "NSCDET-104": {"graduated": "Y"},
    "NSCDET-105": {"enrollment_begin_date": None},
    "NSCDET-108": {"graduated": "Y", "graduation_date": date(2016, 5, 1)},
    "UIWAGE-102": {"reporting_period": "012001"},
    "UIWAGE-105": {"total_ui_wages": "00000000600000"},
    "UIWAGE-107": {"first_name": None, "last_name": None},
    "UIWAGE-109": {"first_employed": "052016", "separation": "042016"},
    "UIEMP-105": {"employer_account_id": "E777777", "predecessor_account_id": "E777777"},
    "WIOAID-105": {"ssn": "234-56-7890", "unique_individual_identifier": "234567890"},
    "PIRL-105": {"program_exit_date": None, "other_reasons_for_exit": "03"},
    "PIRL-107": {"received_training": "1"},
    "PIRL-109": {"credential_date": date(2017, 1, 1)},
    "PIRL-110": {"type_of_recognized_credential": "5"},
    "PIRL-111": {"adult": "0"},
}


def _pirl_quarter(code: str) -> Row:
    quarter = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th"}[code[-2]]
    employed, match, wages = (
        f"{what}_{quarter}_quarter_after_exit" for what in ("employed", "employment_match", "wages")
    )
    return {
        "1": {employed: "1", match: "1", wages: None},
        "2": {wages: "4000.00", match: "0"},
        "3": {employed: "0", match: "1", wages: "4000.00"},
        "4": {wages: "999999.99", match: None},
        "5": {"program_exit_date": None, match: "0"},
        # The quarter's result was due by the end of the program year of an exit long before.
        "6": {"program_entry_date": date(2014, 1, 5), "program_exit_date": date(2014, 6, 5), match: "5"},
    }[code[-1]]


def deliver(
    warehouse: Warehouse,
    state: State,
    layout_key: str,
    submitter: str,
    period: str,
    rows: Iterable[Row],
    sequence: int = 1,
    *,
    is_amendment: bool = False,
) -> int:
    """Put rows where the loader would; return the id of the delivery, which waits for its decision."""
    layout = load_catalogue().layout(layout_key)
    version = layout.version_for(period)
    text = io.StringIO()
    lines = [
        [_written(layout, state, submitter, version, row, c.name) for c in layout.columns] for row in rows
    ]
    writer(text, quoting=QUOTE_ALL).writerows([[n, *line] for n, line in enumerate(lines, 1)])
    with warehouse.connect() as connection:
        found = connection.execute(
            "insert into control.delivery (layout, submitter, period, sequence, layout_version, sha256, file_name,"
            " byte_count, status, row_count, is_amendment, loaded_at)"
            " values (%s, %s, %s, %s, %s, gen_random_uuid()::text, 'test', 1, 'loaded', %s, %s, now())"
            " returning delivery_id",
            [layout_key, submitter, period, sequence, version, len(lines), is_amendment],
        ).fetchone()
        assert found
        delivery_id = int(found[0])
        create_partition(connection, layout, delivery_id)
        statement = sql.SQL("copy {} (row_number, {}) from stdin (format csv)").format(
            sql.Identifier("raw", f"{layout.table}__d{delivery_id}"),
            sql.SQL(", ").join(sql.Identifier(column.name) for column in layout.columns),
        )
        copy_stream(connection, [text.getvalue().encode()], statement)
        attach_partition(connection, layout, delivery_id)
    return delivery_id


def _written(layout: Layout, state: State, submitter: str, version: str, row: Row, name: str) -> str:
    value = row.get(name)
    column = layout.columns_by_name[name]
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime(_FORMATS[layout.versions[version].date_format or "YYYYMMDD"])
    if column.code_set and not isinstance(value, Sent):
        code_map = state.submitters[submitter].code_maps.get(column.code_set, {})
        return next((local for local, standard in code_map.items() if standard == value), str(value))
    return str(value)


def good_rows(layout_key: str, period: str, count: int, first: int = 1) -> list[Row]:
    """Rows that follow every rule."""
    layout = load_catalogue().layout(layout_key)
    window = period_window(layout, period)
    return [good_row(layout, window, number) for number in range(first, first + count)]
