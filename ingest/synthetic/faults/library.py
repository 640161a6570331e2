"""The mistakes that agencies' files really hold, each with where it is planted and what must find it.

One entry spoils one file, so that no mistake hides another. Must not come here: how a file is spoiled (spoiling).
"""

from dataclasses import dataclass
from typing import Literal

from ingest.synthetic.faults import spoiling as s

Fate = Literal["refused", "held", "set_aside", "warned"]


@dataclass(frozen=True)
class Fault:
    """One mistake.

    Attributes:
        kind: what went wrong, as a word.
        layout, submitter, period: the file that is spoiled.
        column: the column that is wrong; empty where the row or the file as a whole is.
        spoil: how it is spoiled.
        fate: what must become of it: the file is refused or its delivery held, the row set aside, or a warning counted.
        found_by: the one rule that must find it; for a refused file words of the sentence that says why.
    """

    kind: str
    layout: str
    submitter: str
    period: str
    column: str
    spoil: s.Spoil
    fate: Fate
    found_by: str


_Entry = tuple[str, str, str, str, s.Spoil]


def _those(fate: Fate, *entries: _Entry) -> list[Fault]:
    """Faults of one fate, each as kind, "layout submitter period", column, what finds it, how it is made."""
    return [
        Fault(kind, *_file(file), column, spoil, fate, found_by)
        for kind, file, column, found_by, spoil in entries
    ]


def _file(words: str) -> tuple[str, str, str]:
    layout, submitter, period = words.split()
    return layout, submitter, period


# Files that cannot be read: nothing of them is loaded. Found by: words of the sentence that says why.
_REFUSED = _those(
    "refused",
    ("wrong_encoding", "k12/student south 2020", "last_name", "utf-8", s.wrong_byte),
    ("sixteen_bit_encoding", "k12/student south 2021", "", "UTF-16", s.sixteen_bits),
    ("nul_byte", "k12/student north 2021", "last_name", "NUL", s.nul_byte),
    ("open_quotation", "k12/credential south 2020", "credential_name", "quot", s.open_quote),
    ("wrong_delimiter", "k12/diploma south 2020", "", "separated by semicolons", s.other_delimiter),
    ("empty_file", "k12/diploma south 2021", "", "empty", s.empty),
    ("missing_header", "k12/cte_course south 2020", "", "header", s.no_header),
    ("repeated_header", "k12/cte_course south 2021", "", "twice", s.repeat_header),
    ("extra_column", "k12/credential north 2019", "", "REMARK", s.extra_column),
    ("missing_column", "k12/work_based_learning north 2019", "begin_date", "begin", s.drop_column),
    ("extra_cell", "k12/status north 2021", "", "6 values instead of 5", s.extra_cell),
    ("missing_cell", "k12/status north 2020", "", "4 values instead of 5", s.missing_cell),
    ("broken_compression", "k12/status south 2021", "", "incomplete", s.broken_gzip),
    ("wrong_trailer_count", "ui/wage ui_agency 2018Q1", "", "trailer", s.trailer_count),
    ("wrong_control_total", "ui/wage ui_agency 2018Q2", "", "total", s.trailer_total),
    ("missing_trailer", "ui/wage ui_agency 2018Q3", "", "trailer", s.no_trailer),
    ("truncated_file", "ui/wage ui_agency 2017Q1", "", "bytes long", s.truncate),
    ("wrong_record_count", "k12/graduate north 2019", "", "its trailer counts", s.record_count),
    ("missing_value_of_a_record", "k12/graduate south 2019", "", "27 values instead of 28", s.missing_cell),
    ("wrong_record_length", "ui/wage ui_agency 2019Q1", "", "bytes long", s.short_record),
)

# Deliveries that were made wrongly as a whole: kept out until corrected or accepted by a steward.
_HELD = _those(
    "held",
    ("no_rows", "k12/status south 2020", "", "no row", s.lose_all_rows),
    ("lost_leading_zeros", "k12/credential north 2021", "school_id", "K12CRE-104", s.lose_leading_zeros),
    (
        "foreign_codes",
        "k12/enrollment north 2022",
        "entry_type",
        "K12ENR-SET-entry_type",
        s.writes_everywhere(b"X1"),
    ),
    (
        "unknown_schools",
        "k12/work_based_learning south 2021",
        "school_id",
        "K12WBL-106",
        s.writes_everywhere(b"9999999"),
    ),
    (
        "emptied_column",
        "k12/student north 2022",
        "birthdate",
        "K12STU-REQ-birthdate",
        s.writes_everywhere(b""),
    ),
    ("silent_truncation", "postsecondary/course higher_ed 2022FA", "", "PSCRS-VOL-rows", s.lose_rows),
    ("wrong_period", "k12/diploma north 2021", "school_year", "K12DIP-102", s.writes_everywhere(b"2020")),
)

