"""What a run leaves to the next one: a digest of every node and the evidence of every pair worth keeping.

With it the next run scores new and changed nodes only and comes to the same result as a full one. The digests follow from
identifiers: keep them where the person records are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True)
class Standing:
    """Scores to build on.

    Attributes:
        model_version: the model that gave the evidence; with another one everything is scored anew.
        nodes: record_id, digest: the record that stands for each node, and a digest of what it is compared by.
        pairs: record_id_l, record_id_r, profile, evidence, is_apart.
    """

    model_version: str
    nodes: pa.Table
    pairs: pa.Table

    def recall(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Fill `scored` with the pairs of unchanged nodes and make `changed_node` of the others."""
        connection.register("standing_node", self.nodes)
        connection.register("standing_pair", self.pairs)
        connection.execute(_recall(_digest(connection)))
        connection.unregister("standing_node")
        connection.unregister("standing_pair")


def keep_standing(connection: duckdb.DuckDBPyConnection, model_version: str) -> Standing:
    """Return what the next run can build on, after `predict`."""
    nodes = connection.execute(
        f"select r.record_id, {_digest(connection)} as digest from node as n join record as r on r.record = n.unique_id"
        " order by r.record"
    ).to_arrow_table()
    pairs = connection.execute(
        "select l.record_id as record_id_l, r.record_id as record_id_r, s.profile, s.evidence, s.is_apart from scored as s"
        " join record as l on l.record = s.node_l join record as r on r.record = s.node_r order by s.node_l, s.node_r"
    ).to_arrow_table()
    return Standing(model_version, nodes, pairs)


def _digest(connection: duckdb.DuckDBPyConnection) -> str:
    # The number of a node moves with every new record; all else that it holds is compared or decides what is.
    columns = [row[0] for row in connection.execute("describe node").fetchall() if row[0] != "unique_id"]
    return f"md5_number_lower(row({', '.join(f'n.{column}' for column in columns)})::varchar)"


def _recall(digest: str) -> str:
    return f"""
    create or replace temp table unchanged_node as
    select n.unique_id as node, r.record_id from node as n join record as r on r.record = n.unique_id
    join standing_node as s on s.record_id = r.record_id and s.digest = {digest};
    create or replace table changed_node as from node anti join unchanged_node as u on u.node = node.unique_id;
    insert into scored
    select least(l.node, r.node), greatest(l.node, r.node), s.profile, s.evidence, s.is_apart from standing_pair as s
    join unchanged_node as l on l.record_id = s.record_id_l join unchanged_node as r on r.record_id = s.record_id_r;
    """
