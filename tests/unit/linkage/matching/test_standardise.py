import datetime
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from linkage.engine import open_database
from linkage.matching.standardise import standardise
from tests.unit.linkage.people import Row, record, table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def named() -> Iterator[dict[str, dict[str, Any]]]:
    """Nodes by source key, of one run over every name below."""
    rows = [record("k12", key, **values) for key, values in _NAMES.items()]
    connection = open_database()
    standardise(connection, table(rows))
    cursor = connection.execute(
        "select r.source_key, n.* from node as n join record as r on r.record = n.unique_id"
    )
    columns = [column[0] for column in cursor.description]
    yield {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in cursor.fetchall()}
    connection.close()


_NAMES: dict[str, Row] = {
    "accents": {"first_name": "José", "last_name": "Ñúñez Øst"},
    "apostrophe": {"first_name": "Siân", "last_name": "O'Neill"},
    "suffix": {"first_name": "Martin", "last_name": "King Jr."},
    "only a suffix": {"first_name": "Ann", "last_name": "Iv"},
    "generation": {"first_name": "Martin", "last_name": "King", "generation_code": "Junior"},
    "particles": {"first_name": "Ana", "last_name": "de la Cruz-Soto"},
    "two given names": {"first_name": "Mary-Ann", "last_name": "Li"},
    "initial": {"first_name": "J.", "last_name": "Baker"},
    "placeholder": {"first_name": "Baby Girl", "last_name": "UNKNOWN"},
    "empty": {"first_name": " ", "last_name": ""},
    "nickname": {"first_name": "Bob", "last_name": "Stone"},
    "street": {"first_name": "Ida", "last_name": "Hill", "street_address": "12 Oak St."},
    "street in full": {"first_name": "Ida", "last_name": "Lake", "street_address": "12 OAK STREET"},
    "street without blank": {"first_name": "Ida", "last_name": "Wood", "street_address": "12 Oakstreet"},
    "saint's street": {"first_name": "Ida", "last_name": "Field", "street_address": "7 St. Marys Court Rd"},
    "digit": {"first_name": "An9elia", "last_name": "Smith2"},
    "counted": {"first_name": "Child B", "middle_name": "Lady of House", "last_name": "Child"},
    "former": {"first_name": "Ida", "last_name": "Stone", "other_last_names": ["Van Dyke", "unknown"]},
}


@pytest.mark.parametrize(
    ("key", "column", "value"),
    [
        ("accents", "given", "JOSE"),
        ("accents", "family", "NUNEZOST"),
        ("accents", "family_tokens", ["NUNEZ", "OST"]),
        ("apostrophe", "given", "SIAN"),
        ("apostrophe", "family", "ONEILL"),
        ("street", "street", "12OAK"),
        ("street in full", "street", "12OAK"),
        ("street without blank", "street", "12OAK"),
        ("saint's street", "street", "7STMARYS"),
        ("suffix", "family", "KING"),
        ("suffix", "suffix", "JR"),
        ("only a suffix", "family", "IV"),
        ("only a suffix", "suffix", None),
        ("generation", "suffix", "JR"),
        ("particles", "family", "DELACRUZSOTO"),
        ("particles", "family_tokens", ["CRUZ", "SOTO"]),
        ("particles", "last6", "DELACR"),
        ("two given names", "given", "MARY"),
        ("two given names", "given_all", ["ANN", "MARY", "MARYANN"]),
        ("two given names", "middle", "ANN"),
        ("initial", "given", None),
        ("initial", "fi", "J"),
        ("placeholder", "fi", None),
        ("placeholder", "family", None),
        ("empty", "given", None),
        ("empty", "family", None),
        ("digit", "given", "ANELIA"),
        ("digit", "family", "SMITH"),
        ("counted", "fi", None),
        ("counted", "middle", None),
        ("counted", "family", "CHILD"),
        ("former", "family_all", ["STONE", "VANDYKE"]),
    ],
)
def test_a_name_becomes_comparable(
    key: str, column: str, value: object, named: dict[str, dict[str, Any]]
) -> None:
    assert named[key][column] == value


def test_a_nickname_brings_its_roots(named: dict[str, dict[str, Any]]) -> None:
    assert {"BOB", "ROBERT"} <= set(named["nickname"]["roots"])


