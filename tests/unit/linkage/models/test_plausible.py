import copy
from typing import Any

import pytest

from linkage.models.model import default_model
from linkage.models.plausible import problems
from linkage.models.settings import profiles


def level(profiles_: dict[str, Any], label: str) -> dict[str, Any]:
    return next(
        level
        for comparison in profiles_["full"]["comparisons"]
        for level in comparison["comparison_levels"]
        if level["label_for_charts"] == label
    )


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("same given name", {"m_probability": None}),
        ("same given name", {"u_probability": 0.0}),
        ("same birth date", {"m_probability": "level not observed in training dataset"}),
        ("another sex", {"m_probability": 1e-9}),
        ("same SSN", {"u_probability": 1e-8}),
    ],
)
def test_a_level_that_is_untrained_or_implausible_stops_the_model(label: str, change: dict[str, Any]) -> None:
    broken = copy.deepcopy(default_model().profiles)
    level(broken, label).update(change)
    (problem,) = problems(broken)
    assert label in problem


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("same given name", "another given name"),
        ("same birth date", "one digit differs"),
        ("same sex", "another sex"),
        ("same ZIP area", "another ZIP area"),
        ("same SSN", "last four digits agree"),
    ],
)
def test_a_weaker_agreement_that_weighs_more_than_a_stronger_one_stops_the_model(
    stronger: str, weaker: str
) -> None:
    broken = copy.deepcopy(default_model().profiles)
    strong, weak = level(broken, stronger), level(broken, weaker)
    for key in ("m_probability", "u_probability"):
        strong[key], weak[key] = weak[key], strong[key]
    assert any(stronger in problem and "weighs" in problem for problem in problems(broken))


def test_every_level_that_can_be_ordered_is_one_that_a_model_has() -> None:
    from linkage.models.plausible import _ORDERS

    known = {
        (comparison["output_column_name"], level["label_for_charts"])
        for profile in profiles().values()
        for comparison in profile.comparisons
        for level in comparison["comparison_levels"]
    }
    ordered = {(part, label) for part, orders in _ORDERS.items() for order in orders for label in order}
    assert ordered <= known
    assert {part for part, _ in ordered} == {part for part, _ in known}
