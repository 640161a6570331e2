"""Readable names of the categories that a release shows. Wording only; no numbers and no database here."""

from __future__ import annotations

from collections.abc import Mapping

_LABELS: Mapping[tuple[str, str], str] = {
    ("sex", "F"): "Female",
    ("sex", "M"): "Male",
    ("sex", "X"): "Not selected or another sex",
    ("race_ethnicity", "AmericanIndianorAlaskaNative"): "American Indian or Alaska Native",
    ("race_ethnicity", "Asian"): "Asian",
    ("race_ethnicity", "BlackorAfricanAmerican"): "Black or African American",
    ("race_ethnicity", "HispanicorLatinoEthnicity"): "Hispanic or Latino of any race",
    ("race_ethnicity", "NativeHawaiianorOtherPacificIslander"): "Native Hawaiian or Other Pacific Islander",
    ("race_ethnicity", "TwoorMoreRaces"): "Two or more races",
    ("race_ethnicity", "White"): "White",
}

# A subgroup dimension whose answers are yes and no: what each answer means, in words people use of people.
_YES_NO: Mapping[str, tuple[str, str]] = {
    "economic_disadvantage": ("Economically disadvantaged", "Not economically disadvantaged"),
    "english_learner": ("English learner", "Not an English learner"),
    "idea": ("Student with a disability (IDEA)", "Not a student with a disability (IDEA)"),
    "homeless": ("Experiencing homelessness", "Not experiencing homelessness"),
    "foster_care": ("In foster care", "Not in foster care"),
    "migrant": ("Migratory student", "Not a migratory student"),
    "military_connected": ("Military-connected", "Not military-connected"),
    "single_parent": ("Single parent", "Not a single parent"),
    "out_of_workforce": ("Out of the workforce", "Not out of the workforce"),
}
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_NOT_KNOWN = "unknown"
# The people whom a table lists nowhere, so that it adds up.
_REST = "none"
_RESTS = {
    "district": "No school district recorded",
    "school": "No school recorded",
    "career_cluster": "No career cluster",
    "cip": "No program recorded",
}


def category_label(dimension: str, category: str, known: Mapping[tuple[str, str], str]) -> str:
    """The name of a category: from the warehouse's own dimension, else from the standard codes, else itself.

    Args:
        dimension: the table the category belongs to, such as `race_ethnicity`.
        category: its code.
        known: names read from the warehouse by (dimension, category), such as those of districts.
    """
    name = known.get((dimension, category)) or _LABELS.get((dimension, category))
    if name:
        return name
    if category.rsplit("|", 1)[-1] == _REST:
        return _RESTS.get(dimension, "Not reported")
    if category.lower() == _NOT_KNOWN:
        return "Not known"
    if dimension in _YES_NO:
        yes, no = _YES_NO[dimension]
        answer = category.lower()
        if answer in _YES or answer == dimension:
            return yes
        if answer in _NO or answer == f"not_{dimension}":
            return no
    return _sentence_case(category)


def _sentence_case(code: str) -> str:
    words = code.replace("_", " ").strip()
    # An issued code (D0123, 51.38) is a name already; only plain lower-case words are made to read as one.
    return words[:1].upper() + words[1:] if words.islower() else words
