"""Linkage on a real multi-process Spark: the same pairs with the same evidence, and the same persons, as in DuckDB."""

import os
from typing import Any

import pyarrow as pa
import pytest

import linkage.core
from linkage import link
from tests.unit.linkage.people import clusters_by_key, population

PEOPLE = int(os.environ.get("P20W_TEST_SPARK_PEOPLE", "2000"))


@pytest.fixture(scope="module")
def both(cluster: str) -> dict[str, Any]:
    """The records linked by both engines, and the scored pairs that each came to."""
    records, _ = population(PEOPLE, seed=44)
    found: dict[str, Any] = {"records": records}
    judge = linkage.core.judge
    with pytest.MonkeyPatch.context() as patch:
        for engine in ("duckdb", "spark"):

            def keep(connection: Any, *, engine: str = engine, **limits: float) -> None:
                found[f"{engine} pairs"] = connection.execute("from scored order by all").to_arrow_table()
                judge(connection, **limits)

            patch.setattr(linkage.core, "judge", keep)
            found[engine] = link(records, engine=engine, spark_master=cluster)  # type: ignore[arg-type]
    return found


def test_the_same_pairs_are_kept_with_the_same_evidence(both: dict[str, Any]) -> None:
    pairs: pa.Table = both["duckdb pairs"]
    assert pairs.num_rows > PEOPLE
    assert both["spark pairs"].equals(pairs)


def test_the_same_records_are_one_person(both: dict[str, Any]) -> None:
    persons = [clusters_by_key(both[engine], both["records"]) for engine in ("duckdb", "spark")]
    assert len(persons[0]) > PEOPLE / 2
    assert persons[0] == persons[1]
    assert both["duckdb"].counts == both["spark"].counts
    assert both["duckdb"].conflicts.equals(both["spark"].conflicts)
