"""Linkage as one pure function: person records in, persons out, with every edge and every open question.

No warehouse, no file, no randomness: the same records in any order give the same persons. Persistence is in `runs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.engine import open_database
from linkage.matching.cluster import DEFAULT_MARGIN, cluster
from linkage.matching.leads import add_leads
from linkage.matching.predict import predict
from linkage.matching.standardise import standardise
from linkage.matching.standing import Standing, keep_standing
from linkage.models.frequencies import count_frequencies
from linkage.models.model import LinkModel, default_model
from linkage.records import check_records

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb
    import pyarrow as pa


# About ten candidate pairs per record, a hundred bytes each while they are compared.
_RECORDS_PER_CHUNK = 500_000


@dataclass(frozen=True)
class LinkResult:
    """What one run found.

    Attributes:
        edges: record_id_l, record_id_r, model, method, match_weight, match_probability: what holds persons together.
        clusters: record_id, cluster_id: every record once; a cluster id means nothing outside this result.
        conflicts: record_id_l, record_id_r, reason, match_weight: pairs for a person to decide.
        model: the model that scored the pairs, with the name frequencies that it used: give it to the next run, so that
            a pair scores alike.
        counts: records, persons, links by source pair and by method, review items by reason.
        standing: what a later run can build on instead of scoring everything again.
    """

    edges: pa.Table
    clusters: pa.Table
    conflicts: pa.Table
    model: LinkModel
    counts: dict[str, Any]
    standing: Standing


def link(
    records: pa.Table,
    model: LinkModel | None = None,
    *,
    threshold: float = 0.9,
    review_floor: float = 0.1,
    margin: float = DEFAULT_MARGIN,
    must_link: pa.Table | None = None,
    cannot_link: pa.Table | None = None,
    single_record_sources: Collection[str] | None = None,
    chunks: int | None = None,
    standing: Standing | None = None,
    threads: int | None = None,
    spill: Path | None = None,
) -> LinkResult:
    """Link person records into persons.

    Args:
        records: Person records (see `records.record_schema`).
        model: A trained model; the one that ships with the package if none is given.
        threshold: Least match probability of an automatic link.
        review_floor: Least match probability of a pair worth a person's look.
        margin: Bits by which the best candidate must lead the next.
        must_link: Pairs (record_id_l, record_id_r) that people decided to be one person, whatever speaks against it.
        cannot_link: Pairs that people decided to be two; stands against `must_link`.
        single_record_sources: Sources that hold each person once, so that no person gets two records of one of them. If none
            are named: those of the warehouse, and other sources in which hardly anybody appears twice.
        chunks: Parts in which pairs are scored, each small enough for the memory; chosen by the number of records if None.
        standing: What an earlier run left: only new and changed records are scored. Ignored if another model left it.
        threads: DuckDB threads; all cores if none is given.
        spill: Folder for blocks that do not fit into memory; none are written if none is given.
    """
    model = model or default_model()
    checked = check_records(records)
    connection = open_database(threads=threads, spill=spill)
    try:
        standardise(connection, checked, must_link, cannot_link, single_record_sources)
        if model.frequencies is None:
            model = model.with_frequencies(count_frequencies(connection))
        if standing is not None and standing.model_version != model.version:
            standing = None
        parts = chunks or 1 + checked.num_rows // _RECORDS_PER_CHUNK
        predict(
            connection,
            model,
            threshold=threshold,
            review_floor=review_floor,
            chunks=parts,
            standing=standing,
        )
        cluster(connection, margin=margin)
        add_leads(connection)
        return _collect(connection, model)
    finally:
        connection.close()


_EDGES = """
with spelling as (
    -- Records folded into one wage node before scoring: the same SSN and an agreeing given name.
    select n.node as node_l, n.record as node_r, 'none' as model, 'ssn_and_given_name' as method,
        null::double as match_weight, null::double as match_probability
    from node_of as n where n.node <> n.record
),
nameless as (
    select min(w.unique_id) as node_l, l.node as node_r, 'none', 'ssn_only', null::double, null::double
    from nameless_link as l join member as m on m.cluster = l.cluster
    join node as w on w.unique_id = m.node and w.fi is not null join node as o on o.unique_id = l.node and o.ssn = w.ssn
    group by l.node
),
wage_only as (
    select m.cluster, m.node, 'none', 'ssn_and_given_name', null::double, null::double
    from member as m join wages as w on w.unique_id = m.node join wages as c on c.unique_id = m.cluster
    where m.cluster <> m.node and w.fi is not null
),
scored_link as (
    select e.node_l, e.node_r, e.profile, 'model', e.match_weight, e.match_probability
    from edge as e join member as l on l.node = e.node_l join member as r on r.node = e.node_r
    where e.is_link and l.cluster = r.cluster
),
decided as (
    select d.a, d.b, 'none', 'decision', null::double, null::double
    from must as d join member as l on l.node = d.a join member as r on r.node = d.b
    where l.cluster = r.cluster and (d.a, d.b) not in (select (node_l, node_r) from edge)
),
everything as (
    from spelling union all from nameless union all from wage_only union all from scored_link union all from decided
)
select l.record_id as record_id_l, r.record_id as record_id_r, e.model, e.method, e.match_weight, e.match_probability,
    l.source as source_l, r.source as source_r
