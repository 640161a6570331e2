"""Which pairs are worth scoring: strict equalities, many of them, never OR and never a fuzzy join.

Each rule names the mistake it survives. Conditions that give every pair to exactly one model stand here too, and the
counting of comparisons by rule. What a pair is worth is decided in `predict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_SURVIVES_SURNAME_CHANGE = "l.dob = r.dob and l.given = r.given"
_SURVIVES_OTHER_GIVEN_NAME = "l.dob = r.dob and l.family = r.family"
_SURVIVES_WRONG_BIRTH_DATE = "l.given = r.given and l.family = r.family"
_SURVIVES_MISSPELT_NAMES = "l.dob = r.dob and l.fi = r.fi and l.li = r.li"
_SURVIVES_WRONG_MONTH_OR_DAY = "l.last6 = r.last6 and l.fi = r.fi and l.birth_year = r.birth_year"
_SURVIVES_WRONG_DAY = "l.last6 = r.last6 and l.birth_month = r.birth_month"
_SURVIVES_WRONG_YEAR = "l.given = r.given and l.birth_day = r.birth_day and l.li = r.li"
_SURVIVES_SWAPPED_NAMES = "l.dob = r.dob and l.fi = r.li and l.li = r.fi"
_SURVIVES_ANY_NAME = "l.dob = r.dob and l.zip = r.zip"
_SURVIVES_ANY_NAME_OR_DATE = "l.street = r.street and l.zip = r.zip"
_NEEDS_NO_DATE = "l.last6 = r.last6 and l.zip = r.zip and l.fi = r.fi and (l.dob is null or r.dob is null)"

NAME_RULES = (
    _SURVIVES_SURNAME_CHANGE,
    _SURVIVES_OTHER_GIVEN_NAME,
    _SURVIVES_WRONG_BIRTH_DATE,
    _SURVIVES_MISSPELT_NAMES,
    _SURVIVES_WRONG_MONTH_OR_DAY,
    _SURVIVES_WRONG_DAY,
    _SURVIVES_WRONG_YEAR,
    _SURVIVES_SWAPPED_NAMES,
    _SURVIVES_ANY_NAME,
    _SURVIVES_ANY_NAME_OR_DATE,
    _NEEDS_NO_DATE,
)
SSN_RULES = (
    "l.ssn = r.ssn",
    "l.ssn4 = r.ssn4 and l.fi = r.fi and l.birth_year = r.birth_year",
    "l.ssn4 = r.ssn4 and l.last6 = r.last6",
    "l.ssn4 = r.ssn4 and l.dob = r.dob",
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
_OTHER_SLOT = "(l.slot is null or r.slot is null or l.slot <> r.slot)"
_NEITHER_WAGE = "not l.is_wage and not r.is_wage"
_BOTH_SSN = "l.ssn is not null and r.ssn is not null"
_BOTH_NAMED = "(l.fi is not null or l.family is not null) and (r.fi is not null or r.family is not null)"

SCOPES = {
    "education": f"{_NEITHER_WAGE} and (l.ssn is null or r.ssn is null)",
    "full": f"{_NEITHER_WAGE} and {_BOTH_SSN}",
    # Nameless wages are no matter of probability.
    "wages": f"l.is_wage <> r.is_wage and {_BOTH_SSN} and {_BOTH_NAMED}",
}
"""Which pairs a model scores: every pair belongs to exactly one, or to none."""


def find_pairs(
    connection: duckdb.DuckDBPyConnection,
    scope: str,
    rules: list[str],
    *,
    left: str = "node",
    chunk: tuple[int, int] = (0, 1),
) -> None:
    """Make `candidate(match_key, join_key_l, join_key_r)`: each pair that a rule finds, once.

    Args:
        connection: A database with `node`, and `left` if it is another table.
        scope: Condition that every pair meets.
        rules: Equalities of which a pair meets at least one.
        left: `node`, or a table of those nodes of which every pair must hold one.
        chunk: Part and number of parts, so that the pairs of one part fit into memory.
    """
    part, parts = chunk
    once = "l.unique_id < r.unique_id"
    if left != "node":
        once = f"(l.unique_id < r.unique_id or r.unique_id not in (select unique_id from {left})) and l.unique_id <> r.unique_id"
    found = []
    for number, rule in enumerate(rules):
        conditions = [rule, once, scope, _OTHER_SLOT]
        conditions += [f"not coalesce({earlier}, false)" for earlier in rules[:number]]
        if parts > 1:
            conditions.append(f"hash(l.unique_id) % {parts} = {part}")
        found.append(
            f"select '{number}' as match_key, l.unique_id as join_key_l, r.unique_id as join_key_r"
            f" from {left} as l join node as r on {' and '.join(conditions)}"
        )
    connection.execute(f"create or replace table candidate as {' union all '.join(found)}")
