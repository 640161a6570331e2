"""Who is left over when two sources hold the same people: each has lost all other candidates.

The prior of a pair counts everybody whom a record could be. Once nearly all of two sources are linked one to one, a record that
is left can only be one of those that are left on the other side, and the prior says so. Only in files without relatives: a
sister who is left over in one source looks like her brother who is left over in the other.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from linkage.engine import scalar

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

_SHARE_LINKED = 0.95
"""Of the larger of two sources: that they hold the same people is then certain enough to count only who is left."""


def link_leftovers(connection: duckdb.DuckDBPyConnection, threshold_bits: float) -> None:
    """Let pairs in `edge` link that lack a little, where both sources hold the same people and both records are left over.

    Args:
        connection: A database with `node`, `edge`, `relatives` and the clusters of the certain links (`member`, `pair`).
        threshold_bits: Weight at which a pair links.
    """
    if scalar(connection, "select bool_or(are_here) from relatives"):
        return
    connection.execute(_LEFT.format(share=_SHARE_LINKED))
    connection.execute(_LEFT_PAIRS.format(share=_SHARE_LINKED, threshold=threshold_bits))
    connection.execute(
        """
        update edge set is_link = true, reason = null from left_pair as p where p.node_l = edge.node_l and p.node_r = edge.node_r;
        create or replace temp table pair as
        select least(l.cluster, r.cluster) as a, greatest(l.cluster, r.cluster) as b, max(p.match_weight) as weight,
            false as is_must
        from left_pair as p join member as l on l.node = p.node_l join member as r on r.node = p.node_r
        group by 1, 2
        """
    )
    logger.info("pairs of left-over records: %d", scalar(connection, "select count(*) from left_pair"))


# Two slots that can hold the same people are of one size; a node of one of them may lack a record of the other.
_LEFT = """
create or replace temp table even as
with size as (select slot, count(*) as n from node where slot is not null group by slot)
select l.slot, l.n, r.slot as other from size as l join size as r
on l.slot <> r.slot and least(l.n, r.n) >= {share} * greatest(l.n, r.n);
create or replace temp table lacking as
select n.unique_id as node, e.slot, e.other from node as n join even as e using (slot)
join member as m on m.node = n.unique_id
where (m.cluster, e.other) not in (
    select (c.cluster, h.slot) from member as c join node as h on h.unique_id = c.node where h.slot is not null
);
create or replace temp table left_over as
select e.slot, e.other, e.n, count(*) as n_left from even as e join lacking using (slot, other) group by all;
"""

# The only pair of both records between these two sources that is worth a look at all.
_LEFT_PAIRS = """
create or replace temp table left_pair as
with between as (
    select e.node_l, e.node_r, e.match_weight, e.reason, l.slot as slot_l, r.slot as slot_r
    from edge as e join lacking as l on l.node = e.node_l
    join lacking as r on r.node = e.node_r and r.slot = l.other and r.other = l.slot
    where not e.is_link and e.profile <> 'wages'
),
only_one as (
    select * from between
    qualify count(*) over (partition by node_l, slot_r) = 1 and count(*) over (partition by node_r, slot_l) = 1
)
select p.node_l, p.node_r, p.match_weight
from only_one as p join left_over as l on l.slot = p.slot_l and l.other = p.slot_r
join left_over as r on r.slot = p.slot_r and r.other = p.slot_l
where p.reason = 'below_threshold' and greatest(l.n_left / l.n, r.n_left / r.n) <= 1 - {share}
    and p.match_weight + log2(greatest(l.n, r.n) / greatest(l.n_left, r.n_left)) >= {threshold}
"""
