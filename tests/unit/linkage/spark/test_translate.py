import builtins
import re
from typing import Any

import pytest

from linkage import link
from linkage.matching.blocking import pairs_sql
from linkage.matching.predict import evidence_settings, kept_sql
from linkage.models.model import default_model
from linkage.models.settings import profiles
from linkage.spark.translate import BORROWED, settings_for_spark, to_spark
from tests.unit.linkage.people import population
from warehouse.errors import P20WError


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("list_has_any(roots_l, roots_r)", "ARRAYS_OVERLAP(roots_l, roots_r)"),
        ("jaro_winkler_similarity(a, b) >= 0.9", "duckdb_jaro_winkler_similarity(a, b) >= 0.9"),
        ("damerau_levenshtein(a, b) <= 1", "duckdb_damerau_levenshtein(a, b) <= 1"),
        ("p_part_cut(list_concat(a, b), c)", "duckdb_p_part_cut(CONCAT(a, b), c)"),
        ("abs(a::integer - b::integer) <= 1", "ABS(CAST(a AS INT) - CAST(b AS INT)) <= 1"),
        ("starts_with(a, b)", "STARTSWITH(a, b)"),
        ("left(a, 3) = right(b, 3)", "LEFT(a, 3) = RIGHT(b, 3)"),
    ],
)
def test_conditions_are_written_as_spark_has_them(ours: str, theirs: str) -> None:
    assert to_spark(ours).lower() == theirs.lower()


def test_no_function_that_only_duckdb_knows_is_left() -> None:
    model = default_model()
    written = []
    for name, profile in profiles().items():
        settings = settings_for_spark(evidence_settings(model, name))
        written += [
            level["sql_condition"]
            for comparison in settings["comparisons"]
            for level in comparison["comparison_levels"]
        ]
        written += [to_spark(pairs_sql(name, profile.blocking_rules))]
        written += [to_spark(kept_sql(name, 1.0, pairs="pairs", nodes="node"))]
    text = " ".join(written).lower()
    for foreign in ("list_", "&&", "::", "starts_with", *(f" {name}(" for name in BORROWED)):
        assert foreign not in text
    assert not re.search(r"\bp_\w+\(", text), "a macro of ours that the workers are not told of"


def test_the_model_itself_stays_as_it_was() -> None:
    model = default_model()
    before = str(model.profiles)
    settings_for_spark(evidence_settings(model, "full"))
    assert str(model.profiles) == before


def test_without_spark_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("pyspark"):
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(P20WError, match=r"p20w\[spark\]"):
        link(population(3, seed=1)[0], engine="spark")
