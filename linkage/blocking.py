"""Which pairs are worth scoring: strict equalities, many of them, never OR and never a fuzzy join.

Each rule names the mistake it survives. Conditions that give every pair to exactly one model stand here too.
"""

from __future__ import annotations

_SURVIVES_SURNAME_CHANGE = "l.dob = r.dob and l.given = r.given"
_SURVIVES_OTHER_GIVEN_NAME = "l.dob = r.dob and l.family = r.family"
_SURVIVES_WRONG_BIRTH_DATE = "l.given = r.given and l.family = r.family"
_SURVIVES_MISSPELT_NAMES = "l.dob = r.dob and l.fi = r.fi and l.li = r.li"
_SURVIVES_WRONG_MONTH_OR_DAY = "l.last6 = r.last6 and l.fi = r.fi and l.birth_year = r.birth_year"
_SURVIVES_WRONG_DAY = "l.last6 = r.last6 and l.birth_month = r.birth_month"
_SURVIVES_WRONG_YEAR = "l.given = r.given and l.birth_day = r.birth_day and l.li = r.li"
_SURVIVES_SWAPPED_NAMES = "l.dob = r.dob and l.fi = r.li and l.li = r.fi"

NAME_RULES = (
    _SURVIVES_SURNAME_CHANGE,
    _SURVIVES_OTHER_GIVEN_NAME,
    _SURVIVES_WRONG_BIRTH_DATE,
    _SURVIVES_MISSPELT_NAMES,
    _SURVIVES_WRONG_MONTH_OR_DAY,
    _SURVIVES_WRONG_DAY,
    _SURVIVES_WRONG_YEAR,
    _SURVIVES_SWAPPED_NAMES,
)
SSN_RULES = (
    "l.ssn = r.ssn",
    "l.ssn4 = r.ssn4 and l.fi = r.fi and l.birth_year = r.birth_year",
    "l.ssn4 = r.ssn4 and l.last6 = r.last6",
    "l.ssn5 = r.ssn5 and l.given = r.given",
    "l.ssn5 = r.ssn5 and l.last6 = r.last6",
)
WAGE_RULES = (
    "l.ssn = r.ssn",
    "l.ssn4 = r.ssn4 and l.last6 = r.last6",
    "l.ssn4 = r.ssn4 and l.given = r.given",
    "l.ssn5 = r.ssn5 and l.last6 = r.last6",
    "l.ssn5 = r.ssn5 and l.given = r.given",
)

# Two records of one slot are two persons, or one whose agency issued two identifiers: neither is linkage's to decide.
_OTHER_SLOT = "l.slot <> r.slot"
_ONE_WITHOUT_SSN = "(l.ssn is null or r.ssn is null)"


def education_rules() -> list[str]:
    """Pairs of spine records of which at least one has no SSN."""
    return [f"{rule} and {_OTHER_SLOT} and {_ONE_WITHOUT_SSN}" for rule in NAME_RULES]


def full_rules() -> list[str]:
    """Pairs of spine records that both have an SSN."""
    with_ssn = "l.ssn is not null and r.ssn is not null"
    return [f"{rule} and {_OTHER_SLOT} and {with_ssn}" for rule in (*SSN_RULES, *NAME_RULES)]


def wage_rules() -> list[str]:
    """Pairs of a spine record and a wage node, both with an SSN; nameless wages are no matter of probability."""
    return [f"{rule} and (l.fi is not null or l.family is not null) and (r.fi is not null or r.family is not null)"
            for rule in WAGE_RULES]  # fmt: skip
