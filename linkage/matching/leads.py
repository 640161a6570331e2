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
create or replace temp table person_fact as
select m.cluster, bool_or(n.ssn is not null) as has_ssn, bool_and(n.is_wage) as only_wages, min(n.dob) as dob,
    min(n.seen) filter (n.is_wage) as first_wage
from member as m join node as n on n.unique_id = m.node group by m.cluster;
create or replace temp table lead (
    node_l bigint, node_r bigint, cluster_l bigint, cluster_r bigint, reason varchar, priority integer, rarity double);
"""

# Where neither name agrees somebody works under another's number: nothing to ask.
_SAME_SSN = """
insert into lead
with several as (
    select n.ssn from node as n join member as m on m.node = n.unique_id
    where n.ssn is not null group by n.ssn having min(m.cluster) <> max(m.cluster)
),
holder as (from node semi join several using (ssn)),
shared as (
    select l.unique_id as node_l, r.unique_id as node_r, a.cluster as cluster_l, b.cluster as cluster_r,
        -- A pair that shows more of a name is easier to judge.
        row_number() over (partition by a.cluster, b.cluster order by
            (l.given is null)::int + (r.given is null)::int, l.unique_id, r.unique_id) as place
    from holder as l join holder as r on l.ssn = r.ssn and l.unique_id < r.unique_id
    join member as a on a.node = l.unique_id join member as b on b.node = r.unique_id and b.cluster <> a.cluster
    where l.fi is not null and r.fi is not null and (list_has_any(l.initials, r.initials)
        or p_surname_fits(l.family_all, l.family_tokens, l.family, r.family_all, r.family_tokens, r.family))
)
select node_l, node_r, cluster_l, cluster_r, 'same_ssn', 1, 0 from shared where place = 1
"""

# A whole name that one person outside wages and one wage earner bear, and nobody else; old enough to work.
_NAME_ONLY = """
insert into lead
with bearer as (
    select m.cluster, n.given, unnest(n.family_all) as family, n.mi, n.unique_id as node
    from node as n join member as m on m.node = n.unique_id where n.given is not null
),
held as (select b.*, p.has_ssn, p.only_wages, p.dob, p.first_wage from bearer as b join person_fact as p using (cluster)),
name as (
    -- One person of each kind, by the least and the greatest: cheaper than counting them.
    select given, family from held group by given, family
    having min(cluster) filter (only_wages) = max(cluster) filter (only_wages)
        and min(cluster) filter (not only_wages) = max(cluster) filter (not only_wages)
),
paired as (
    select o.node as node_l, w.node as node_r, o.cluster as cluster_l, w.cluster as cluster_r,
        -ln(coalesce(g.tf_given, 1) * coalesce(s.tf_family, 1)) + if(o.mi = w.mi, 2.5, 0) as rarity,
        row_number() over (partition by o.cluster, w.cluster order by o.node, w.node) as place
    from name join held as o on o.given = name.given and o.family = name.family and not o.only_wages
    join held as w on w.given = name.given and w.family = name.family and w.only_wages
    left join frequency_given as g on g.given = name.given left join frequency_family as s on s.family = name.family
    where not (o.has_ssn and w.has_ssn)
        and (o.mi is null or w.mi is null or o.mi = w.mi)
        and (o.dob is null or w.first_wage is null
            or w.first_wage >= strptime(o.dob, '%Y%m%d') + interval 14 year)
)
select node_l, node_r, cluster_l, cluster_r, 'name_only', 2, rarity from paired where place = 1
"""
