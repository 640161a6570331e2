"""A state's definition of a concentrator, taken from a preset and changed in single values."""

import pytest
from pydantic import ValidationError

from warehouse.state_sections.measures import Perkins


def test_a_preset_decides_what_the_state_leaves_open() -> None:
    perkins = Perkins.model_validate({"preset": "nebraska_like"})

    assert perkins.concentrator.allowed_levels == ["intermediate", "capstone"]
    assert perkins.valid_from == 2020


def test_a_single_value_stands_over_the_preset() -> None:
    perkins = Perkins.model_validate({"preset": "texas_like", "concentrator": {"min_courses": 3}})

    assert (perkins.concentrator.min_courses, perkins.concentrator.min_credits) == (3, 2)


def test_an_unknown_preset_is_told_with_those_there_are() -> None:
    with pytest.raises(ValidationError, match="nebraska_like, tennessee_like, texas_like"):
        Perkins.model_validate({"preset": "atlantis_like"})


def test_without_a_preset_the_file_alone_decides() -> None:
    assert Perkins.model_validate({"concentrator": {"min_courses": 4}}).concentrator.min_courses == 4
