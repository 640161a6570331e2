"""The outcome of clustering as tables: what holds persons together, who is with whom, what is asked, and the counts.

Nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def collect_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `final_edge` of every link inside the clusters of `member`."""
    connection.execute(_FINAL_EDGE)


_FINAL_EDGE = """
create or replace table final_edge as
with spelling as (
    -- Records folded into one wage node before scoring: the same SSN and an agreeing given name.
    select n.node as node_l, n.record as node_r, 'none' as model, 'ssn_and_given_name' as method,
        null::double as match_weight, null::double as match_probability
    from node_of as n semi join member as m on m.node = n.node where n.node <> n.record
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
select e.node_l as record_l, e.node_r as record_r, e.model, e.method, e.match_weight, e.match_probability,
    l.source as source_l, r.source as source_r
from everything as e join record as l on l.record = e.node_l join record as r on r.record = e.node_r
"""


def group_components(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `component(cluster, component)`: clusters that a link, an SSN or a decision ties, whatever kept them apart.

    What is new or changed in one component can move nothing in another. Clusters that nothing ties are left out.
    """
    connection.execute(_TIE)
    while connection.execute(_LOWER).fetchall():
        continue


_TIE = """
create or replace temp table tie as
with tied as (
    select l.cluster as a, r.cluster as b from edge as e join member as l on l.node = e.node_l
    join member as r on r.node = e.node_r where (e.is_link or e.reason = 'ambiguous') and l.cluster <> r.cluster
    union
    select l.cluster, r.cluster from must as d join member as l on l.node = d.a join member as r on r.node = d.b
    where l.cluster <> r.cluster
    union
    select first.cluster, other.cluster from (
        select n.ssn, min(m.cluster) as cluster from node as n join member as m on m.node = n.unique_id
        where n.ssn is not null group by n.ssn having min(m.cluster) <> max(m.cluster)
    ) as first join node as n on n.ssn = first.ssn join member as other on other.node = n.unique_id
    where other.cluster <> first.cluster
)
select a, b from tied union select b, a from tied;
create or replace temp table component as select distinct a as cluster, a as component from tie;
"""

_LOWER = """
update component set component = lower.component from (
    select t.a as cluster, min(c.component) as component from tie as t join component as c on c.cluster = t.b group by t.a
) as lower where lower.cluster = component.cluster and lower.component < component.component
returning 1
"""


def edges(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return what holds persons together."""
    return connection.execute(
        """
        select l.record_id as record_id_l, r.record_id as record_id_r, e.model, e.method, e.match_weight, e.match_probability
        from final_edge as e join record as l on l.record = e.record_l join record as r on r.record = e.record_r
        order by e.record_l, e.record_r, e.model, e.method
        """
    ).to_arrow_table()


def clusters(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return every record with its cluster."""
    return connection.execute(
        """
        select r.record_id, m.cluster as cluster_id from record as r
        join node_of as n on n.record = r.record join member as m on m.node = n.node order by r.record
        """
    ).to_arrow_table()


def conflicts(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the pairs for a person to decide."""
    return connection.execute(
        """
        select l.record_id as record_id_l, r.record_id as record_id_r, v.reason, max(v.match_weight) as match_weight
        from (from review union all from lead_review) as v
        join record as l on l.record = v.node_l join record as r on r.record = v.node_r
        group by l.record_id, r.record_id, v.reason, l.record, r.record order by l.record, r.record, v.reason
        """
    ).to_arrow_table()


# What clustering promises is counted again from its outcome; only a person's decision may join two records of one slot.
_VIOLATIONS = """
select count(distinct cluster) from (
    select m.cluster from member as m join node as n on n.unique_id = m.node where n.slot is not null
        and m.cluster not in (select d.cluster from must join member as d on d.node = must.a)
    group by m.cluster, n.slot having count(*) > 1
)
"""


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the numbers of a run."""

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
        "review_by_reason": grouped(
            "select reason, count(*) from (from review union all from lead_review) group by reason order by reason"
        ),
    }
