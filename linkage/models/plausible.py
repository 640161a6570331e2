"""What a model's weights must be to be believed: trained, within limits, and in the order that agreement has.

Judging a model by its weights belongs here; whether the rounds that learnt them agree is `training.rounds`' business.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NAME_WEIGHT = 12.0
MAX_IDENTIFIER_WEIGHT = 22.0
_IDENTIFIERS = ("ssn",)

# Estimates of a few hundred examples lie a tenth of a bit from the truth and more.
_SLACK = 0.25

# By comparison, from stronger to weaker. Levels of different kinds, such as a nickname and a slip, have no order.
_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "given": (
        ("same given name", "one is a nickname of the other", "another given name"),
        (
            "same given name",
            "nearly the same given name",
            "a slip or two in the given name",
            "another given name",
        ),
        ("same given name", "initial agrees", "another given name"),
        ("same given name", "given name is the other's middle name", "another given name"),
        ("same among all given names", "another given name"),
        ("given and family name swapped", "another given name"),
    ),
    "family": (
        ("same surname", "nearly the same surname", "a slip or two in the surname", "another surname"),
        ("same surname", "another surname, both women", "another surname"),
        ("a part of the surname agrees", "another surname"),
        ("same among all surnames", "another surname"),
        ("first six letters agree", "another surname"),
        ("given and family name swapped", "another surname"),
    ),
    "middle": (
        ("same middle name", "middle initial agrees", "another middle name"),
        ("middle initial agrees", "another middle initial"),
    ),
    "dob": (
        ("same birth date", "month and day swapped", "another birth date"),
        ("same birth date", "one digit differs", "two of year, month and day agree", "another birth date"),
        ("same birth date", "same birth year, no more known", "a year off, no more known"),
    ),
    "sex": (("same sex", "another sex"),),
    "zip": (
        ("same ZIP code", "same ZIP area", "another ZIP area"),
        ("same ZIP code", "same city", "another ZIP area"),
    ),
    "street": (("same street address", "nearly the same street address", "another street address"),),
    "ssn": (
        ("same SSN", "SSN differs by one slip", "SSN differs by two slips", "another SSN"),
        ("same SSN", "SSN differs by one slip", "last four digits agree", "another SSN"),
        ("same SSN", "same SSN, used under several names", "another SSN"),
    ),
}


def problems(profiles: dict[str, dict[str, Any]]) -> list[str]:
    """Return every reason why a model must not be used; the order is judged where all weights are known."""
    return implausible_weights(profiles) or out_of_order(profiles)


def implausible_weights(profiles: dict[str, dict[str, Any]]) -> list[str]:
    """Name each level that has no m or u, or weighs more than evidence of its kind can."""
    problems = []
    for name, settings in profiles.items():
        for comparison in settings["comparisons"]:
            part = comparison["output_column_name"]
            limit = MAX_IDENTIFIER_WEIGHT if part in _IDENTIFIERS else MAX_NAME_WEIGHT
            for level in comparison["comparison_levels"]:
                fault = _fault(level, limit)
                if fault:
                    problems.append(f"{name}, {part}, '{level['label_for_charts']}' {fault}")
    return problems


def _fault(level: dict[str, Any], limit: float) -> str | None:
    if level.get("is_null_level"):
        return None
    m, u = level.get("m_probability"), level.get("u_probability")
    if not isinstance(m, float | int) or not isinstance(u, float | int) or m <= 0 or u <= 0:
        return "is not trained"
    weight = bits(level)
    return f"weighs {weight:.1f} bits" if abs(weight) > limit else None


def out_of_order(profiles: dict[str, dict[str, Any]]) -> list[str]:
    """Name each level that weighs more than a stronger agreement of the same comparison."""
    return [
        f"{profile}, {part}: '{weaker}' weighs {bits(level):+.1f} bits, the stronger '{stronger}' {bits(above):+.1f}"
        for profile, settings in profiles.items()
        for part, (stronger, above), (weaker, level) in _ordered(settings)
        if bits(level) > bits(above) + _SLACK
    ]


def _ordered(settings: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Any], tuple[str, Any]]]:
    """Each pair of neighbours in the orders, those levels left out that the model does not have."""
    for comparison in settings["comparisons"]:
        part = comparison["output_column_name"]
        levels = {level["label_for_charts"]: level for level in comparison["comparison_levels"]}
        for order in _ORDERS.get(part, ()):
            known = [(label, levels[label]) for label in order if label in levels]
            for above, below in itertools.pairwise(known):
                yield part, above, below


def bits(level: dict[str, Any]) -> float:
    """The weight of a level, whose m and u are known to be positive."""
    return math.log2(level["m_probability"] / level["u_probability"])
