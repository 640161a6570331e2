"""Families among the records: where look-alikes are, a person is asked; where there are none, a difference is a slip."""

import pytest

from linkage import link
from linkage.matching import relatives
from tests.unit.linkage.people import Row, population, record, table

TWIN = {"last_name": "Brzezinski", "birthdate": population(1, seed=1)[0]["birthdate"][0].as_py(), "sex": "F"}


def sisters(name: str, number: int) -> list[Row]:
    home = TWIN | {"last_name": f"Brzezinski{name}", "zip_code": "30001"}
    return [
        record("k12", f"T{number}", first_name="Octavia", **home),
        record("k12", f"U{number}", first_name="Marguerite", **home),
    ]


def asked_or_joined(families: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a pupil and a licence that differ in the given name alone became one person."""
    monkeypatch.setattr(relatives, "_FEWEST_RECORDS", 100)
    pupil = record("k12", "P", first_name="Leonora", zip_code="30002", **TWIN)
    licence = record("bridge", "L", first_name="Wilhelmina", zip_code="30002", ssn="212345678", **TWIN)
    rows = [row for number in range(families) for row in sisters("abcdef"[number] * 3, number)]
    records = table([pupil, licence, *rows, *population(120, seed=8)[0].to_pylist()])
    found = {row["record_id"]: row["cluster_id"] for row in link(records).clusters.to_pylist()}
    return found[pupil["record_id"]] == found[licence["record_id"]]


def test_where_sisters_are_another_given_name_is_another_person(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not asked_or_joined(4, monkeypatch)


def test_where_no_source_holds_relatives_another_given_name_is_a_slip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asked_or_joined(0, monkeypatch)
