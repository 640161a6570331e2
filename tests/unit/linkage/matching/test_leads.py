"""Questions beyond the scores: persons that share a number, and whole names that one person and one earner bear."""

import pytest

from linkage import LinkResult, link
from tests.unit.linkage.people import Row, population, record, table

NAMES = ("Octavia", "Leonora", "Philippa", "Clementine", "Rosalind", "Beatrix", "Henrietta", "Josephine")


def known_by_name(number: int, name: str) -> list[Row]:
    """A licence, and wages of the same name whose number was set aside."""
    last = f"Brzezinski{'abcdefgh'[number]}"
    return [
        record("bridge", f"L{number}", first_name=name, last_name=last, ssn=f"21234567{number}"),
        record("ui", f"W{number}", first_name=name, last_name=last),
    ]


@pytest.fixture(scope="module")
def led() -> tuple[LinkResult, int]:
    rows = [row for number, name in enumerate(NAMES) for row in known_by_name(number, name)]
    shared = [
        record("bridge", "S", first_name="Wilhelmina", last_name="Fairbanks", ssn="412345678"),
        record("ui", "T", first_name="Roberto", last_name="Fairbanks", ssn="412345678"),
        record("ui", "U", first_name="Wilhelm", last_name="Quispe", ssn="412345678"),
    ]
    records = table([*rows, *shared, *population(170, seed=33)[0].to_pylist()])
    return link(records), records.num_rows


def reasons(result: LinkResult) -> list[str]:
    return [row["reason"] for row in result.conflicts.to_pylist()]


def test_a_whole_name_without_a_number_is_asked_about_while_there_is_room(
    led: tuple[LinkResult, int],
) -> None:
    result, records = led
    asked = reasons(result).count("name_only")
    assert 0 < asked < len(NAMES)
    assert asked <= 0.02 * records / 2


def test_a_lead_has_no_score(led: tuple[LinkResult, int]) -> None:
    leads = [row for row in led[0].conflicts.to_pylist() if row["reason"] in ("name_only", "same_ssn")]
    assert all(row["match_weight"] is None for row in leads)


def test_a_number_under_several_names_is_a_question(led: tuple[LinkResult, int]) -> None:
    assert {"same_ssn", "ssn_agrees_given_name_differs"} & set(reasons(led[0]))
