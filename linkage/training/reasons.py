"""Why some weights are set by hand, for the model card: one sentence per kind of level. Data only."""

_SWAPPED = "One person in some hundreds has names in each other's columns: too few to learn from."
_SLIP = "Slips that the measure of nearness does not see are one in some hundreds: too few to learn from."
_SSN = (
    "Random pairs contain true matches, and so an estimate would shrink with the file; that two people share nine digits "
    "by chance is known without counting."
)
_REASONS = {
    ("given", "given and family name swapped"): _SWAPPED,
    ("family", "given and family name swapped"): _SWAPPED,
    ("given", "a slip or two in the given name"): _SLIP,
    ("family", "a slip or two in the surname"): _SLIP,
    (
        "given",
        "given name is the other's middle name",
    ): "About 0.4 % of people: EM would need thousands of such pairs.",
    ("given", "initial agrees"): "Outside wages initials are too rare to learn from.",
    (
        "given",
        "another given name",
    ): "Pairs of one SSN hold people who share a number: EM would take them for one.",
    ("given", "given name is the other's surname"): _SWAPPED,
    ("family", "given name is the other's surname"): "Counted with the given name already.",
    ("middle", "another middle initial"): "Pairs of one SSN hold almost none: EM drives this level to zero.",
    ("dob", "month and day swapped"): "A rare slip of data entry.",
    (
        "dob",
        "same birth year, no more known",
    ): "Only sources without dates show it; others say nothing of it.",
    ("dob", "a year off, no more known"): "Only sources without dates show it; others say nothing of it.",
    ("zip", "same city"): "Only sources without ZIP codes show it.",
}
_OF_COMPARISON = {
    "ssn": _SSN,
    "street": "Few sources have addresses, and households share them.",
}


def why_fixed(comparison: str, label: str) -> str | None:
    """Return why a level's weight is set by hand; None if nobody wrote it down."""
    return _REASONS.get((comparison, label)) or _OF_COMPARISON.get(comparison)
