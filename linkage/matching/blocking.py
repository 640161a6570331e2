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
