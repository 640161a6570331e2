"""Candidate pairs by a model's rules, each pair once and for exactly one model.

The rules themselves are in `models.rules`; what a pair is worth is decided in `predict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Two records of one slot are two persons, or one whose agency issued two identifiers: neither is linkage's to decide.
_OTHER_SLOT = "(l.slot is null or r.slot is null or l.slot <> r.slot)"
_NEITHER_WAGE = "not l.is_wage and not r.is_wage"
_BOTH_SSN = "l.ssn is not null and r.ssn is not null"
_BOTH_NAMED = "(l.fi is not null or l.family is not null) and (r.fi is not null or r.family is not null)"

SCOPES = {
    "education": f"{_NEITHER_WAGE} and (l.ssn is null or r.ssn is null)",
    "full": f"{_NEITHER_WAGE} and {_BOTH_SSN}",
    # Nameless wages are no matter of probability. A wage record may lack its number; names alone on both sides say too little.
    "wages": f"l.is_wage <> r.is_wage and if(l.is_wage, r.ssn, l.ssn) is not null and {_BOTH_NAMED}",
}
"""Which pairs a model scores: every pair belongs to exactly one, or to none."""


BLOCKED_BY = (
    "unique_id", "is_wage", "slot", "ssn", "ssn4", "ssn5", "given", "fi", "family", "mi", "last6", "li", "dob", "birth_year",
    "birth_month", "birth_day", "zip", "street",
)  # fmt: skip
"""The columns of a node that rules and scopes read."""


def find_pairs(
    connection: duckdb.DuckDBPyConnection, scope: str, rules: list[str], *, chunk: tuple[int, int] = (0, 1)
) -> None:
    """Make `candidate(match_key, join_key_l, join_key_r)`: each pair of `node` that a rule finds, once."""
    connection.execute(f"create or replace table candidate as {pairs_sql(scope, rules, chunk)}")


def pairs_sql(scope: str, rules: list[str], chunk: tuple[int, int] = (0, 1)) -> str:
    """Return the query for each pair of `node` that a rule finds, once: match_key, join_key_l, join_key_r.

    Args:
        scope: Condition that every pair meets.
        rules: Equalities of which a pair meets at least one.
        chunk: Part and number of parts, so that the pairs of one part fit into memory.
    """
    found = []
    for number, rule in enumerate(rules):
        conditions = [rule, "l.unique_id < r.unique_id", scope, _OTHER_SLOT, *_in_part(chunk)]
        conditions += [f"not coalesce({earlier}, false)" for earlier in rules[:number]]
        found.append(
            f"select '{number}' as match_key, l.unique_id as join_key_l, r.unique_id as join_key_r"
            f" from node as l join node as r on {' and '.join(conditions)}"
        )
    return " union all ".join(found)


def find_new_pairs(
    connection: duckdb.DuckDBPyConnection, scope: str, rules: list[str], *, chunk: tuple[int, int] = (0, 1)
) -> None:
    """Make `candidate` of the pairs that hold at least one node of `changed_node`; the others are looked up in `block_node`."""
    found = " union all ".join(
        f"select {number} as rule, l.unique_id as a, r.unique_id as b from changed_node as l join block_node as r"
        f" on {' and '.join([rule, 'l.unique_id <> r.unique_id', scope, _OTHER_SLOT, *_in_part(chunk)])}"
        for number, rule in enumerate(rules)
    )
    # A pair of two changed nodes is found from both ends, and a pair by several rules: grouping is cheaper than excluding.
    connection.execute(
        "create or replace table candidate as select min(rule)::varchar as match_key, least(a, b) as join_key_l,"
        f" greatest(a, b) as join_key_r from ({found}) group by 2, 3"
    )


def _in_part(chunk: tuple[int, int]) -> list[str]:
    part, parts = chunk
    # By the lesser node, from whichever end the pair is found.
    return [f"hash(least(l.unique_id, r.unique_id)) % {parts} = {part}"] if parts > 1 else []
