"""Measuring a linkage against known persons: pairwise and B-cubed precision, recall and F1.

Pairs are counted from group sizes in SQL, never listed: a person with a thousand records costs one row. Truth comes from
outside the warehouse; nothing here is used to link.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from linkage.engine import open_database
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def _harmonic(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


@dataclass(frozen=True)
class PairQuality:
    """Counts of pairs and the three measures that follow from them."""

    true_pairs: int
    linked_pairs: int
    correct_pairs: int

    @property
    def precision(self) -> float:
        """Share of linked pairs that are one person; 1 where nothing was linked."""
        return self.correct_pairs / self.linked_pairs if self.linked_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that were linked; 1 where there was nothing to link."""
        return self.correct_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _harmonic(self.precision, self.recall)

    def as_dict(self) -> dict[str, float]:
        """Return counts and measures under their names."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True)
class Evaluation:
    """Quality over all pairs, by record (B-cubed), by source pair and by the values of group columns."""

    records: int
    pairs: PairQuality
    bcubed_precision: float
    bcubed_recall: float
    by_source_pair: dict[str, PairQuality]
    by_group: dict[str, dict[str, PairQuality]]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return {
            "records": self.records,
            "pairs": self.pairs.as_dict(),
            "bcubed": {
                "precision": self.bcubed_precision,
                "recall": self.bcubed_recall,
                "f1": _harmonic(self.bcubed_precision, self.bcubed_recall),
            },
            "by_source_pair": {key: quality.as_dict() for key, quality in self.by_source_pair.items()},
            "by_group": {
                column: {value: quality.as_dict() for value, quality in values.items()}
                for column, values in self.by_group.items()
            },
        }


def evaluate_pairs(membership: pa.Table, truth: pa.Table, *, groups: tuple[str, ...] = ()) -> Evaluation:
    """Compare a linkage with the truth over the records that both know.

    Args:
        membership: source, source_key, cluster_id.
        truth: source, source_key, person and the group columns.
        groups: Columns of truth by whose values quality is reported; a value must belong to the person.
    """
    _require(membership, ("source", "source_key", "cluster_id"), "membership")
    _require(truth, ("source", "source_key", "person", *groups), "truth")
    connection = open_database()
    try:
        connection.register("membership_in", membership)
        connection.register("truth_in", truth)
        columns = "".join(f', t."{column}"::varchar as "{column}"' for column in groups)
        connection.execute(
            f"""
            create table labelled as
            select source, m.cluster_id::varchar as cluster, t.person::varchar as person {columns}
            from membership_in as m join truth_in as t using (source, source_key)
            """
        )
        records = connection.execute("select count(*) from labelled").fetchall()[0][0]
        precision, recall = connection.execute(_BCUBED).fetchall()[0]
        return Evaluation(
            records,
            _all_pairs(connection),
            float(precision if precision is not None else 1.0),
            float(recall if recall is not None else 1.0),
            _by_source_pair(connection),
            {column: _by_group(connection, column) for column in groups},
        )
    finally:
        connection.close()


def _require(table: pa.Table, columns: tuple[str, ...], name: str) -> None:
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise P20WError(f"The {name} table lacks the column {missing[0]}.", f"It needs {', '.join(columns)}.")


_PAIRS = "coalesce(sum(n * (n - 1) // 2), 0)::bigint"

_BCUBED = """
with cell as (select cluster, person, count(*) as n from labelled group by all),
sized as (
    select n, sum(n) over (partition by cluster) as in_cluster, sum(n) over (partition by person) as in_person from cell
)
select sum(n * n / in_cluster) / sum(n), sum(n * n / in_person) / sum(n) from sized
"""


def _all_pairs(connection: duckdb.DuckDBPyConnection) -> PairQuality:
    def pairs(keys: str) -> int:
        sql = f"select {_PAIRS} from (select count(*) as n from labelled group by {keys})"
        return int(connection.execute(sql).fetchall()[0][0])

    return PairQuality(pairs("person"), pairs("cluster"), pairs("cluster, person"))


def _by_source_pair(connection: duckdb.DuckDBPyConnection) -> dict[str, PairQuality]:
    def pairs(keys: str) -> dict[str, int]:
        rows = connection.execute(
            f"""
            with cell as (select {keys}, source, count(*) as n from labelled group by all)
            select l.source || '-' || r.source as pair,
                sum(case when l.source = r.source then l.n * (l.n - 1) // 2 else l.n * r.n end)::bigint
            from cell as l join cell as r using ({keys}) where l.source <= r.source group by pair
            """
        ).fetchall()
        return {pair: int(count) for pair, count in rows}

    true, linked, correct = pairs("person"), pairs("cluster"), pairs("cluster, person")
    return {
        pair: PairQuality(true.get(pair, 0), linked.get(pair, 0), correct.get(pair, 0))
        for pair in sorted(true.keys() | linked.keys())
        if true.get(pair, 0) or linked.get(pair, 0)
    }


def _by_group(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, PairQuality]:
    """A true pair counts for its person's group, a linked pair for each group that it touches."""
    rows = connection.execute(
        f"""
        with labelled_group as (select *, coalesce("{column}", 'unknown') as grp from labelled),
        true_pair as (
            select grp, {_PAIRS} as pairs from (select grp, count(*) as n from labelled_group group by grp, person)
            group by grp
        ),
        correct_pair as (
            select grp, {_PAIRS} as pairs
            from (select grp, count(*) as n from labelled_group group by grp, person, cluster) group by grp
        ),
        touched as (
            select grp, sum(inside * (inside - 1) // 2 + inside * (n - inside))::bigint as pairs
            from (select grp, cluster, count(*) as inside from labelled_group group by grp, cluster)
            join (select cluster, count(*) as n from labelled_group group by cluster) using (cluster) group by grp
        )
        select grp, t.pairs, l.pairs, c.pairs
        from true_pair as t join touched as l using (grp) join correct_pair as c using (grp) order by grp
        """
    ).fetchall()
    return {group: PairQuality(int(true), int(linked), int(correct)) for group, true, linked, correct in rows}
