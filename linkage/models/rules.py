"""Which pairs are worth scoring: strict equalities, many of them, never OR and never a fuzzy join.

Each rule names the mistake it survives. Finding the pairs is `matching.blocking`'s business.
"""

_SURVIVES_SURNAME_CHANGE = "l.dob = r.dob and l.given = r.given"
_SURVIVES_OTHER_GIVEN_NAME = "l.dob = r.dob and l.family = r.family"
_SURVIVES_WRONG_BIRTH_DATE = "l.given = r.given and l.family = r.family"
_SURVIVES_MISSPELT_NAMES = "l.dob = r.dob and l.fi = r.fi and l.li = r.li"
_SURVIVES_WRONG_MONTH_OR_DAY = "l.last6 = r.last6 and l.fi = r.fi and l.birth_year = r.birth_year"
_SURVIVES_WRONG_DAY = "l.last6 = r.last6 and l.birth_month = r.birth_month"
_SURVIVES_WRONG_YEAR = "l.given = r.given and l.birth_day = r.birth_day and l.li = r.li"
_SURVIVES_SWAPPED_NAMES = "l.dob = r.dob and l.fi = r.li and l.li = r.fi"
_SURVIVES_SWAPPED_NAMES_AND_DATE = "l.given = r.family and l.family = r.given"
_SURVIVES_ANY_NAME = "l.dob = r.dob and l.zip = r.zip"
_SURVIVES_ANY_NAME_OR_DATE = "l.street = r.street and l.zip = r.zip"
_SURVIVES_WRONG_ZIP = "l.street = r.street and l.fi = r.fi"
_NEEDS_NO_DATE = "l.last6 = r.last6 and l.zip = r.zip and l.fi = r.fi and (l.dob is null or r.dob is null)"
_NEEDS_NEITHER_DATE_NOR_ZIP = (
    "l.last6 = r.last6 and l.fi = r.fi and l.mi = r.mi and (l.dob is null or r.dob is null)"
)

NAME_RULES = (
    _SURVIVES_SURNAME_CHANGE,
    _SURVIVES_OTHER_GIVEN_NAME,
    _SURVIVES_WRONG_BIRTH_DATE,
    _SURVIVES_MISSPELT_NAMES,
    _SURVIVES_WRONG_MONTH_OR_DAY,
    _SURVIVES_WRONG_DAY,
    _SURVIVES_WRONG_YEAR,
    _SURVIVES_SWAPPED_NAMES,
    _SURVIVES_SWAPPED_NAMES_AND_DATE,
    _SURVIVES_ANY_NAME,
    _SURVIVES_ANY_NAME_OR_DATE,
    _SURVIVES_WRONG_ZIP,
    _NEEDS_NO_DATE,
    _NEEDS_NEITHER_DATE_NOR_ZIP,
)
SSN_RULES = (
    "l.ssn = r.ssn",
    "l.ssn4 = r.ssn4 and l.fi = r.fi and l.birth_year = r.birth_year",
    "l.ssn4 = r.ssn4 and l.last6 = r.last6",
    "l.ssn4 = r.ssn4 and l.dob = r.dob",
    "l.ssn5 = r.ssn5 and l.dob = r.dob",
    "l.ssn5 = r.ssn5 and l.given = r.given",
    "l.ssn5 = r.ssn5 and l.last6 = r.last6",
)
_SURVIVES_WRONG_OR_MISSING_NUMBER = "l.given = r.given and l.family = r.family and l.mi = r.mi"
WAGE_RULES = (
    "l.ssn = r.ssn",
    "l.ssn4 = r.ssn4 and l.last6 = r.last6",
    "l.ssn4 = r.ssn4 and l.given = r.given",
    "l.ssn5 = r.ssn5 and l.last6 = r.last6",
    "l.ssn5 = r.ssn5 and l.given = r.given",
    "l.ssn4 = r.ssn4 and l.fi = r.fi and l.li = r.li",
    "l.ssn5 = r.ssn5 and l.fi = r.fi and l.li = r.li",
    _SURVIVES_WRONG_OR_MISSING_NUMBER,
)

SURE = f"{_SURVIVES_SURNAME_CHANGE} and l.family = r.family"
"""What nearly nobody but one person shares: by it, how many true pairs there are is guessed."""

# Among many people chance brings far more pairs together than mistakes do. Then a pair must share one thing more, of several.
NARROWED = {
    rule: tuple(f"{rule} and l.{column} = r.{column}" for column in columns)
    for rule, columns in (
        (_SURVIVES_WRONG_BIRTH_DATE, ("birth_year", "mi", "zip")),
        (_SURVIVES_WRONG_MONTH_OR_DAY, ("mi", "zip")),
        (_SURVIVES_WRONG_DAY, ("fi", "zip")),
        (_SURVIVES_MISSPELT_NAMES, ("mi", "zip")),
        (_SURVIVES_SWAPPED_NAMES, ("mi", "zip")),
        (_SURVIVES_ANY_NAME, ("fi", "li")),
    )
}
"""For a rule that costs too much in a large population, the narrower ones that stand for it."""
