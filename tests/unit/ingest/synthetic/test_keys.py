"""Identifiers are unique without a table of those already given."""

from itertools import pairwise

import numpy as np
import pytest

from ingest.synthetic.keys import identifiers, scramble, social_security_numbers


@pytest.mark.parametrize("size", [1, 2, 1000, 4097])
def test_scrambling_is_one_to_one(size: int) -> None:
    assert sorted(scramble(np.arange(size), size, key=5).tolist()) == list(range(size))


def test_another_key_scrambles_otherwise() -> None:
    assert not np.array_equal(scramble(np.arange(100), 1000, 1), scramble(np.arange(100), 1000, 2))


def test_social_security_numbers_are_valid_and_unshared() -> None:
    numbers = social_security_numbers(np.arange(200_000), seed=20)
    area, group, serial = numbers // 1_000_000, numbers // 10_000 % 100, numbers % 10_000
    assert len(np.unique(numbers)) == len(numbers)
    assert ((area >= 1) & (area <= 899) & (area != 666) & (group > 0) & (serial > 0)).all()


def test_numbers_that_follow_each_other_give_identifiers_that_do_not() -> None:
    found = [int(value.as_py()[1:]) for value in identifiers(np.arange(50), "D", 1)]
    assert min(abs(one - other) for one, other in pairwise(found)) > 1000