def nodes(rows: list[Row], column: str = "unique_id", *, apart: tuple[Row, Row] | None = None) -> list[Any]:
    connection = open_database()
    pair = {f"record_id_{side}": row["record_id"] for side, row in zip("lr", apart or (), strict=False)}
    try:
        standardise(connection, table(rows), cannot_link=pa.Table.from_pylist([pair]) if apart else None)
        return [value for (value,) in connection.execute(f"select {column} from node order by 1").fetchall()]
    finally:
        connection.close()


def wage(key: str, first: str | None, last: str | None, ssn: str | None = "212345678") -> Row:
    return record("ui", key, first_name=first, last_name=last, ssn=ssn)


def test_spellings_of_one_name_under_one_ssn_are_one_node() -> None:
    rows = [wage("1", "ROBERT", "SALAZAR"), wage("2", "R", "SALAZA"), wage("3", "ROBRT", "SALAZAR")]
    assert len(nodes(rows)) == 1


@pytest.mark.parametrize(
    "other",
    [
        wage("2", "RICARDO", "SALAZAR"),
        wage("2", "R", "QUISPE"),
        wage("2", None, None),
        wage("2", "ROBERT", "SALAZAR", None),
    ],
    ids=["another given name", "initial with another surname", "no name", "no SSN"],
)
def test_what_may_be_another_person_is_another_node(other: Row) -> None:
    assert len(nodes([wage("1", "ROBERT", "SALAZAR"), other])) == 2


def test_an_ssn_under_two_given_names_is_flagged_as_shared() -> None:
    rows = [
        wage("1", "ROBERT", "SALAZAR"),
        wage("2", "MARGUERITE", "SALAZAR"),
        wage("3", "ANN", "LI", "312345678"),
    ]
    assert nodes(rows, "ssn_shared") == [False, True, True]


def test_a_nickname_does_not_make_an_ssn_shared() -> None:
    assert nodes([wage("1", "ROBERT", "SALAZAR"), wage("2", "BOB", "SALAZAR")], "ssn_shared") == [
        False,
        False,
    ]


def test_an_ssn_under_a_crowd_of_names_counts_as_unknown() -> None:
    rows = [wage(letter, f"{letter}LFRED", f"{letter}SMITHSON") for letter in "ABCDEFGHIJKL"]
    assert set(nodes(rows, "ssn")) == {None}


LICENCE = {"middle_name": "Quinn", "last_name": "Salazar", "ssn": "212345678"}


@pytest.mark.parametrize(
    ("licence", "names"),
    [
        ({"first_name": "Bob"}, ["BOB", "ROBERT"]),
        ({"first_name": "Robret"}, ["ROBERT", "ROBRET"]),
        ({"first_name": None}, ["ROBERT"]),
        ({"first_name": None, "middle_name": "Jay"}, []),
        ({"first_name": None, "last_name": "Quispe"}, []),
        ({"first_name": "Rosalind"}, ["ROSALIND"]),
        ({"first_name": "Robret", "middle_name": "Jay"}, ["ROBRET"]),
        ({"first_name": "Bob", "ssn": "312345678"}, ["BOB"]),
    ],
)
def test_wages_lend_a_name_to_who_shares_the_number_and_seems_the_same(
    licence: dict[str, Any], names: list[str]
) -> None:
    rows = [wage("1", "ROBERT", "SALAZAR") | {"middle_name": "Q"}, record("bridge", "2", **LICENCE | licence)]
    lent = dict(
        zip(nodes(rows, "source"), nodes(rows, "{'source': source, 'given_all': given_all}"), strict=True)
    )
    assert lent["bridge"]["given_all"] == names


def test_who_people_keep_apart_lend_each_other_no_names() -> None:
    licence = record("bridge", "2", first_name="Bob", **LICENCE)
    rows = [wage("1", "ROBERT", "SALAZAR"), licence]
    assert nodes(rows, "len(given_all)", apart=(licence, rows[0])) == [1, 1]
    assert nodes(rows, "len(given_all)") == [1, 2]


@pytest.mark.parametrize(("seen", "kept"), [(98, 99), (199, 199)], ids=["too few to tell", "enough"])
def test_a_birth_date_far_from_all_other_pupils_is_no_date(seen: int, kept: int) -> None:
    rows = [
        record("k12", str(n), first_name="Ann", birthdate=datetime.date(2000 + n % 14, 5, 5))
        for n in range(seen)
    ]
    rows += [record("k12", "mother", first_name="Ann", birthdate=datetime.date(1971, 5, 5))]
    assert len([dob for dob in nodes(rows, "dob") if dob]) == kept
