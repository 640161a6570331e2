"""Links into persons: best links first, one record per person and source, wage records attached last.

Splink's own best-link clustering knows neither pairs that must stay apart nor one identifier per institution, and moves
single records between clusters; so the rounds are written here, in SQL. Scores and vetoes are made in `predict`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from linkage.engine import scalar
from linkage.matching.leftovers import link_leftovers

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

DEFAULT_MARGIN = 2.0
"""Bits by which the best candidate must beat the next one that would take its place."""


def cluster(
    connection: duckdb.DuckDBPyConnection,
    *,
    margin: float = DEFAULT_MARGIN,
    leftover_bits: float | None = None,
) -> None:
    """Make `member(node, cluster)` from `edge`, which learns what is ambiguous.

    Args:
        connection: A database with `node`, `edge` and the decisions.
        margin: Bits by which the best candidate must beat the next one.
        leftover_bits: Weight at which records that are left over link; None if not everybody is there to be counted.
    """
    connection.execute(_DECIDED)
    _set_aside_ambiguous(connection, margin)
    _cluster_spine(connection)
    if leftover_bits is not None:
        link_leftovers(connection, leftover_bits)
        _join_mutual_best(connection)
    _attach_wages(connection, margin)
    _join_decided(connection)
    _attach_nameless(connection)


# What people decided stands above every score.
_DECIDED = """
create or replace temp table must as
select distinct least(l.node, r.node) as a, greatest(l.node, r.node) as b from decided_together as d
join node_of as l on l.record = d.record_l join node_of as r on r.record = d.record_r where l.node <> r.node;
create or replace temp table must_not as
select distinct least(l.node, r.node) as a, greatest(l.node, r.node) as b from decided_apart as d
join node_of as l on l.record = d.record_l join node_of as r on r.record = d.record_r where l.node <> r.node;
delete from must where (a, b) in (select (a, b) from must_not);
update edge set is_link = false, reason = null from must_not as n where n.a = edge.node_l and n.b = edge.node_r;
update edge set is_link = true, reason = null from must as n where n.a = edge.node_l and n.b = edge.node_r;
"""


def _set_aside_ambiguous(connection: duckdb.DuckDBPyConnection, margin: float) -> None:
    """A record with two nearly equal candidates in one slot belongs to at most one of them: neither is linked."""
    connection.execute(
        """
        create or replace temp table rival as
        with directed as (
            select node_l as node, node_r as other, match_weight from edge where is_link and profile <> 'wages'
            union all
            select node_r, node_l, match_weight from edge where is_link and profile <> 'wages'
        ),
        ranked as (
            select d.node, d.other, o.slot, d.match_weight,
                max(d.match_weight) over (partition by d.node, o.slot) as best,
                count(*) over (partition by d.node, o.slot) as candidates
            from directed as d join node as o on o.unique_id = d.other where o.slot is not null
        ),
        close as (
            select node, slot from ranked where candidates > 1 and match_weight > best - ?
            group by node, slot having count(*) > 1
        )
        select distinct least(r.node, r.other) as node_l, greatest(r.node, r.other) as node_r
        from ranked as r semi join close as c on c.node = r.node and c.slot = r.slot where r.match_weight > r.best - ?
        """,
        [margin, margin],
    )
    connection.execute(
        """
        delete from rival using must as m where m.a = rival.node_l and m.b = rival.node_r;
        update edge set is_link = false, reason = 'ambiguous' from rival
        where rival.node_l = edge.node_l and rival.node_r = edge.node_r and edge.is_link
        """
    )


def _cluster_spine(connection: duckdb.DuckDBPyConnection) -> None:
    """Join clusters that are each other's best remaining link until none is left."""
    connection.execute(
        """
        create or replace table member as select unique_id as node, unique_id as cluster from spine;
        create or replace temp table cluster_slot as
            select unique_id as cluster, slot from spine where slot is not null;
        create or replace temp table apart as
        with kept_apart as (
            select node_l as a, node_r as b, false as is_decided from cannot_link
            where (node_l, node_r) not in (select (a, b) from must)
            union all select a, b, true from must_not
        )
        select a, b, bool_or(is_decided) as is_decided
        from (from kept_apart union all select b, a, is_decided from kept_apart) group by a, b;
        create or replace temp table pair as
        with known as (
            select e.node_l as a, e.node_r as b, e.match_weight as weight, false as is_must from edge as e
            where e.is_link and e.profile <> 'wages'
            union all
            select m.a, m.b, 1e6, true from must as m
            semi join spine as l on l.unique_id = m.a semi join spine as r on r.unique_id = m.b
        )
        select a, b, max(weight) as weight, bool_or(is_must) as is_must from known group by a, b;
        """
    )
    logger.info("best-link rounds: %d", _join_mutual_best(connection))


