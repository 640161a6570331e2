"""How two nodes are compared, part by part: ordered levels, each a SQL condition.

Levels are plain data in Splink's form. Weights that EM cannot learn are fixed here: identifiers, whose random agreement is far
rarer than any sample shows, and levels too rare to be seen. Which comparisons a model uses is decided in `settings`.
"""

from __future__ import annotations

from typing import Any

Level = dict[str, Any]
Comparison = dict[str, Any]


def _null(condition: str) -> Level:
    return {"sql_condition": condition, "label_for_charts": "not known", "is_null_level": True}


def _learned(label: str, condition: str, m: float, u: float, *, frequency_of: str | None = None) -> Level:
    """Return a level that training estimates; m and u start it, and stand where the records hold too few examples."""
    level: Level = {
        "sql_condition": condition,
        "label_for_charts": label,
        "m_probability": m,
        "u_probability": u,
    }
    if frequency_of:
        # The floor keeps a name seen once in a small file from weighing like an identifier.
        level |= {
            "tf_adjustment_column": frequency_of,
            "tf_adjustment_weight": 1.0,
            "tf_minimum_u_value": 5e-5,
        }
    return level


def _fixed(label: str, condition: str, m: float, u: float) -> Level:
    return _learned(label, condition, m, u) | {"fix_m_probability": True, "fix_u_probability": True}


def _comparison(name: str, *levels: Level) -> Comparison:
    return {"output_column_name": name, "comparison_levels": list(levels)}


# Sets hold the joined forms and former surnames too: a double surname in the given name's column is still found.
_SWAPPED = "p_names_swapped(given_all_l, family_all_l, given_all_r, family_all_r)"
# Names in each other's columns, and one of them another one besides.
_HALF_SWAPPED = "given_l = family_r or given_r = family_l"
_INITIAL = "(given_l is null or given_r is null) and list_has_any(initials_l, initials_r)"


def _given(*last: Level) -> Comparison:
    return _comparison(
        "given",
        _null("fi_l is null or fi_r is null"),
        _learned("same given name", "given_l = given_r", 0.86, 0.004, frequency_of="given"),
        _fixed("given and family name swapped", _SWAPPED, 0.002, 2e-5),
        _learned("same among all given names", "list_has_any(given_all_l, given_all_r)", 0.01, 0.0003),
        _learned("one is a nickname of the other", "list_has_any(roots_l, roots_r)", 0.05, 0.003),
        _learned(
            "nearly the same given name", "jaro_winkler_similarity(given_l, given_r) >= 0.9", 0.025, 0.0013
        ),
        # Slips at the front, which the measure above takes for another name; half of what chance brings is near as well.
        _fixed("a slip or two in the given name", "p_name_slip(given_l, given_r)", 0.0025, 0.0008),
        # EM would need thousands of such pairs: 0.4 % of people are known by their middle name.
        _fixed(
            "given name is the other's middle name", "given_l = middle_r or given_r = middle_l", 0.004, 0.0015
        ),
        _fixed("given name is the other's surname", _HALF_SWAPPED, 0.004, 0.001),
        *last,
    )


def given() -> Comparison:
    """Compare given names where both sides have a whole one, or nearly always do."""
    return _given(
        _fixed("initial agrees", _INITIAL, 0.004, 0.0008),
        _learned("another given name", "ELSE", 0.015, 0.985),
    )


def given_or_initial() -> Comparison:
    """Compare given names where wage accounts often hold an initial only."""
    return _given(
        _learned("initial agrees", _INITIAL, 0.03, 0.0045), _fixed("another given name", "ELSE", 0.01, 0.95)
    )


def _family(after_parts: tuple[Level, ...], last: tuple[Level, ...]) -> Comparison:
    return _comparison(
        "family",
        _null("family_l is null or family_r is null"),
        _learned("same surname", "family_l = family_r", 0.9, 0.0025, frequency_of="family"),
        _fixed("given and family name swapped", _SWAPPED, 0.002, 2e-5),
        _learned("same among all surnames", "list_has_any(family_all_l, family_all_r)", 0.025, 0.0002),
        *after_parts,
        _learned(
            "a part of the surname agrees", "list_has_any(family_tokens_l, family_tokens_r)", 0.015, 0.0003
        ),
        _learned(
            "nearly the same surname", "jaro_winkler_similarity(family_l, family_r) >= 0.92", 0.02, 0.0005
        ),
        _fixed("a slip or two in the surname", "p_name_slip(family_l, family_r)", 0.006, 0.0005),
        # Counted once, with the given name.
        _fixed("given name is the other's surname", _HALF_SWAPPED, 0.004, 0.004),
        *last,
        _learned("another surname", "ELSE", 0.01, 0.75),
    )


def family() -> Comparison:
    """Compare surnames with the former ones, double surnames and marriage in mind."""
    women = _learned("another surname, both women", "sex_l = 'F' and sex_r = 'F'", 0.02, 0.25)
    return _family((), (women,))


