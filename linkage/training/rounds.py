"""What training saw: what each EM round estimated, and how many matching pairs stand behind each level.

Reading Splink's sessions and counting belong here; which value a level keeps is decided in `train`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.engine import scalar, score_candidates
from linkage.matching.blocking import find_pairs, hash_nodes
from linkage.matching.predict import make_prior

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    import duckdb

    from linkage.models.settings import Profile

Level = tuple[str, str]
"""Name of the comparison and label of the level."""

MOST_MOVED = 1.5
"""Bits by which two rounds, which learn from different pairs, may weigh one level differently."""

_NODES_PER_CHUNK = 50_000


@dataclass(frozen=True)
class Round:
    """One run of EM over the pairs that a rule finds.

    Attributes:
        rule: the equality that all its pairs meet.
        pairs: how many there are.
        iterations: until nothing moved.
        match_share: the share of its pairs that it takes to be matches.
        m: by level that it could learn, how often that level holds for one person.
    """

    rule: str
    pairs: int
    iterations: int
    match_share: float
    m: dict[Level, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures of the round for the model's JSON."""
        return {
            "rule": self.rule,
            "pairs": self.pairs,
            "iterations": self.iterations,
            "match_share": round(self.match_share, 6),
        }


def read_round(rule: str, pairs: int, session: Any) -> Round:
    """Read what one of Splink's training sessions learnt; levels that are fixed or were not seen are left out."""
    learnt = session.core_model_settings
    m = {
        (comparison.output_column_name, level.label_for_charts): level.m_probability
        for comparison in learnt.comparisons
        for level in comparison.comparison_levels
        # A level that was not observed holds a sentence in place of a number.
        if not level.is_null_level
        and not level._fix_m_probability
        and isinstance(level._m_probability, float)
        and level._m_probability > 0
    }
    history = session._core_model_settings_history
    return Round(rule, pairs, len(history) - 1, float(learnt.probability_two_random_records_match), m)


def unsettled(profile: str, rounds: Sequence[Round], levels: Set[Level]) -> list[str]:
    """Name each of the levels that the last two rounds which learnt it weigh too differently."""
    found = []
    learnt: dict[Level, list[float]] = {}
    for round_ in rounds:
        for level in levels & round_.m.keys():
            learnt.setdefault(level, []).append(round_.m[level])
    for (part, label), estimates in sorted(learnt.items()):
        if len(estimates) < 2:
            continue
        before, last = estimates[-2:]
        moved = abs(math.log2(last / before))
        if moved > MOST_MOVED:
            found.append(
                f"{profile}, {part}: '{label}' moved by {moved:.1f} bits between the last two rounds of training"
            )
    return found


@dataclass(frozen=True)
class Examples:
    """What a model makes of the pairs that its training rules find, each counted once.

    Attributes:
        pairs: the pairs.
        matches: how many of them it expects to be of one person.
        by_level: of those, how many show each level.
        compared: of those, in how many both sides are known, by comparison.
    """

    pairs: int
    matches: float
    by_level: dict[Level, float]
    compared: dict[str, float]


def count_examples(
    connection: duckdb.DuckDBPyConnection, profile: Profile, settings: dict[str, Any]
) -> Examples:
    """Score the pairs of the training rules and count expected matches by level."""
    make_prior(connection)
    hash_nodes(connection)
    parts = [comparison["output_column_name"] for comparison in settings["comparisons"]]
    gammas = ", ".join(f"gamma_{part}" for part in parts)
    empty = ", ".join(f"0 as gamma_{part}" for part in parts)
    connection.execute(
        f"create or replace temp table example as select {empty}, 0::bigint as pairs, 0::double as expected limit 0"
    )
    # Splink names levels only beside the compared columns, which are wide: a chunk at a time.
    counted = {
        **settings,
        "link_type": "dedupe_only",
        "probability_two_random_records_match": 0.5,
        "retain_matching_columns": True,
    }
    chunks = 1 + int(scalar(connection, "select count(*) from node")) // _NODES_PER_CHUNK
    for chunk in range(chunks):
        find_pairs(connection, profile.name, list(profile.training_rules), chunk=(chunk, chunks))
        if not scalar(connection, "select count(*) from candidate"):
            continue
        with score_candidates(connection, counted, {}) as scored:
            connection.execute(
                f"""
                insert into example
                select {gammas}, count(*), sum(1 / (1 + pow(2.0, -(s.match_weight + p.bits))))
                from {scored} as s join node as l on l.unique_id = s.unique_id_l
                join node as r on r.unique_id = s.unique_id_r
                join prior as p on p.source_l = l.source and p.source_r = r.source group by {gammas}
                """
            )
    return _counted(connection, settings)


def _counted(connection: duckdb.DuckDBPyConnection, settings: dict[str, Any]) -> Examples:
    by_level: dict[Level, float] = {}
    compared: dict[str, float] = {}
    for comparison in settings["comparisons"]:
        part = comparison["output_column_name"]
        counts = dict(
            connection.execute(f"select gamma_{part}, sum(expected) from example group by 1").fetchall()
        )
        labels = [
            level["label_for_charts"]
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        ]
        # Splink numbers levels from the last to the first, the last being 0 and an unknown side -1.
        for place, label in enumerate(reversed(labels)):
            by_level[part, label] = float(counts.get(place, 0.0))
        compared[part] = sum(by_level[part, label] for label in labels)
    totals = "select coalesce(sum(pairs), 0), coalesce(sum(expected), 0) from example"
    pairs, matches = connection.execute(totals).fetchall()[0]
    connection.execute("drop table example")
    return Examples(int(pairs), float(matches), by_level, compared)
