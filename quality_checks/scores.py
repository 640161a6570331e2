"""The scores of every submitter, layout and period, in six dimensions; each is a share with its two counts.

Belongs here: what a dimension counts, and writing quality.scorecard after a run. Must not come here: pages, judging.
"""

import uuid
from dataclasses import dataclass
from typing import get_args

from psycopg import sql

from quality_checks.rule import RuleKind
from warehouse.connection import Warehouse

#: Rule kind → dimension. A kind that is not named compares something with something: consistency.
DIMENSION_OF_KIND = {
    "completeness": "completeness",
    "type": "validity",
    "code_set": "validity",
    "range": "validity",
    "format": "validity",
    "uniqueness": "uniqueness",
}
CONSISTENCY = "consistency"
#: What each dimension's two counts are, in words that an agency reads.
MEANING = {
    "timeliness": "Deliveries that came by the day they were due, out of the deliveries that were due.",
    "completeness": "Required values that are filled in, out of all required values.",
    "validity": "Values that can be read, are agreed codes and lie in their range, out of all values so checked.",
    "consistency": "Checks between columns, rows and files that agree, out of all such checks.",
    "uniqueness": "Rows that do not repeat an earlier row's key, out of all rows so checked.",
    "linkability": "Person records that linkage found in another source too, out of the person records sent.",
}
DIMENSIONS = tuple(MEANING)

# The sources whose rows describe persons, with the vault's view of those descriptions.
_PERSON_SOURCES = ("k12", "postsecondary", "wioa", "ui", "bridge")

_FROM_RULES = """
    insert into new_score
    select delivery.submitter, delivery.layout, delivery.period,
        coalesce(dimension_of.dimension, {consistency}),
        sum(result.evaluated_count - result.failed_count), sum(result.evaluated_count)
    from quality.rule_result as result
    join control.delivery as delivery using (delivery_id)
    join quality.rule as rule using (rule_code)
    left join (values {kinds}) as dimension_of(kind, dimension) using (kind)
    where delivery.status in ('accepted', 'held')
    group by 1, 2, 3, 4 having sum(result.evaluated_count) > 0
"""
_TIMELINESS = """
    insert into new_score
    select submitter, layout, period, 'timeliness', count(*) filter (where status = 'on_time'), count(*)
    from control.delivery_timeliness
    where status <> 'expected'
    group by 1, 2, 3
"""
_LINKABILITY = """
    insert into new_score
    -- The run is told by its id, and what is found once is kept: through the crosswalk's join with the list of runs the
    -- planner takes the live run for a few rows, and would count everybody's sources anew for each record.
    with member as materialized (
        select record.source, record.source_key, membership.person_id
        from identity.source_record as record
        left join identity.membership as membership
            on membership.record_id = record.record_id and membership.linkage_run_id = {live_run}
    ),
    shared as materialized (
        select person_id from member where person_id is not null
        group by person_id having min(source) <> max(source)
    ),
    linked as materialized (
        select member.source, member.source_key, shared.person_id is not null as is_linked
        from member left join shared using (person_id)
    ),
    -- Rows numbered zero are not delivered rows: they tell what was seen of a person elsewhere.
    described as ({described}),
    sent as (
        select distinct delivery.submitter, delivery.layout, delivery.period, described.source, described.source_key
        from described join control.delivery as delivery using (delivery_id)
    )
    select sent.submitter, sent.layout, sent.period, 'linkability', count(*) filter (where linked.is_linked), count(*)
    from sent join linked using (source, source_key)
    group by 1, 2, 3
"""
_IS_NEW = """
    with newest as (
        select submitter, layout, period, dimension, numerator, denominator from quality.scorecard
        where run_id = (select run_id from quality.scorecard order by scored_at desc limit 1)
    )
    select exists ((table new_score except table newest) union all (table newest except table new_score))
"""
_WRITE = """
    insert into quality.scorecard
        (run_id, submitter, layout, period, dimension, numerator, denominator, score)
    select run.id, submitter, layout, period, dimension, numerator, denominator, 100.0 * numerator / denominator
    from new_score cross join (select gen_random_uuid() as id offset 0) as run
"""


@dataclass(frozen=True)
class Scoring:
    """What a scoring did: how many scores it wrote, none where all were as the last time."""

    written: int

    def metadata(self) -> dict[str, int]:
        """Counts for a run's log."""
        return {"scores_written": self.written}


def write_scorecard(warehouse: Warehouse) -> Scoring:
    """Score the deliveries in force and held, and the live linkage run; keep the result where it is news.

    Linkability and timeliness are left out until a linkage run is live and the state has a calendar.
    """
    with warehouse.connect() as connection:
        connection.execute(
            "create temporary table new_score (submitter text, layout text, period text, dimension text,"
            " numerator bigint, denominator bigint) on commit drop"
        )
        connection.execute(_from_rules())
        connection.execute(_TIMELINESS)
        live = connection.execute(
            "select linkage_run_id from control.linkage_run"
            " where status = 'live' and to_regclass('identity.source_record') is not null"
        ).fetchone()
        if live:
            connection.execute(_linkability(live[0]))
        is_new = connection.execute(_IS_NEW).fetchone()
        if not (is_new and is_new[0]):
            return Scoring(0)
        return Scoring(connection.execute(_WRITE).rowcount)


def dimension_of(kind: RuleKind) -> str:
    """Return the dimension that rules of a kind feed."""
    return DIMENSION_OF_KIND.get(kind, CONSISTENCY)


def _from_rules() -> sql.Composed:
    kinds = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(kind), sql.Literal(dimension_of(kind)))
        for kind in get_args(RuleKind)
    )
    return sql.SQL(_FROM_RULES).format(consistency=sql.Literal(CONSISTENCY), kinds=kinds)


def _linkability(live_run: uuid.UUID) -> sql.Composed:
    described = [
        sql.SQL("select {}::text as source, source_key, delivery_id from {} where row_number > 0").format(
            sql.Literal(source), sql.Identifier("identity", f"int_{source}__persons_described")
        )
        for source in _PERSON_SOURCES
    ]
    return sql.SQL(_LINKABILITY).format(
        live_run=sql.Literal(live_run), described=sql.SQL(" union all ").join(described)
    )