def _join_mutual_best(connection: duckdb.DuckDBPyConnection) -> int:
    rounds = 0
    while True:
        connection.execute(_DROP_FORBIDDEN)
        connection.execute(_BEST)
        if scalar(connection, "select count(*) from merged") == 0:
            return rounds
        rounds += 1
        for statement in _APPLY:
            connection.execute(statement)


# Clusters only grow, so a pair that is forbidden now stays forbidden. A person's decision to join stands against all but
# another person's decision.
_DROP_FORBIDDEN = """
create or replace temp table forbidden as
select p.a, p.b from pair as p
join cluster_slot as l on l.cluster = p.a join cluster_slot as r on r.cluster = p.b and r.slot = l.slot where not p.is_must
union
select p.a, p.b from pair as p join apart as x on x.a = p.a and x.b = p.b where x.is_decided or not p.is_must;
create or replace temp table pair as select p.* from pair as p anti join forbidden using (a, b);
"""

# The order of pairs is total and the same from both ends, so that the best pair of all is always mutual.
_BEST = """
create or replace temp table merged as
with directed as (select a as cluster, a, b, weight from pair union all select b, a, b, weight from pair),
best as (
    select a, b from directed
    qualify row_number() over (partition by cluster order by weight desc, a, b) = 1
)
select a as kept, b as gone from best group by a, b having count(*) = 2
"""

_APPLY = (
    "update member set cluster = merged.kept from merged where member.cluster = merged.gone",
    "update cluster_slot set cluster = merged.kept from merged where cluster_slot.cluster = merged.gone",
    """
    create or replace temp table apart as
    select coalesce(l.kept, a.a) as a, coalesce(r.kept, a.b) as b, bool_or(a.is_decided) as is_decided
    from apart as a left join merged as l on l.gone = a.a left join merged as r on r.gone = a.b group by 1, 2
    """,
    """
    create or replace temp table pair as
    with moved as (
        select coalesce(l.kept, p.a) as x, coalesce(r.kept, p.b) as y, p.weight, p.is_must
        from pair as p left join merged as l on l.gone = p.a left join merged as r on r.gone = p.b
    )
    select least(x, y) as a, greatest(x, y) as b, max(weight) as weight, bool_or(is_must) as is_must from moved where x <> y
    group by least(x, y), greatest(x, y)
    """,
)


def _attach_wages(connection: duckdb.DuckDBPyConnection, margin: float) -> None:
    """Give each wage node to the person of its best link; what belongs to nobody becomes a person of its own."""
    connection.execute(
        """
        create or replace temp table wage_candidate as
        with sided as (
            select case when l.is_wage then e.node_l else e.node_r end as node,
                case when l.is_wage then e.node_r else e.node_l end as spine_node, e.match_weight
            from edge as e join node as l on l.unique_id = e.node_l where e.is_link and e.profile = 'wages'
        ),
        -- People keep a wage record apart from a person, not only from the one record that they were shown.
        refused as (
            select n.a as node, m.cluster from must_not as n join member as m on m.node = n.b
            union select n.b, m.cluster from must_not as n join member as m on m.node = n.a
        )
        select s.node, m.cluster, max(s.match_weight) as weight,
            row_number() over (partition by s.node order by max(s.match_weight) desc, m.cluster) as place
        from sided as s join member as m on m.node = s.spine_node
        anti join refused as f on f.node = s.node and f.cluster = m.cluster group by s.node, m.cluster
        """
    )
    connection.execute(
        """
        create or replace temp table wage_home as
        select best.node, best.cluster, best.weight,
            next.node is not null and next.weight > best.weight - ? as is_ambiguous
        from wage_candidate as best
        left join wage_candidate as next on next.node = best.node and next.place = 2 where best.place = 1
        """,
        [margin],
    )
    connection.execute(_ONE_OF_TWO_APART)
    connection.execute(_WAGE_MEMBERS)


# Of two wage nodes that people keep apart, only the better one can belong to a person.
_ONE_OF_TWO_APART = """
delete from wage_home where node in (
    select case when (l.weight, r.node) >= (r.weight, l.node) then r.node else l.node end
    from must_not as n join wage_home as l on l.node = n.a join wage_home as r on r.node = n.b and r.cluster = l.cluster
);
"""

