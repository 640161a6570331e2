"""A new delivery of 2 % scored against the standing population, against scoring everything again; and what differs."""

import time
from pathlib import Path
from typing import Any

from tests.bench.measure import Measure
from tests.bench.state_records import state_records

LEARNERS = 50_000
SHARE = 0.02


def measures(folder: Path) -> dict[str, Measure]:
    """The ratio of processor seconds of linkage itself, and the share of pairs in which the two ways differ.

    The delivery is drawn from all records: it touches about one person in nine, more than any agency's file would.
    """
    import numpy as np
    import pyarrow as pa

    from linkage.core import link

    records, _ = state_records(LEARNERS)
    stands = pa.array(np.random.default_rng(1).random(records.num_rows) >= SHARE)
    model = link(records.filter(stands), keep=folder / "standing").model
    seconds, results = {}, {}
    for name, standing in (("full", None), ("increment", folder / "standing")):
        started = time.process_time()
        results[name] = link(records, model, standing=standing, keep=folder / name)
        seconds[name] = time.process_time() - started
    if results["increment"].full_because is not None:
        raise RuntimeError(f"not an increment: {results['increment'].full_because}")
    return {
        "increment_records": Measure(records.num_rows, "records", None, "higher"),
        "increment_seconds_to_full": Measure(
            round(seconds["increment"] / seconds["full"], 3), "ratio", 0.1, "lower"
        ),
        "increment_pairs_that_differ": Measure(
            round(differing(results["full"], results["increment"]), 6), "share", 0.0001, "lower"
        ),
    }


def differing(one: Any, two: Any) -> float:
    """Pairs of records that only one of two results joins, by the pairs of the first."""
    import duckdb

    connection = duckdb.connect()
    connection.register("one", one.clusters)
    connection.register("two", two.clusters)
    row = connection.execute(
        """
        with joined as (select a.cluster_id as p, b.cluster_id as q from one as a join two as b using (record_id)),
        cell as (select count(*) as n from joined group by p, q),
        pairs as (
            select (select sum(n * (n - 1) / 2) from cell) as shared,
                (select sum(n * (n - 1) / 2) from (select count(*) as n from joined group by p)) as of_one,
                (select sum(n * (n - 1) / 2) from (select count(*) as n from joined group by q)) as of_two
        )
        select (of_one - shared + of_two - shared) / of_one from pairs
        """
    ).fetchone()
    return float(row[0]) if row else 0.0
