"""Candidate pairs by a model's rules, each pair once and for exactly one model.

The rules themselves are in `models.rules`; what a pair is worth is decided in `predict`.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from linkage.engine import scalar
from linkage.models.rules import NARROWED, SURE

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

# Two records of one slot are two persons, or one whose agency issued two identifiers: neither is linkage's to decide.
_OTHER_SLOT = "(l.slot is null or r.slot is null or l.slot <> r.slot)"

_NAMED = "(fi is not null or family is not null)"
_WITHOUT_SSN = "not is_wage and ssn is null"
_WITH_SSN = "not is_wage and ssn is not null"
_SIDES = {
    "education": ((_WITHOUT_SSN, _WITH_SSN), (_WITHOUT_SSN, _WITHOUT_SSN)),
    "full": ((_WITH_SSN, _WITH_SSN),),
    # Nameless wages are no matter of probability. A wage record may lack its number; names alone on both sides say too little.
    "wages": ((f"{_WITH_SSN} and {_NAMED}", f"is_wage and {_NAMED}"),),
}
"""Which nodes a model compares with which: every pair belongs to exactly one model, or to none."""

_TEXTS = (
    "slot", "ssn", "ssn4", "ssn5", "given", "fi", "family", "mi", "last6", "li", "dob", "birth_year", "birth_month", "birth_day",
    "zip", "street",
)  # fmt: skip
BLOCKED_BY = ("unique_id", "is_wage", *_TEXTS)
"""The columns of a node that rules and sides read."""

# So many pairs for each node, beyond those that are as good as sure, and a rule costs more than it finds.
_MOST_PAIRS_PER_NODE = 1.0


def scope(model: str) -> str:
    """Return the condition on l and r that a pair is the model's, whichever of the two comes first."""
    return " or ".join(
        f"({_of('l', left)} and {_of('r', right)})" + (
            "" if left == right else f" or ({_of('l', right)} and {_of('r', left)})"
        )
        for left, right in _SIDES[model]
    )  # fmt: skip


def hash_nodes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `node_hash`: the nodes with a number in place of each text, since a dozen rules compare every one of them."""
    keys = ", ".join(f"case when {name} is not null then hash({name}) end as {name}" for name in _TEXTS)
    connection.execute(
        f"create or replace temp table node_hash as select unique_id, is_wage, {keys} from node"
    )


def note_dear_rules(connection: duckdb.DuckDBPyConnection) -> None:
    """From `node_hash`, make `dear_rule(rule)` of the rules that find too many pairs among so many people.

    Pairs by chance grow with the square of the population, true ones with the population. What a rule finds in a state of a
    million learners is counted beforehand by its key, which costs a scan.
    """
    spine = "node_hash where not is_wage"
    most = _pairs_by(connection, SURE, spine) + _MOST_PAIRS_PER_NODE * scalar(
        connection, f"select count(*) from {spine}"
    )
    dear = [rule for rule in NARROWED if _pairs_by(connection, rule, spine) > most]
    connection.execute("create or replace table dear_rule (rule varchar)")
    if dear:
        connection.executemany("insert into dear_rule values (?)", [[rule] for rule in dear])
        logger.info("rules narrowed for so many people: %s", "; ".join(dear))


def affordable(connection: duckdb.DuckDBPyConnection, rules: list[str]) -> list[str]:
    """Return the rules of a model with narrower ones in the place of those in `dear_rule`."""
    dear = {rule for (rule,) in connection.execute("select rule from dear_rule").fetchall()}
    return [one for rule in rules for one in (NARROWED[rule] if rule in dear else (rule,))]


def find_pairs(
    connection: duckdb.DuckDBPyConnection, model: str, rules: list[str], *, chunk: tuple[int, int] = (0, 1)
) -> None:
    """Make `candidate(match_key, join_key_l, join_key_r)`: each pair of `node_hash` that a rule finds, once."""
    connection.execute(
        f"create or replace table candidate as {pairs_sql(model, rules, chunk, nodes='node_hash')}"
    )


def pairs_sql(model: str, rules: list[str], chunk: tuple[int, int] = (0, 1), *, nodes: str = "node") -> str:
    """Return the query for each pair of nodes that a rule finds, once: match_key, join_key_l, join_key_r.

    Args:
        model: The model whose pairs are wanted.
        rules: Equalities of which a pair meets at least one.
        chunk: Part and number of parts, so that the pairs of one part fit into memory.
        nodes: The table of nodes.
    """
    found = []
    for number, rule in enumerate(rules):
        for left, right in _SIDES[model]:
            conditions = [
                rule,
                _OTHER_SLOT,
                *(["l.unique_id < r.unique_id"] if left == right else []),
                *_in_part(chunk),
            ]
            found.append(
                f"select {number} as rule, l.unique_id as a, r.unique_id as b from (select * from {nodes} where {left}) as l"
                f" join (select * from {nodes} where {right}) as r on {' and '.join(conditions)}"
            )
    return _each_once(found)


def find_new_pairs(connection: duckdb.DuckDBPyConnection, rules: dict[str, list[str]]) -> None:
    """Make `found_pair(profile, match_key, join_key_l, join_key_r)` of the pairs that hold a node of `changed_node`.

    Args:
        connection: A database with `changed_node`, and all nodes in `node_hash`.
        rules: By model, the equalities of which a pair meets at least one. One that several models have is looked up once.
    """
    models: dict[str, list[str]] = {}
    for model, its_rules in rules.items():
        for rule in its_rules:
            models.setdefault(rule, []).append(model)
    found = []
    for number, (rule, asking) in enumerate(models.items()):
        whose = " ".join(f"when {scope(model)} then '{model}'" for model in asking)
        conditions = [rule, "l.unique_id <> r.unique_id", _OTHER_SLOT]
        found.append(
            f"select case {whose} end as profile, {number} as rule, l.unique_id as a, r.unique_id as b"
            f" from changed_hash as l join node_hash as r on {' and '.join(conditions)}"
        )
    connection.execute(
        "create or replace temp table changed_hash as"
        " from node_hash semi join changed_node on changed_node.unique_id = node_hash.unique_id"
    )
    connection.execute(
        f"create or replace temp table found_pair as from ({_each_once(found, ('profile',))}) where profile is not null"
    )


def _each_once(found: list[str], within: tuple[str, ...] = ()) -> str:
    """A pair is found by several rules, and from both ends: grouping is cheaper than excluding what earlier rules found."""
    whole = "".join(f"{column}, " for column in within)
    return (
        f"select {whole}cast(min(rule) as varchar) as match_key, least(a, b) as join_key_l, greatest(a, b) as join_key_r"
        f" from ({' union all '.join(found)}) as found group by {whole}least(a, b), greatest(a, b)"
    )


def _of(side: str, condition: str) -> str:
    """Return a condition on a node as one on a side of a pair."""
    return re.sub(r"\b(fi|family|is_wage|ssn)\b", rf"{side}.\1", condition)


def _pairs_by(connection: duckdb.DuckDBPyConnection, rule: str, nodes: str) -> float:
    """How many pairs share the values that a rule of plain equalities asks for."""
    key = re.findall(r"l\.(\w+) = r\.\1", rule)
    known = "".join(f" and {column} is not null" for column in key)
    return float(
        scalar(
            connection,
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from {nodes}{known} group by {', '.join(key)})",
        )
    )


def _in_part(chunk: tuple[int, int]) -> list[str]:
    part, parts = chunk
    # By the lesser node, from whichever end the pair is found.
    return [f"hash(least(l.unique_id, r.unique_id)) % {parts} = {part}"] if parts > 1 else []
