"""How published texts read: numbers with their signs, names of tables, and sentences that say what a chart shows.

Works on published texts only. Nothing here may compute with a number that is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.published import Cell, Indicator

STATE = "state"
# Places and fields of study; every other dimension divides learners by who they are.
PLACES = ("district", "school", "career_cluster", "cip")
NOT_KNOWN = "unknown"
# The people whom a table lists nowhere.
REST = "none"

_TITLES = {
    "district": "School district",
    "school": "School",
    "career_cluster": "Career cluster",
    "cip": "Program (CIP)",
    "sex": "Sex",
    "race_ethnicity": "Race and ethnicity",
    "economic_disadvantage": "Economic disadvantage",
    "english_learner": "English learners",
    "idea": "Disability (IDEA)",
    "homeless": "Homelessness",
    "foster_care": "Foster care",
    "migrant": "Migratory students",
    "military_connected": "Military connection",
    "single_parent": "Single parents",
    "out_of_workforce": "Out of the workforce",
}
# The part of the largest cohort below which a cohort is a remnant.
_SMALLEST_USUAL = 0.25

_BOUNDS = {">=": ("≥", "at least "), "<=": ("≤", "at most "), "<": ("<", "below ")}


@dataclass(frozen=True)
class Shown:
    """A published value as it can be drawn and read."""

    number: float
    bound: str
    short: str
    long: str


def shown(value: str, unit: str) -> Shown:
    """Read a published value such as `83.4`, `>=95`, `50-59` or `7300`."""
    bound = next((sign for sign in _BOUNDS if value.startswith(sign)), "")
    if not bound and "-" in value:
        low, high = value.split("-")
        return Shown(
            (float(low) + float(high) + 1) / 2, "", f"{low}\N{EN DASH}{high}%", f"{low} to {high} percent"
        )
    digits = value.removeprefix(bound)
    sign, words = _BOUNDS.get(bound, ("", ""))
    bound = "<=" if bound == "<" else bound
    if unit == "usd":
        written = f"${float(digits):,.0f}"
        return Shown(float(digits), bound, sign + written, words + written)
    return Shown(float(digits), bound, f"{sign}{digits}%", f"{words}{digits} percent")


def shown_people(count: str) -> str:
    """A published count with separators."""
    return f"{int(count):,}"


def dimension_title(dimension: str) -> str:
    """The name of a table."""
    return _TITLES.get(dimension) or dimension.replace("_", " ").capitalize()


def group_dimensions(indicator: Indicator) -> list[str]:
    """The dimensions that divide learners by who they are, in the order of the titles."""
    order = {name: place for place, name in enumerate(_TITLES)}
    found = {cell.dimension for cell in indicator.cells} - {STATE, *PLACES}
    return sorted(found, key=lambda name: (order.get(name, len(order)), name))


def categories(cells: Iterable[Cell]) -> list[tuple[str, str]]:
    """Code and label of each category by label; `not` after its opposite, not known last."""
    found = {cell.category: cell.label for cell in cells}
    return sorted(found.items(), key=_place_in_list)


def _place_in_list(item: tuple[str, str]) -> tuple[bool, bool, str, str]:
    code, label = item
    return code == NOT_KNOWN or is_rest(code), label.startswith("Not "), label.casefold(), code


def is_rest(code: str) -> bool:
    """True for the people whom a table lists nowhere."""
    return code.rsplit("|", 1)[-1] == REST


def measure(unit: str) -> str:
    """What a value of this unit is called."""
    return "Median" if unit == "usd" else "Rate"


def usual_cohorts(indicator: Indicator) -> list[Cell]:
    """The state's cells that may stand for the state: without cohorts of a small part of the usual people.

    At the ends of the delivered years a cohort may hold only those who left early or late. Its number is
    true of them and no point of a trend.
    """
    cells = indicator.of(STATE)
    largest = max((int(cell.count) for cell in cells if cell.count is not None), default=0)
    return [cell for cell in cells if cell.count is None or int(cell.count) >= largest * _SMALLEST_USUAL]


def trend_sentence(indicator: Indicator) -> str:
    """What the state's numbers say over the usual cohorts."""
    points = [cell for cell in usual_cohorts(indicator) if cell.value is not None]
    if not points:
        return "The numbers are too small to be shown."
    first, last = points[0], points[-1]
    latest = shown(last.value or "", indicator.unit)
    sentence = f"The {measure(indicator.unit).lower()} is {latest.long} for cohort {last.cohort}"
    if first is last:
        return f"{sentence}, the only cohort published so far."
    earliest = shown(first.value or "", indicator.unit)
    if earliest.bound or latest.bound:
        return f"{sentence}; it was {earliest.long} for cohort {first.cohort}."
    return f"{sentence}, {_difference(latest, earliest, indicator.unit)} for cohort {first.cohort}."


def _difference(new: Shown, old: Shown, unit: str) -> str:
    change = new.number - old.number
    if abs(change) < 1e-9:
        return "the same as"
    direction = "higher than" if change > 0 else "lower than"
    size = abs(change)
    if unit == "usd":
        return f"${size:,.0f} {direction}"
    return f"{size:.1f}".removesuffix(".0") + f" {'point' if size == 1 else 'points'} {direction}"


def gap_sentence(indicator: Indicator, cohort: str) -> str:
    """The widest difference inside one table of groups, from what is shown."""
    widest: list[tuple[Shown, str]] = []
    for dimension in group_dimensions(indicator):
        found = [
            (shown(cell.value, indicator.unit), cell.label)
            for cell in indicator.of(dimension)
            if cell.cohort == cohort
            and cell.value is not None
            and not (cell.category == NOT_KNOWN or is_rest(cell.category))
        ]
        found.sort(key=lambda item: item[0].number)
        if len(found) > 1 and (not widest or _spread(found) > _spread(widest)):
            widest = found
    if not widest or _spread(widest) == 0:
        return f"No difference between groups can be shown for cohort {cohort}."
    (low, low_label), (high, high_label) = widest[0], widest[-1]
    return (
        f"The widest difference in cohort {cohort}: "
        f"{low.long} for “{low_label}”, {high.long} for “{high_label}”."
    )


def _spread(found: list[tuple[Shown, str]]) -> float:
    return found[-1][0].number - found[0][0].number


def privacy_sentences(rules: dict[str, Any]) -> list[str]:
    """What was done to the numbers, from the rules that the release carries."""
    if not rules:
        return ["Small numbers are hidden, and others with them, so that none can be found by subtraction."]
    step = rules["round_count_to"]
    counts = "Counts of people are exact." if step == 1 else f"Counts are rounded to the nearest {step}."
    least = rules["min_count"]
    sides = rules["min_outcome_count"]
    hidden = f"A number that stands for fewer than {least} people is hidden"
    hidden += f", and so is a rate with fewer than {sides} people on one side of it." if sides else "."
    employers = f"An amount needs at least {rules['min_employers']} employers, none of them with more than"
    return [
        hidden,
        f"{employers} {rules['max_employer_share']:.0%} of the people.",
        counts,
        "Rates near all or none are written as a bound." if rules["coded"] or rules["bins"] else "",
    ]
