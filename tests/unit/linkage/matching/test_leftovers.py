"""Records that are left over when two sources hold the same people: they have lost all other candidates."""

import datetime

import pytest

from linkage import link
from linkage.matching import relatives
from tests.unit.linkage.people import Row, population, record, table

BORN = {"birthdate": datetime.date(2002, 3, 4), "middle_name": "A"}
PUPIL = record("k12", "P", first_name="Leonora", last_name="Brzezinski", **BORN)
LICENCE = record("bridge", "L", first_name="Leonore", last_name="Bergmann", ssn="212345678", **BORN)


def people(count: int) -> list[Row]:
    """Made-up people of whom the schools and the licence office know each."""
    return [row for row in population(count, seed=8)[0].to_pylist() if row["source"] in ("k12", "bridge")]


def became_one(rows: list[Row]) -> bool:
    found = {
        row["record_id"]: row["cluster_id"]
        for row in link(table([PUPIL, LICENCE, *rows])).clusters.to_pylist()
    }
    return found[PUPIL["record_id"]] == found[LICENCE["record_id"]]


@pytest.fixture
def single_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relatives, "_FEWEST_RECORDS", 100)


@pytest.mark.usefixtures("single_persons")
def test_the_last_record_of_each_source_links_with_less_evidence() -> None:
    assert became_one(people(150))


@pytest.mark.usefixtures("single_persons")
def test_it_waits_for_a_person_where_a_tenth_of_the_others_are_left_over_too() -> None:
    rows = people(150)
    pupils = [row["record_id"] for row in rows if row["source"] == "k12"][:15]
    assert not became_one([row for row in rows if row["record_id"] not in pupils])


def test_it_waits_for_a_person_where_relatives_may_be() -> None:
    assert not became_one(people(150))


@pytest.mark.usefixtures("single_persons")
def test_it_waits_for_a_person_where_two_candidates_are_left_over() -> None:
    other = record("bridge", "M", first_name="Leonore", last_name="Bello", ssn="313456789", **BORN)
    assert not became_one([other, *people(150)])
