"""Small stories of two or three people, each with the answer that linkage owes; all are linked in one run.

Every story has people of its own, so that stories cannot meet.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from tests.unit.linkage.people import Row, record

_FIRST = (
    "Theodora",
    "Philippa",
    "Clementine",
    "Rosalind",
    "Beatrix",
    "Henrietta",
    "Wilhelmina",
    "Josephine",
    "Octavia",
    "Leonora",
)
_FAMILY = (
    "Vandermeer",
    "Oyelaran",
    "Brzezinski",
    "Castellanos",
    "Whitlock",
    "Nakamura",
    "Fairbanks",
    "Delacourt",
    "Sorensen",
)


class Someone:
    """A made-up person and her records, keyed by story and letter."""

    def __init__(self, story: str, number: int) -> None:
        self.story = story
        self.ssn = f"{212000000 + 7919 * (number + 1)}"
        self.other_ssn = f"{412000000 + 10007 * (number + 1)}"
        self.name: Row = {
            "first_name": _FIRST[number % len(_FIRST)],
            "middle_name": "Quinn",
            "last_name": _FAMILY[number % len(_FAMILY)],
            "birthdate": datetime.date(2001, 1, 14) + datetime.timedelta(days=37 * number),
            "sex": "F",
            "zip_code": f"30{number:03}",
        }

    def row(self, source: str, letter: str, **changes: Any) -> Row:
        """A record without SSN."""
        return record(source, f"{self.story}{letter}", **{**self.name, **changes})

    def row_with_ssn(self, source: str, letter: str, **changes: Any) -> Row:
        """The same with her SSN."""
        return self.row(source, letter, **{"ssn": self.ssn, **changes})

    def wage(self, letter: str, first: str | None, last: str | None) -> Row:
        """A wage record under her SSN."""
        return record("ui", f"{self.story}{letter}", ssn=self.ssn, first_name=first, last_name=last)


@dataclass
class Story:
    """Records, the letters that belong together, and the questions that a person is asked."""

    name: str
    rows: list[Row]
    together: set[frozenset[str]]
    reasons: set[str] = field(default_factory=set)


def stories() -> list[Story]:
    """Every story, with people of its own."""
    made = []
    for number, tell in enumerate(_TELLERS):
        name = tell.__name__.removeprefix("_")
        rows, answer, reasons = tell(Someone(name + "/", number))
        made.append(Story(name, rows, {frozenset(letters) for letters in answer.split()}, reasons))
    return made


Told = tuple[list[Row], str, set[str]]


def _pupil_reaches_wages_through_the_licence(x: Someone) -> Told:
    first, last = x.name["first_name"].upper(), x.name["last_name"].upper()
    rows = [
        x.row("k12", "A"),
        x.row_with_ssn("bridge", "B"),
        x.wage("C", first, last),
        x.wage("D", first[0], last[:6]),
    ]
    return [*rows, x.wage("E", None, None)], "ABCDE", set()


def _preferred_name(x: Someone) -> Told:
    rows = [
        x.row("k12", "A", preferred_name=x.name["first_name"], first_name="Xiomara"),
        x.row_with_ssn("bridge", "B"),
    ]
    return rows, "AB", set()


def _typo_in_the_surname(x: Someone) -> Told:
    return (
        [x.row("k12", "A"), x.row_with_ssn("bridge", "B", last_name=x.name["last_name"][:-2] + "q")],
        "AB",
        set(),
    )


def _names_swapped(x: Someone) -> Told:
    swapped = {"first_name": x.name["last_name"], "last_name": x.name["first_name"]}
    return [x.row("k12", "A"), x.row_with_ssn("bridge", "B", **swapped)], "AB", set()


def _one_digit_of_the_birth_date(x: Someone) -> Told:
    wrong = x.name["birthdate"].replace(day=24 if x.name["birthdate"].day == 14 else 14)
    return (
        [
            x.row("k12", "A", birthdate=wrong.replace(day=14)),
            x.row_with_ssn("bridge", "B", birthdate=wrong.replace(day=24)),
        ],
        "AB",
        set(),
    )


def _month_and_day_swapped(x: Someone) -> Told:
    rows = [
        x.row("k12", "A", birthdate=datetime.date(2002, 3, 4)),
        x.row_with_ssn("bridge", "B", birthdate=datetime.date(2002, 4, 3)),
    ]
    return rows, "AB", set()


def _married_with_the_former_surname(x: Someone) -> Told:
    married = {"last_name": "Ng", "other_last_names": [x.name["last_name"]]}
    return [x.row("k12", "A"), x.row_with_ssn("bridge", "B", **married)], "AB", set()


def _double_surname(x: Someone) -> Told:
    return (
        [x.row("k12", "A"), x.row_with_ssn("bridge", "B", last_name=x.name["last_name"] + "-Ng")],
        "AB",
        set(),
    )


def _diacritics(x: Someone) -> Told:
    accented = {
        "first_name": x.name["first_name"].replace("e", "é").upper(),
        "last_name": x.name["last_name"].replace("a", "ä"),
    }
    return [x.row("k12", "A"), x.row_with_ssn("bridge", "B", **accented)], "AB", set()


def _nickname(x: Someone) -> Told:
    rows = [
        x.row("k12", "A", first_name="William", sex="M"),
        x.row_with_ssn("bridge", "B", first_name="Bill", sex="M"),
    ]
    return rows, "AB", set()


def _slip_in_the_ssn_of_a_wage(x: Someone) -> Told:
    wage = x.wage("B", x.name["first_name"], x.name["last_name"])
    digits = x.ssn[:4] + str((int(x.ssn[4]) + 1) % 10) + x.ssn[5:]
    return [x.row_with_ssn("bridge", "A"), wage | {"ssn": digits}], "AB", set()


def _twins(x: Someone) -> Told:
    twin = {"first_name": "Marguerite", "middle_name": None}
    rows = [
        x.row("k12", "A"),
        x.row("k12", "B", **twin),
        x.row_with_ssn("bridge", "C"),
        x.row_with_ssn("bridge", "D", **twin, ssn=x.other_ssn),
    ]
    return rows, "AC BD", set()


def _twins_of_whom_one_has_a_licence(x: Someone) -> Told:
    return (
        [x.row("k12", "A", first_name="Marguerite", middle_name=None), x.row_with_ssn("bridge", "B")],
        "A B",
        {"possible_twins"},
    )


def _father_and_son(x: Someone) -> Told:
    elder = x.row_with_ssn("postsecondary", "A", last_name=x.name["last_name"] + " Sr")
    return [elder, x.row_with_ssn("bridge", "B", generation_code="JR")], "A B", {"suffix_conflict"}


def _borrowed_ssn(x: Someone) -> Told:
    wage = x.wage("B", "ROBERTO", x.name["last_name"])
    return [x.row_with_ssn("bridge", "A"), wage], "A B", {"ssn_agrees_given_name_differs"}


def _nameless_wage_under_a_shared_ssn(x: Someone) -> Told:
    rows = [x.row_with_ssn("bridge", "A"), x.wage("B", "ROBERTO", "QUISPE"), x.wage("C", None, None)]
    return rows, "A B C", set()


def _nameless_wage_under_an_ssn_of_wages_only(x: Someone) -> Told:
    return [x.wage("A", "ROBERTO", "QUISPE"), x.wage("B", None, None)], "AB", set()


def _initial_with_another_surname(x: Someone) -> Told:
    whole = x.wage("B", x.name["first_name"], x.name["last_name"])
    return (
        [x.row_with_ssn("bridge", "A"), whole, x.wage("C", x.name["first_name"][0], "QUISPE")],
        "AB C",
        {"ssn_agrees_initial_only"},
    )


def _two_spellings_in_wages_only(x: Someone) -> Told:
    return (
        [x.wage("A", "ROBERTO", "QUISPE"), x.wage("B", "R", "QUISPE"), x.wage("C", "ROBERT", "QUISPE")],
        "ABC",
        set(),
    )


def _another_birth_date_without_ssn(x: Someone) -> Told:
    other = x.row_with_ssn("bridge", "B", birthdate=datetime.date(1999, 11, 28))
    return [x.row("k12", "A"), other], "A B", {"birth_date_differs_without_ssn"}


def _two_licences_with_one_name_and_birth_date(x: Someone) -> Told:
    rows = [x.row("k12", "A"), x.row_with_ssn("bridge", "B"), x.row_with_ssn("bridge", "C", ssn=x.other_ssn)]
    return rows, "A B C", {"ambiguous"}


def _two_pupils_that_a_college_record_would_join(x: Someone) -> Told:
    other = x.row("k12", "B", middle_name=None, zip_code="90999", first_name=x.name["first_name"][:-1] + "q")
    return [x.row("k12", "A"), other, x.row_with_ssn("bridge", "P")], "AP B", {"one_record_per_source"}


def _three_colleges(x: Someone) -> Told:
    rows = [x.row_with_ssn("postsecondary", letter) for letter in "ABC"]
    for number, row in enumerate(rows):
        row["source_key"] = f"10000{number}|{row['source_key']}"
    return rows, "ABC", set()


def _placeholder_names(x: Someone) -> Told:
    unnamed = {"first_name": "Unknown", "last_name": "Unknown", "middle_name": None}
    return [x.row("k12", "A", **unnamed), x.row("bridge", "B", **unnamed)], "A B", {"too_little_known"}


def _surname_that_only_describes(x: Someone) -> Told:
    return [x.row("k12", "A", last_name="Daughter"), x.row_with_ssn("bridge", "B")], "AB", set()


def _digit_missing_in_the_ssn_of_a_wage(x: Someone) -> Told:
    wage = x.wage("B", x.name["first_name"], x.name["last_name"])
    return [x.row_with_ssn("bridge", "A"), wage | {"ssn": x.ssn[:3] + x.ssn[4:]}], "AB", set()


def _digit_too_many_in_the_ssn_of_a_wage(x: Someone) -> Told:
    wage = x.wage("B", x.name["first_name"], x.name["last_name"])
    return [x.row_with_ssn("bridge", "A"), wage | {"ssn": x.ssn[:5] + "7" + x.ssn[5:]}], "AB", set()


def _wages_without_a_number_by_the_whole_name(x: Someone) -> Told:
    wage = x.wage("B", x.name["first_name"], x.name["last_name"]) | {"ssn": None, "middle_name": "Q"}
    return [x.row_with_ssn("bridge", "A"), wage], "AB", set()


def _wages_without_a_number_by_half_a_name(x: Someone) -> Told:
    wage = x.wage("B", x.name["first_name"], x.name["last_name"]) | {"ssn": None}
    return [x.row_with_ssn("bridge", "A"), wage], "A B", set()


def _number_lent_in_the_family_under_one_initial(x: Someone) -> Told:
    wage = x.wage("B", "ROBERTO", x.name["last_name"]) | {"middle_name": "Q"}
    return [x.row_with_ssn("bridge", "A"), wage], "A B", {"ssn_agrees_given_name_differs"}


def _mistyped_name_under_one_number_and_initial(x: Someone) -> Told:
    wage = x.wage("B", "Xz" + x.name["first_name"][2:], x.name["last_name"]) | {"middle_name": "Q"}
    return [x.row_with_ssn("bridge", "A"), wage], "AB", set()


def _wage_without_given_name_and_with_another_surname(x: Someone) -> Told:
    return [x.row_with_ssn("bridge", "A"), x.wage("B", None, "QUISPE")], "A B", set()


def _initial_and_a_slip_in_the_cut_surname(x: Someone) -> Told:
    first, last = x.name["first_name"], x.name["last_name"]
    return [x.row_with_ssn("bridge", "A"), x.wage("B", first[0], last[:2] + last[3:6])], "AB", set()


def _parent_and_child_at_one_address(x: Someone) -> Told:
    parent = {"birthdate": datetime.date(1971, 8, 29), "ssn": x.other_ssn, "street_address": "12 Elm Street"}
    rows = [x.row_with_ssn("bridge", "A", street_address="12 Elm St"), x.row("postsecondary", "B", **parent)]
    return rows, "A B", {"possible_parent_and_child"}


def _twins_with_neighbouring_numbers(x: Someone) -> Told:
    twin = {"first_name": "Marguerite", "middle_name": None, "ssn": x.ssn[:8] + str((int(x.ssn[8]) + 1) % 10)}
    return [x.row_with_ssn("bridge", "A"), x.row("postsecondary", "B", **twin)], "A B", {"possible_twins"}


def _swapped_names_and_a_slip_in_birth_date_and_ssn(x: Someone) -> Told:
    swapped = {"first_name": x.name["last_name"], "last_name": x.name["first_name"]}
    wrong = x.name["birthdate"].replace(year=x.name["birthdate"].year + 1)
    slip = x.ssn[:6] + str((int(x.ssn[6]) + 1) % 10) + x.ssn[7:]
    rows = [x.row_with_ssn("bridge", "A"), x.row("postsecondary", "B", **swapped, birthdate=wrong, ssn=slip)]
    return rows, "AB", set()


def _given_name_that_wages_alone_know(x: Someone) -> Told:
    wage = x.wage("C", x.name["first_name"], x.name["last_name"]) | {"middle_name": "Q"}
    rows = [
        x.row("k12", "A", middle_name=None, zip_code=None),
        x.row_with_ssn("bridge", "B", first_name="Child A"),
        wage,
    ]
    return rows, "ABC", set()


def _married_name_that_wages_know_first(x: Someone) -> Told:
    rows = [
        x.row("postsecondary", "A", last_name="Quispe", middle_name=None, zip_code=None),
        x.row_with_ssn("bridge", "B"),
        x.wage("C", x.name["first_name"], "QUISPE"),
    ]
    return rows, "ABC", set()


def _number_lent_to_a_twin_lends_no_name(x: Someone) -> Told:
    twin = x.row("k12", "A", first_name="Marguerite", middle_name=None)
    rows = [twin, x.row_with_ssn("bridge", "B"), x.wage("C", "MARGUERITE", x.name["last_name"])]
    return rows, "A B C", {"possible_twins", "ssn_agrees_given_name_differs"}


def _slip_at_the_front_of_a_short_surname(x: Someone) -> Told:
    read = {
        "last_name": "Tvler",
        "first_name": x.name["first_name"][:-1] + "q",
        "middle_name": None,
        "zip_code": None,
    }
    return [x.row("k12", "A", last_name="Tyler"), x.row_with_ssn("bridge", "B", **read)], "AB", set()


def _misspelt_without_birth_date(x: Someone) -> Told:
    wrong = {"first_name": x.name["first_name"][:-1] + "q", "birthdate": None, "zip_code": None}
    return [x.row("k12", "A", **wrong), x.row_with_ssn("bridge", "B")], "AB", set()


_TELLERS = [
    function
    for name, function in sorted(globals().items())
    if name.startswith("_")
    and callable(function)
    and getattr(function, "__annotations__", {}).get("x") is Someone
]
