"""How identifiers go wrong: always in the ways named, never otherwise."""

import numpy as np
import pyarrow as pa
import pytest

from ingest.synthetic.calendars import day, year_month_day
from ingest.synthetic.identity_errors import misspell, wrong_birthdate, wrong_number

NAMES = ["Martínez", "O'Brien", "Li", "Nguyễn", "Smith-Jones", "Ann", "", "X"] * 200


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def is_one_slip(before: str, after: str) -> bool:
    if len(before) == len(after):
        places = [n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
        swapped = len(places) == 2 and places[1] == places[0] + 1
        return len(places) <= 1 or (swapped and sorted(before) == sorted(after))
    longer, shorter = sorted((before, after), key=len, reverse=True)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def test_a_misspelled_name_has_exactly_one_slip_and_others_stay() -> None:
    mask = np.arange(len(NAMES)) % 2 == 0
    spoiled = misspell(rng(), pa.array(NAMES), mask).to_pylist()
    pairs = list(zip(NAMES, spoiled, mask, strict=True))
    assert all(before == after for before, after, chosen in pairs if not chosen)
    assert all(is_one_slip(before, after) for before, after, chosen in pairs if chosen)
    assert sum(before != after for before, after, chosen in pairs if chosen) > 0.5 * mask.sum()


def test_the_first_letter_of_a_longer_name_stays() -> None:
    spoiled = misspell(rng(), pa.array(["Garcia"] * 500), np.ones(500, bool)).to_pylist()
    assert all(name.startswith("G") for name in spoiled)


def test_how_many_names_are_misspelled_does_not_shift_later_draws() -> None:
    one, other = rng(), rng()
    misspell(one, pa.array(["Ana", "Ben"]), np.array([True, True]))
    misspell(other, pa.array(["Ana", "Ben"]), np.array([False, False]))
    assert one.random() == other.random()


def test_a_wrong_number_differs_by_a_digit_or_by_two_neighbours_exchanged() -> None:
    numbers = np.full(1000, 123454321)
    for number in wrong_number(rng(), numbers):
        assert number != 123454321
        assert is_one_slip("123454321", f"{number:09d}")


@pytest.mark.parametrize("birth", [(2000, 2, 29), (1999, 12, 31), (2001, 3, 4)])
def test_a_wrong_birthdate_is_still_a_date(birth: tuple[int, int, int]) -> None:
    births = np.full(500, int(day(*birth)), dtype=np.int64)
    wrong = wrong_birthdate(rng(), births)
    years, months, _ = year_month_day(wrong)
    assert (np.abs(years - birth[0]) <= 10).all()
    assert ((months >= 1) & (months <= 12)).all()
    assert (wrong != births).mean() > 0.7


def test_day_and_month_are_swapped_only_where_the_swap_is_a_date() -> None:
    wrong = wrong_birthdate(rng(), np.full(2000, int(day(2001, 3, 4)), dtype=np.int64))
    assert int(day(2001, 4, 3)) in wrong
    late = wrong_birthdate(rng(), np.full(2000, int(day(2001, 3, 25)), dtype=np.int64))
    assert set(year_month_day(late)[0]) <= {1991, 2000, 2001, 2002}