_WAGE_MEMBERS = """
update edge set is_link = false, reason = 'ambiguous' where profile = 'wages' and is_link and (
    node_l in (select node from wage_home where is_ambiguous) or node_r in (select node from wage_home where is_ambiguous));
insert into member
select n.unique_id, coalesce(h.cluster, n.unique_id)
from node as n left join wage_home as h on h.node = n.unique_id and not h.is_ambiguous
where n.is_wage;
-- Several spellings under one SSN that found no person outside wages, and no contradiction inside: one person.
create or replace temp table wage_group as
select ssn, min(unique_id) as cluster from wages
where given is not null and not ssn_shared and unique_id not in (select node from wage_home)
    and unique_id not in (select a from must_not union select b from must_not) group by ssn;
update member set cluster = g.cluster from wages as w join wage_group as g on g.ssn = w.ssn
where member.node = w.unique_id and w.fi is not null and not w.ssn_shared and member.cluster = w.unique_id
    and w.unique_id not in (select a from must_not union select b from must_not);
"""


def _join_decided(connection: duckdb.DuckDBPyConnection) -> None:
    """Join the persons of wage records that people linked; the rest of their decisions came before every score."""
    connection.execute(
        """
        create or replace temp table pair as
        select distinct least(l.cluster, r.cluster) as a, greatest(l.cluster, r.cluster) as b, 1e6 as weight, true as is_must
        from must as m join member as l on l.node = m.a join member as r on r.node = m.b where l.cluster <> r.cluster;
        create or replace temp table apart as
        with decided as (
            select l.cluster as a, r.cluster as b from must_not as n
            join member as l on l.node = n.a join member as r on r.node = n.b
        )
        select a, b, true as is_decided from decided union select b, a, true from decided;
        """
    )
    _join_mutual_best(connection)


def _attach_nameless(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a wage record without given name to the one person who uses its SSN, if there is exactly one."""
    connection.execute(
        """
        create or replace temp table ssn_owner as
        select n.ssn, min(m.cluster) as cluster from node as n join member as m on m.node = n.unique_id
        where n.ssn is not null and n.fi is not null group by n.ssn having count(distinct m.cluster) = 1;
        create or replace table nameless_link as
        -- Its surname and middle initial, if it has them, must be somebody's who uses the number.
        select distinct w.unique_id as node, o.cluster from wages as w join ssn_owner as o on o.ssn = w.ssn
        join member as m on m.cluster = o.cluster
        join node as n on n.unique_id = m.node and n.fi is not null and (w.mi is null or n.mi is null or w.mi = n.mi)
            and (w.family is null or n.family is null or p_surname_fits(
                w.family_all, w.family_tokens, w.family, n.family_all, n.family_tokens, n.family))
        where w.fi is null
            and w.unique_id in (select node from member where member.node = member.cluster)
            and w.unique_id not in (select a from must_not union select b from must_not);
        update member set cluster = l.cluster from nameless_link as l where member.node = l.node;
        """
    )


def review_rest(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `review(node_l, node_r, reason, match_weight)` of pairs in `edge` that ended in two persons."""
    connection.execute(_REVIEW_REST)


# Not asked: what other links already joined, and a doubtful pair whose persons have a better record of that source each.
_REVIEW_REST = """
create or replace temp table parted as
select e.node_l, e.node_r, e.reason, e.match_weight, l.cluster as a, r.cluster as b from edge as e
join member as l on l.node = e.node_l join member as r on r.node = e.node_r where l.cluster <> r.cluster;
create or replace temp table parted_member as
from member semi join (select a as cluster from parted union select b from parted) as p using (cluster);
create or replace temp table taken as
select distinct m.cluster, n.slot from parted_member as m join node as n on n.unique_id = m.node where n.slot is not null;
create or replace temp table settled as
select distinct p.node_l, p.node_r from parted as p
join taken as a on a.cluster = p.a join taken as b on b.cluster = p.b and b.slot = a.slot;
create or replace temp table answered as
select distinct least(l.cluster, r.cluster) as a, greatest(l.cluster, r.cluster) as b from must_not as n
join member as l on l.node = n.a join member as r on r.node = n.b;
create or replace table review as
select node_l, node_r, coalesce(reason, 'one_record_per_source') as reason, match_weight from parted
where (reason is null or (node_l, node_r) not in (select (node_l, node_r) from settled))
    and (least(a, b), greatest(a, b)) not in (select (a, b) from answered)
"""