from everything as e join record as l on l.record = e.node_l join record as r on r.record = e.node_r
order by e.node_l, e.node_r, e.model
"""

_CLUSTERS = """
select r.record_id, m.cluster as cluster_id from record as r
join node_of as n on n.record = r.record join member as m on m.node = n.node order by r.record
"""

_CONFLICTS = """
select l.record_id as record_id_l, r.record_id as record_id_r, v.reason, max(v.match_weight) as match_weight
from review as v join record as l on l.record = v.node_l join record as r on r.record = v.node_r
group by l.record_id, r.record_id, v.reason, l.record, r.record order by l.record, r.record, v.reason
"""


# What clustering promises is counted again from its outcome; only a person's decision may join two records of one slot.
_VIOLATIONS = """
select count(distinct cluster) from (
    select m.cluster from member as m join node as n on n.unique_id = m.node where n.slot is not null
        and m.cluster not in (select d.cluster from must join member as d on d.node = must.a)
    group by m.cluster, n.slot having count(*) > 1
)
"""


def _collect(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> LinkResult:
    connection.execute(f"create or replace table final_edge as {_EDGES}")
    edges = connection.execute(
        "select record_id_l, record_id_r, model, method, match_weight, match_probability from final_edge"
        " order by record_id_l, record_id_r, model, method"
    ).to_arrow_table()
    clusters = connection.execute(_CLUSTERS).to_arrow_table()
    conflicts = connection.execute(_CONFLICTS).to_arrow_table()
    standing = keep_standing(connection, model.version)
    return LinkResult(edges, clusters, conflicts, model, _counts(connection), standing)


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    def grouped(sql: str) -> dict[str, int]:
        return {key: int(count) for key, count in connection.execute(sql).fetchall()}

    return {
        "records": grouped("select source, count(*) from record group by source order by source"),
        "nodes": grouped("select source, count(*) from node group by source order by source"),
        "persons": connection.execute("select count(distinct cluster) from member").fetchall()[0][0],
        "violations": connection.execute(_VIOLATIONS).fetchall()[0][0],
        "links_by_source_pair": grouped(
            "select least(source_l, source_r) || '-' || greatest(source_l, source_r) as pair, count(*)"
            " from final_edge group by pair order by pair"
        ),
        "links_by_method": grouped(
            "select case method when 'model' then 'model: ' || model else method end as kind, count(*)"
            " from final_edge group by kind order by kind"
        ),
        "review_by_reason": grouped("select reason, count(*) from review group by reason order by reason"),
    }