# Rows that cannot be used: set aside and handed back.
_SET_ASIDE = _those(
    "set_aside",
    ("missing_required", "k12/student north 2019", "last_name", "K12STU-REQ-last_name", s.writes(b"")),
    (
        "missing_required",
        "wioa/identity workforce 2020",
        "first_name",
        "WIOAID-REQ-first_name",
        s.writes(b""),
    ),
    ("bad_date", "k12/student north 2016", "birthdate", "K12STU-TYP-birthdate", s.writes(b"02/30/2001")),
    ("duplicate_key", "k12/enrollment south 2018", "student_id_state", "K12ENR-101", s.repeat_row),
    ("exit_before_entry", "k12/enrollment north 2020", "entry_date", "K12ENR-103", s.swaps("exit_date")),
    (
        "exit_before_entry",
        "wioa/pirl workforce 2019",
        "program_entry_date",
        "PIRL-103",
        s.day_after("program_exit_date"),
    ),
    ("other_school_year", "k12/credential south 2021", "school_year", "K12CRE-102", s.writes(b"2019")),
    ("malformed_cip_code", "k12/cte_course north 2021", "cip_code", "K12CTE-103", s.writes(b"11-0701")),
    (
        "term_ends_before_it_begins",
        "postsecondary/enrollment higher_ed 2018SP",
        "term_begin_date",
        "PSENR-103",
        s.swaps("term_end_date"),
    ),
    (
        "malformed_opeid",
        "postsecondary/institution higher_ed 2018",
        "institution_id_ope",
        "PSINS-104",
        s.writes(b"12345"),
    ),
    ("other_quarter", "ui/wage ui_agency 2019Q3", "reporting_period", "UIWAGE-102", s.writes(b"032018")),
)

# Values that cannot be right, in rows that can be used: counted and reported.
_WARNED = _those(
    "warned",
    ("unmapped_code", "k12/student south 2017", "sex", "K12STU-SET-sex", s.writes(b"8")),
    (
        "not_a_number",
        "k12/cte_course north 2018",
        "credits_earned",
        "K12CTE-TYP-credits_earned",
        s.writes(b"one"),
    ),
    ("future_date", "k12/diploma north 2020", "diploma_date", "K12DIP-103", s.writes(b"2031-06-05")),
    (
        "future_birth",
        "bridge/driver_license motor_vehicle 2021",
        "birthdate",
        "BRDRV-104",
        s.writes(b"20300101"),
    ),
    ("unknown_school", "k12/enrollment north 2021", "school_id", "K12ENR-110", s.writes(b"9999999")),
    (
        "unknown_institution",
        "postsecondary/award higher_ed 2021SP",
        "institution_id_ipeds",
        "PSAWD-105",
        s.writes(b"999999"),
    ),
    ("invalid_ssn", "postsecondary/enrollment higher_ed 2019FA", "ssn", "PSENR-106", s.writes(b"666123456")),
    ("invalid_ssn", "ui/wage ui_agency 2020Q1", "ssn", "UIWAGE-103", s.writes(b"000123456")),
    (
        "ui_wages_above_gross",
        "ui/wage ui_agency 2020Q2",
        "total_ui_wages",
        "UIWAGE-105",
        s.writes(b"99999999999999"),
    ),
    ("too_many_weeks", "ui/wage ui_agency 2020Q3", "weeks_worked", "UIWAGE-106", s.writes(b"15")),
    (
        "unknown_employer",
        "ui/wage ui_agency 2020Q4",
        "employer_account_id",
        "UIWAGE-108",
        s.writes(b"999999999999999"),
    ),
    (
        "more_credits_than_attempted",
        "postsecondary/course higher_ed 2019SP",
        "credits_earned",
        "PSCRS-103",
        s.writes(b"29"),
    ),
    (
        "malformed_zip_code",
        "bridge/driver_license motor_vehicle 2024",
        "zip_code",
        "BRDRV-105",
        s.writes(b"1234"),
    ),
    ("implausible_birth_date", "wioa/pirl workforce 2023", "birthdate", "PIRL-106", s.writes(b"20190101")),
    ("malformed_naics_code", "ui/employer ui_agency 2020", "naics_code", "UIEMP-103", s.writes(b"6")),
    (
        "credential_without_date",
        "wioa/pirl workforce 2020",
        "credential_date",
        "PIRL-110",
        s.writes(b"", where=("credential_date",)),
    ),
    (
        "emptied_optional_column",
        "ui/wage ui_agency 2022Q1",
        "weeks_worked",
        "UIWAGE-DIS-filled",
        s.writes_everywhere(b""),
    ),
    (
        "one_code_for_all",
        "postsecondary/course higher_ed 2021FA",
        "is_developmental",
        "PSCRS-DIS-is_developmental",
        s.writes_everywhere(b"Y"),
    ),
    (
        "unknown_participant",
        "wioa/pirl workforce 2021",
        "unique_individual_identifier",
        "PIRL-112",
        s.writes(b"ZZZ999999999"),
    ),
)

FAULTS: tuple[Fault, ...] = (*_REFUSED, *_HELD, *_SET_ASIDE, *_WARNED)