def family_or_six_letters() -> Comparison:
    """Compare surnames where wage accounts may cut them to six letters, or keep six letters of one part."""
    # Six characters with the space of "DE HAAS" leave five letters.
    six = (
        "(least(len(family_l), len(family_r)) between 4 and 6"
        " and (starts_with(family_l, family_r) or starts_with(family_r, family_l)))"
        " or p_part_cut(list_concat(family_all_l, family_tokens_l), family_r)"
        " or p_part_cut(list_concat(family_all_r, family_tokens_r), family_l)"
    )
    return _family((_learned("first six letters agree", six, 0.02, 0.0002),), ())


def middle() -> Comparison:
    """Compare middle names or initials."""
    return _comparison(
        "middle",
        _null("middle_l is null or middle_r is null"),
        _learned("same middle name", "middle_l = middle_r and len(middle_l) > 1", 0.35, 0.0015),
        _learned(
            "middle initial agrees", "mi_l = mi_r and (len(middle_l) = 1 or len(middle_r) = 1)", 0.63, 0.06
        ),
        _learned("another middle name", "ELSE", 0.015, 0.94),
    )


def middle_initial() -> Comparison:
    """Compare middle initials where nothing longer is ever delivered."""
    return _comparison(
        "middle",
        _null("mi_l is null or mi_r is null"),
        _learned("middle initial agrees", "mi_l = mi_r", 0.98, 0.075),
        # Blocks on the SSN hold almost no disagreement, so that EM drives this level to zero.
        _fixed("another middle initial", "ELSE", 0.02, 0.925),
    )


def birth_date() -> Comparison:
    """Compare birth dates given as eight digits, year first; or years where a side has no more."""
    both = "dob_l is not null and dob_r is not null"
    swapped = "dob_l = birth_year_r || substr(dob_r, 7, 2) || substr(dob_r, 5, 2)"
    two_parts = (
        "birth_month_l = birth_month_r or birth_day_l = birth_day_r"
        " or (birth_year_l = birth_year_r and right(dob_l, 2) = right(dob_r, 2))"
    )
    # An age can be a year off on either side of a birthday.
    year_off = f"not ({both}) and abs(birth_year_l::integer - birth_year_r::integer) <= 1"
    return _comparison(
        "dob",
        _null("birth_year_l is null or birth_year_r is null"),
        _learned("same birth date", "dob_l = dob_r", 0.96, 0.0007),
        _fixed("month and day swapped", swapped, 0.006, 1e-5),
        _fixed("same birth year, no more known", f"not ({both}) and birth_year_l = birth_year_r", 0.9, 0.04),
        _learned("one digit differs", f"{both} and p_date_slip(dob_l, dob_r)", 0.015, 0.004),
        _fixed("a year off, no more known", year_off, 0.06, 0.08),
        _learned("two of year, month and day agree", two_parts, 0.004, 0.015),
        _learned("another birth date", "ELSE", 0.004, 0.97),
    )


def sex() -> Comparison:
    """Compare recorded sex; anything but F and M is not known."""
    return _comparison(
        "sex",
        _null("sex_l is null or sex_r is null"),
        _learned("same sex", "sex_l = sex_r", 0.992, 0.5),
        _learned("another sex", "ELSE", 0.008, 0.5),
    )


def residence() -> Comparison:
    """Compare ZIP codes, or cities: people move, so that disagreement says little."""
    return _comparison(
        "zip",
        _null("(zip_l is null or zip_r is null) and (city_l is null or city_r is null)"),
        _learned("same ZIP code", "zip_l = zip_r", 0.7, 0.005),
        _fixed("same city", "city_l = city_r", 0.6, 0.03),
        _learned("same ZIP area", "left(zip_l, 3) = left(zip_r, 3)", 0.1, 0.1),
        _learned("another ZIP area", "ELSE", 0.2, 0.9),
    )


def street() -> Comparison:
    """Compare street addresses, which few sources deliver: fixed, low enough for households that share one."""
    return _comparison(
        "street",
        _null("street_l is null or street_r is null"),
        _fixed("same street address", "street_l = street_r", 0.5, 0.0008),
        _fixed(
            "nearly the same street address", "jaro_winkler_similarity(street_l, street_r) >= 0.9", 0.2, 0.003
        ),
        _fixed("another street address", "ELSE", 0.3, 0.996),
    )


def ssn() -> Comparison:
    """Compare SSNs with weights fixed by hand and without name-like frequency adjustment.

    Estimated from random pairs, an SSN's chance agreement contains the true matches and its weight shrinks with the file.
    """
    return _comparison(
        "ssn",
        _null("ssn_l is null or ssn_r is null"),
        _fixed(
            "same SSN, used under several names",
            "ssn_l = ssn_r and (ssn_shared_l or ssn_shared_r)",
            0.02,
            5e-6,
        ),
        _fixed("same SSN", "ssn_l = ssn_r", 0.95, 1e-6),
        _fixed("SSN differs by one slip", "p_ssn_slips(ssn_l, ssn_r) <= 1", 0.015, 1e-6),
        _fixed("SSN differs by two slips", "p_ssn_slips(ssn_l, ssn_r) <= 2", 0.004, 1e-4),
        _fixed("last four digits agree", "ssn4_l = ssn4_r", 0.002, 1e-4),
        _fixed("another SSN", "ELSE", 0.012, 0.999),
    )
