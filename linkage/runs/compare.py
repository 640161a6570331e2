"""Two runs side by side: pairs of records joined in one of them only, by sources and by reason, and what became of persons.

Only persons that differ are unfolded into pairs. Counts and random ids only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse


@dataclass(frozen=True)
class PairChange:
    """So many pairs of these sources were gained or lost for this reason."""

    change: str
    source_pair: str
    reason: str
    pairs: int


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs."""

    persons: dict[str, int]
    changes: list[PairChange]


_PERSONS = """
with one as (select record_id, person_id from identity.membership where linkage_run_id = %(one)s),
two as (select record_id, person_id from identity.membership where linkage_run_id = %(two)s),
cell as (
    select a.person_id as p, b.person_id as q, count(*) as n from one as a full join two as b using (record_id) group by 1, 2
),
of_one as (select p, count(distinct q) + count(*) filter (where q is null) as parts from cell where p is not null group by p),
of_two as (select q, count(distinct p) + count(*) filter (where p is null) as parts from cell where q is not null group by q)
select 'persons in the first run', count(*) from of_one
union all select 'persons in the second run', count(*) from of_two
union all select 'with the same records in both', count(*) from cell join of_one using (p) join of_two using (q)
    where of_one.parts = 1 and of_two.parts = 1
union all select 'of the first run in several parts', count(*) from of_one where parts > 1
union all select 'of the second run made of several', count(*) from of_two where parts > 1
"""

_CHANGES = """
with record as (
    select record_id, a.person_id as p, b.person_id as q, s.source, a.record_id is null as is_new,
        b.record_id is null as is_gone, coalesce(a.digest <> b.digest, false) as has_changed
    from (select * from identity.membership where linkage_run_id = %(one)s) as a
    full join (select * from identity.membership where linkage_run_id = %(two)s) as b using (record_id)
    join identity.source_record as s using (record_id)
),
parted as (select p from record where p is not null group by p having count(distinct q) + bool_or(q is null)::int > 1),
joined as (select q from record where q is not null group by q having count(distinct p) + bool_or(p is null)::int > 1),
pair as (
    select 'lost' as change, x.record_id as a, y.record_id as b, x.source as s, y.source as t,
        x.is_gone or y.is_gone as has_end, x.has_changed or y.has_changed as has_changed
    from record as x join parted using (p) join record as y on y.p = x.p and y.record_id > x.record_id
    where x.q is distinct from y.q or x.q is null
    union all
    select 'gained', x.record_id, y.record_id, x.source, y.source,
        x.is_new or y.is_new, x.has_changed or y.has_changed
    from record as x join joined using (q) join record as y on y.q = x.q and y.record_id > x.record_id
    where x.p is distinct from y.p or x.p is null
),
edge as (
    select linkage_run_id, least(record_id_l, record_id_r) as a, greatest(record_id_l, record_id_r) as b, model, method
    from identity.edge where linkage_run_id in (%(one)s, %(two)s)
)
select p.change, least(p.s, p.t) || '-' || greatest(p.s, p.t) as source_pair,
    case
        when p.change = 'lost' and p.has_end then 'a record is gone'
        when p.change = 'gained' and p.has_end then 'a record is new'
        when d.kind is not null then 'people decided so'
        when p.change = 'lost' and v.reason is not null then 'waits for a person: ' || replace(v.reason, '_', ' ')
        when p.has_changed then 'a record changed'
        when p.change = 'gained' and e.method is not null then 'linked: ' || case e.method when 'model' then e.model || ' model'
            else replace(e.method, '_', ' ') end
        when p.change = 'lost' and e.method is not null then 'its link no longer holds'
        else 'through other records'
    end as reason, count(*)::bigint as pairs
from pair as p
left join identity.decision_in_force as d on d.record_id_l = p.a and d.record_id_r = p.b
    and d.kind = case p.change when 'lost' then 'cannot' else 'must' end
left join lateral (
    select v.reason from identity.review_item as v
    where v.linkage_run_id = %(two)s and (v.record_id_l, v.record_id_r) in ((p.a, p.b), (p.b, p.a)) limit 1
) as v on true
left join lateral (
    select e.method, e.model from edge as e where e.a = p.a and e.b = p.b
        and e.linkage_run_id = case p.change when 'lost' then %(one)s::uuid else %(two)s::uuid end limit 1
) as e on true
group by 1, 2, 3 order by 1, 4 desc, 2, 3
"""


def compare_runs(warehouse: Warehouse, one: Run, two: Run) -> Comparison:
    """Say what the second run joins that the first did not, and the other way round."""
    values = {"one": one.linkage_run_id, "two": two.linkage_run_id}
    persons = {str(name): int(count) for name, count in warehouse.fetch_all(_PERSONS, values)}
    return Comparison(persons, [PairChange(*row) for row in warehouse.fetch_all(_CHANGES, values)])
