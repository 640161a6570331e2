"""DuckDB's SQL as Spark's: the settings and queries of linkage are written once, in DuckDB's dialect.

Spark's own text functions differ from DuckDB's in details that change levels (its Jaro-Winkler too), so those are replaced by
functions of another name that `functions` registers.
"""

from __future__ import annotations

import copy
from typing import Any

PREFIX = "duckdb_"
BORROWED = {
    "jaro_winkler_similarity": ("string", "string"),
    "damerau_levenshtein": ("string", "string"),
    "p_names_swapped": ("array<string>", "array<string>", "array<string>", "array<string>"),
    "p_name_slip": ("string", "string"),
    "p_part_cut": ("array<string>", "string"),
    "p_ssn_slips": ("string", "string"),
    "p_date_slip": ("string", "string"),
}
"""Functions that run in DuckDB on the workers, with the types of their arguments."""

RESULTS = {"jaro_winkler_similarity": "double", "damerau_levenshtein": "bigint", "p_ssn_slips": "bigint"}
"""What they return; the others return booleans."""


def to_spark(sql: str) -> str:
    """Return a query or condition of linkage in Spark's dialect."""
    import sqlglot

    return str(sqlglot.parse_one(sql, read="duckdb").transform(_replaced).sql(dialect="spark"))


def settings_for_spark(settings: dict[str, Any]) -> dict[str, Any]:
    """Return Splink settings whose conditions Spark understands."""
    translated = copy.deepcopy(settings)
    for comparison in translated["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level["sql_condition"].strip().upper() != "ELSE":
                level["sql_condition"] = to_spark(level["sql_condition"])
    translated["blocking_rules_to_generate_predictions"] = [
        {"blocking_rule": to_spark(rule["blocking_rule"]), "sql_dialect": "spark"}
        for rule in translated["blocking_rules_to_generate_predictions"]
    ]
    return translated


def _replaced(node: Any) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.ArrayOverlaps):
        return exp.func("arrays_overlap", node.this, node.expression, dialect="spark")
    if isinstance(node, exp.JarowinklerSimilarity):
        return exp.Anonymous(
            this=f"{PREFIX}jaro_winkler_similarity", expressions=[node.this, node.expression]
        )
    if isinstance(node, exp.Anonymous) and node.name.lower() in BORROWED:
        return exp.Anonymous(this=f"{PREFIX}{node.name.lower()}", expressions=node.expressions)
    return node
