"""Why ids were merged or split in a run: the link, the decision or the veto behind each event, looked up afterwards.

Set-based over the run's rows and those of the run before it. Reasons name methods and probabilities, never values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# What joined the records of the merged id to another record of the person: a decision if there is one, else the best link.
_MERGED = """
with link as (
    select e.event_id, x.record_id_l, x.record_id_r, x.model, x.method, x.match_weight, x.match_probability,
        was.digest as was_digest, of.digest as is_digest, was.record_id is null as is_new
    from identity.person_event as e
    join identity.membership as old on old.linkage_run_id = %(before)s and old.person_id = e.person_id
    cross join lateral (
        select x.*, x.record_id_r as other from identity.edge as x
        where x.linkage_run_id = %(run)s and x.record_id_l = old.record_id
        union all
        select x.*, x.record_id_l from identity.edge as x
        where x.linkage_run_id = %(run)s and x.record_id_r = old.record_id
    ) as x
    join identity.membership as of on of.linkage_run_id = %(run)s and of.record_id = x.other
    left join identity.membership as was on was.linkage_run_id = %(before)s and was.record_id = x.other
    where e.linkage_run_id = %(run)s and e.event = 'merge' and was.person_id is distinct from e.person_id
),
best as (
    select distinct on (l.event_id) l.*, d.decision_id, d.steward from link as l
    left join identity.decision_in_force as d on d.kind = 'must'
        and d.record_id_l = least(l.record_id_l, l.record_id_r) and d.record_id_r = greatest(l.record_id_l, l.record_id_r)
    order by l.event_id, (d.decision_id is not null) desc, l.match_weight desc nulls last, l.record_id_l, l.record_id_r
)
update identity.person_event as e set
    reason = case
            when b.decision_id is not null then format('decision %%s of %%s joined two of its records', b.decision_id, b.steward)
            when b.method = 'model' then format('the %%s model links two of its records with probability %%s', b.model,
                round(b.match_probability::numeric, 4))
            when b.method = 'ssn_and_given_name' then 'two of its records have one social security number and given name'
            else format('two of its records are linked by the rule %%s', b.method)
        end
        || case when b.is_new then '; one of them is new'
            when b.was_digest is distinct from b.is_digest then '; one of them changed' else '' end,
    cause = jsonb_strip_nulls(jsonb_build_object('kind', case when b.decision_id is not null then 'decision' else 'link' end,
        'decision_id', b.decision_id, 'record_id_l', b.record_id_l, 'record_id_r', b.record_id_r, 'model', b.model,
        'method', b.method, 'match_weight', b.match_weight, 'match_probability', b.match_probability))
from best as b where b.event_id = e.event_id
"""

# What came between the records that stayed and those that went.
_SPLIT = """
with pair as (
    select e.event_id, stays.record_id as a, goes.record_id as b,
        coalesce(kept_digest.digest <> stays.digest, true) or coalesce(went_digest.digest <> goes.digest, true) as changed
    from identity.person_event as e
    join identity.membership as kept_digest on kept_digest.linkage_run_id = %(before)s and kept_digest.person_id = e.person_id
    join identity.membership as stays on stays.linkage_run_id = %(run)s and stays.record_id = kept_digest.record_id
        and stays.person_id = e.person_id
    join identity.membership as went_digest on went_digest.linkage_run_id = %(before)s and went_digest.person_id = e.person_id
    join identity.membership as goes on goes.linkage_run_id = %(run)s and goes.record_id = went_digest.record_id
        and goes.person_id = e.other_person_id
    where e.linkage_run_id = %(run)s and e.event = 'split'
),
found as (
    select p.event_id, p.a, p.b, 1 as place, format('decision %%s of %%s keeps them apart', d.decision_id, d.steward) as words,
        jsonb_build_object('kind', 'decision', 'decision_id', d.decision_id) as cause
    from pair as p join identity.decision_in_force as d on d.kind = 'cannot'
        and d.record_id_l = least(p.a, p.b) and d.record_id_r = greatest(p.a, p.b)
    union all
    select p.event_id, p.a, p.b, 2, format('the pair that would join them waits for a person: %%s', replace(v.reason, '_', ' ')),
        jsonb_build_object('kind', 'veto', 'reason', v.reason, 'match_weight', v.match_weight)
    from pair as p join identity.review_item as v on v.linkage_run_id = %(run)s
        and (v.record_id_l, v.record_id_r) in ((p.a, p.b), (p.b, p.a))
    union all
    select p.event_id, p.a, p.b, 3, format('the link that joined them%%s no longer holds%%s',
            case when x.model = 'none' then ''
                else format(' (%%s model, probability %%s)', x.model, round(x.match_probability::numeric, 4)) end,
            case when p.changed then '; one of the two records changed' else '' end),
        jsonb_strip_nulls(jsonb_build_object('kind', 'link_gone', 'model', x.model, 'method', x.method,
            'match_weight', x.match_weight, 'match_probability', x.match_probability, 'record_changed', p.changed))
    from pair as p join identity.edge as x on x.linkage_run_id = %(before)s
        and (x.record_id_l, x.record_id_r) in ((p.a, p.b), (p.b, p.a))
),
best as (
    select distinct on (event_id) * from found
    order by event_id, place, (cause ->> 'match_weight')::float8 desc nulls last, a, b
)
update identity.person_event as e set reason = b.words,
    cause = b.cause || jsonb_build_object('record_id_l', b.a, 'record_id_r', b.b)
from best as b where b.event_id = e.event_id
"""

_INDIRECT = """
update identity.person_event set reason = reason || case event
        when 'split' then '; the record that joined them is gone or belongs to somebody else'
        else '; through records of third persons' end,
    cause = '{"kind": "indirect"}'
where linkage_run_id = %(run)s and event in ('merge', 'split') and cause is null
"""


def give_reasons(connection: psycopg.Connection[Any], run_id: str, before: str) -> None:
    """Say of each merge and split of a run what caused it."""
    for statement in (_MERGED, _SPLIT, _INDIRECT):
        connection.execute(statement.encode(), {"run": run_id, "before": before})
