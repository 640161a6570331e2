"""Questions beyond the scored pairs: persons that share a number, and pupils whom wages know by name only.

No score decides these; a person who may look further can. At most a stated share of the records is asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import scalar

if TYPE_CHECKING:
    import duckdb

REVIEW_SHARE = 0.02
"""Share of all records that may be in review; questions that a score or a veto raised are all asked."""


def add_leads(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `lead_review` of `same_ssn` and `name_only` questions, the rarest names first, while there is room beside `review`."""
    connection.execute(_PERSON_FACT)
    connection.execute(_SAME_SSN)
    room = int(REVIEW_SHARE * scalar(connection, "select count(*) from record")) - scalar(
        connection, "select count(*) from (select node_l from review union select node_r from review)"
    )
    connection.execute(_NAME_ONLY)
    connection.execute(
        """
        create or replace table lead_review as
        select node_l, node_r, reason, null::double as match_weight from lead
        where (least(cluster_l, cluster_r), greatest(cluster_l, cluster_r)) not in (
            select (least(l.cluster, r.cluster), greatest(l.cluster, r.cluster)) from review as v
            join member as l on l.node = v.node_l join member as r on r.node = v.node_r
            union select (a, b) from answered)
        order by priority, rarity desc, node_l, node_r limit ?
        """,
        [max(0, room // 2)],
    )


_PERSON_FACT = """
create or replace temp table only_wages as
select m.cluster, bool_and(n.is_wage) as only_wages from member as m join node as n on n.unique_id = m.node group by m.cluster;
create or replace temp table lead (
    node_l bigint, node_r bigint, cluster_l bigint, cluster_r bigint, reason varchar, priority integer, rarity double);
"""

# Where neither name agrees somebody works under another's number: nothing to ask.
_SAME_SSN = """
create or replace temp table holder as
with several as (
    select hash(n.ssn) as number from node as n join member as m on m.node = n.unique_id
    where n.ssn is not null group by number having min(m.cluster) <> max(m.cluster)
),
held as (select unique_id from node where ssn is not null and hash(ssn) in (from several))
select n.unique_id, n.ssn, n.given, n.fi, n.initials, n.family, n.family_all, n.family_tokens, m.cluster
from held join node as n using (unique_id) join member as m on m.node = unique_id;
insert into lead
with shared as (
    select l.unique_id as node_l, r.unique_id as node_r, l.cluster as cluster_l, r.cluster as cluster_r,
        -- A pair that shows more of a name is easier to judge.
        row_number() over (partition by l.cluster, r.cluster order by
            (l.given is null)::int + (r.given is null)::int, l.unique_id, r.unique_id) as place
    from holder as l join holder as r on l.ssn = r.ssn and l.unique_id < r.unique_id and l.cluster <> r.cluster
    where l.fi is not null and r.fi is not null and (list_has_any(l.initials, r.initials)
        or p_surname_fits(l.family_all, l.family_tokens, l.family, r.family_all, r.family_tokens, r.family))
)
select node_l, node_r, cluster_l, cluster_r, 'same_ssn', 1, 0 from shared where place = 1
"""

# A whole name that one person outside wages and one wage earner bear, and nobody else; old enough to work.
_NAME_ONLY = """
create or replace temp table bearer as
with named as (select unique_id as node, hash(given) as given, unnest(family_all) as family from node where given is not null)
select m.cluster, w.only_wages, hash(b.given, b.family) as name, b.node
from named as b join member as m using (node) join only_wages as w on w.cluster = m.cluster;
create or replace temp table alone as
-- One person of each kind, by the least and the greatest: cheaper than counting them.
with name as (
    select name from bearer group by name
    having min(cluster) filter (only_wages) = max(cluster) filter (only_wages)
        and min(cluster) filter (not only_wages) = max(cluster) filter (not only_wages)
)
from bearer semi join name using (name);
drop table bearer;
create or replace temp table lone_person as
select m.cluster, bool_or(n.ssn is not null) as has_ssn, min(n.dob) as dob, min(n.seen) filter (n.is_wage) as first_wage
from member as m semi join alone as a on a.cluster = m.cluster join node as n on n.unique_id = m.node group by m.cluster;
insert into lead
with held as (
    select a.cluster, a.only_wages, a.name, a.node, n.given, n.mi, p.has_ssn, p.dob, p.first_wage,
        unnest(list_filter(n.family_all, lambda f: hash(hash(n.given), f) = a.name)) as family
    from alone as a join node as n on n.unique_id = a.node join lone_person as p using (cluster)
),
paired as (
    select o.node as node_l, w.node as node_r, o.cluster as cluster_l, w.cluster as cluster_r,
        -ln(coalesce(g.tf_given, 1) * coalesce(s.tf_family, 1)) + if(o.mi = w.mi, 2.5, 0) as rarity,
        row_number() over (partition by o.cluster, w.cluster order by o.node, w.node) as place
    from held as o join held as w on w.given = o.given and w.family = o.family and w.only_wages and not o.only_wages
    left join frequency_given as g on g.given = o.given left join frequency_family as s on s.family = o.family
    where not (o.has_ssn and w.has_ssn)
        and (o.mi is null or w.mi is null or o.mi = w.mi)
        and (o.dob is null or w.first_wage is null
            or w.first_wage >= strptime(o.dob, '%Y%m%d') + interval 14 year)
)
select node_l, node_r, cluster_l, cluster_r, 'name_only', 2, rarity from paired where place = 1
"""
