"""The pairs worth a person's minute, best first: how likely an answer changes something, times how much it changes.

Three kinds: pairs that a veto, doubt or a rival kept apart; links that hold but are uncertain; persons whose records contradict
each other, each shown by its weakest link. One question per two persons: an answer settles the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

WORDS = {
    "below_threshold": "The score lies between the floor and the threshold.",
    "ambiguous": "Another record is nearly as good a candidate.",
    "one_record_per_source": "Linking them would give one person two records of an agency that issues one.",
    "suffix_conflict": "The suffixes differ, as of a father and a son.",
    "possible_twins": "Same birth date and surname, another given name: perhaps twins.",
    "birth_date_differs_without_ssn": "The birth dates differ, and no social security number decides.",
    "ssn_agrees_given_name_differs": "One social security number under different given names.",
    "ssn_agrees_initial_only": "One social security number; the name is cut to an initial.",
    "too_little_known": "What both tell agrees, but it is too little: fewer than three of names, birth date, residence.",
    "wages_before_age_14": "One would have earned wages before the age of 14.",
    "same_ssn": "Two persons under one social security number whose names partly agree.",
    "name_only": "A whole name that one person and one wage earner bear, and nobody else; no number tells.",
    "possible_parent_and_child": "One name, but birth dates a generation apart and other numbers: perhaps parent and child.",
    "uncertain_link": "They are linked, with little certainty.",
    "two_social_security_numbers": "Their person has different social security numbers.",
    "two_birth_dates": "Their person has different birth dates.",
}
_MOST_PAIRS = 10
"""Beyond so many records on a side more pairs change little for anybody."""


@dataclass(frozen=True)
class Item:
    """One question: are these two records one person?"""

    record_id_l: str
    record_id_r: str
    reason: str
    is_linked: bool
    match_weight: float | None
    probability: float
    value: float

    @property
    def words(self) -> str:
        """Why it is asked."""
        return WORDS.get(self.reason, self.reason.replace("_", " ").capitalize() + ".")


# Of a veto the score says little: how often people answered "one person" to the same veto says more, starting at even odds.
_QUEUE = f"""
with answered as (
    select evidence ->> 'reason' as reason, (count(*) filter (where kind = 'must') + 1.0) / (count(*) + 2.0) as share
    from identity.decision as d where kind in ('must', 'cannot')
        and not exists (select from identity.decision as u where u.undoes = d.decision_id)
    group by 1
),
person_size as (
    select person_id, least(count(*), {_MOST_PAIRS}) as n from identity.membership where linkage_run_id = %(run)s group by 1
),
contradicting as (
    select m.person_id,
        case when count(distinct r.ssn) > 1 then 'two_social_security_numbers' else 'two_birth_dates' end as reason
    from identity.membership as m join identity.person_record as r using (record_id)
    where m.linkage_run_id = %(run)s and r.source <> 'ui'
    group by m.person_id having count(distinct r.ssn) > 1 or count(distinct r.birthdate) > 1
),
asked as (
    select record_id_l, record_id_r, reason, false as is_linked, match_weight,
        case when reason = 'below_threshold' and match_weight is not null then 1 / (1 + power(2::float8, -match_weight)) end as p
    from identity.review_item where linkage_run_id = %(run)s
    union all
    select record_id_l, record_id_r, 'uncertain_link', true, match_weight, match_probability from identity.edge
    where linkage_run_id = %(run)s and match_probability < %(certain)s
    union all
    select e.record_id_l, e.record_id_r, c.reason, true, e.match_weight, null from contradicting as c
    cross join lateral (
        select e.record_id_l, e.record_id_r, e.match_weight from identity.membership as m
        join identity.edge as e on e.linkage_run_id = %(run)s and e.record_id_l = m.record_id and e.match_weight is not null
        where m.linkage_run_id = %(run)s and m.person_id = c.person_id order by e.match_weight, e.record_id_r limit 1
    ) as e
),
valued as (
    select least(a.record_id_l, a.record_id_r) as record_id_l, greatest(a.record_id_l, a.record_id_r) as record_id_r,
        a.reason, a.is_linked, a.match_weight, coalesce(a.p, s.share, 0.5)::float8 as p,
        l.person_id as person_l, r.person_id as person_r,
        case when a.is_linked then greatest(pl.n - 1, 1) else pl.n * pr.n end as pairs
    from asked as a
    join identity.membership as l on l.linkage_run_id = %(run)s and l.record_id = a.record_id_l
    join identity.membership as r on r.linkage_run_id = %(run)s and r.record_id = a.record_id_r
    join person_size as pl on pl.person_id = l.person_id join person_size as pr on pr.person_id = r.person_id
    left join answered as s on s.reason = a.reason
),
ranked as (
    select v.*, (case when is_linked then 1 - p else p end * pairs)::float8 as value,
        row_number() over (
            partition by least(person_l, person_r), greatest(person_l, person_r), is_linked
            order by case when is_linked then 1 - p else p end desc, match_weight desc nulls last, v.record_id_l, v.record_id_r
        ) as place
    from valued as v
    where not exists (
        select from identity.decision_in_force as d
        where d.record_id_l = v.record_id_l and d.record_id_r = v.record_id_r)
)
select record_id_l::text, record_id_r::text, reason, is_linked, match_weight, p, value from ranked
where place = 1 order by value desc, record_id_l, record_id_r limit %(limit)s
"""


def review_queue(warehouse: Warehouse, run: Run, *, limit: int = 50, certain: float = 0.99) -> list[Item]:
    """Return the open questions of a run, the most valuable answer first.

    Args:
        warehouse: Where the run is.
        run: The live run, usually.
        limit: At most so many.
        certain: Links at or above this probability are not asked about.
    """
    rows = warehouse.fetch_all(_QUEUE, {"run": run.linkage_run_id, "limit": limit, "certain": certain})
    return [Item(*row) for row in rows]
