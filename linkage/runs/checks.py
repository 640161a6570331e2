"""What must hold before a candidate run goes live: no lost record, no impossible person, no unexplained drift.

Each check is a query over the candidate's rows that counts what breaks it. Words name counts, never values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage.records import DUPLICATE_FREE_SOURCES, WAGE_SOURCES

if TYPE_CHECKING:
    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

LARGEST_PERSON = 25
"""Records outside wages: nobody is known to more agencies and institutions."""

MOST_DRIFT = 0.05
"""Share of the standing pairs that a run may lose or gain while hardly a record changed."""

_FEWEST_PAIRS = 200
_LITTLE_CHANGE = 0.05

_RECORDS = "identity.membership as m join identity.person_record as r using (record_id) where m.linkage_run_id = %(run)s"

_SINGLE = ", ".join(f"'{source}'" for source in DUPLICATE_FREE_SOURCES)
_WAGES = ", ".join(f"'{source}'" for source in WAGE_SOURCES)

_INVARIANTS = {
    "person records have no person": """
        select count(*) from identity.person_record as r
        where not exists (select from identity.membership as m where m.linkage_run_id = %(run)s and m.record_id = r.record_id)
    """,
    "memberships name a record that is not there": """
        select count(*) from identity.membership as m where m.linkage_run_id = %(run)s
        and not exists (select from identity.person_record as r where r.record_id = m.record_id)
    """,
    # Two identifiers of one agency in one person: only if people decided so, pair by pair.
    "persons hold two records of a source that issues one, without a decision": f"""
        with doubled as (
            select m.person_id, r.source, array_agg(m.record_id order by m.record_id) as records from {_RECORDS}
            and r.source in ({_SINGLE}) group by m.person_id, r.source having count(*) > 1
        )
        select count(*) from doubled as d where exists (
            select from unnest(d.records) as one (record_id) where not exists (
                select from identity.decision_in_force as f
                where f.kind = 'must' and one.record_id in (f.record_id_l, f.record_id_r)
            )
        )
    """,
    f"persons hold more than {LARGEST_PERSON} records outside wages": f"""
        select count(*) from (
            select m.person_id from {_RECORDS} and r.source not in ({_WAGES})
            group by m.person_id having count(*) > {LARGEST_PERSON}
        ) as large
    """,
    "pairs that people decided to keep apart are in one person": """
        select count(*) from identity.decision_in_force as d
        join identity.membership as l on l.linkage_run_id = %(run)s and l.record_id = d.record_id_l
        join identity.membership as r on r.linkage_run_id = %(run)s and r.record_id = d.record_id_r
        where d.kind = 'cannot' and l.person_id = r.person_id
    """,
    "person ids stand for somebody although they were merged or retired": """
        select count(distinct m.person_id) from identity.membership as m join identity.person as p using (person_id)
        where m.linkage_run_id = %(run)s and p.status <> 'active' and not exists (
            select from identity.person_event as e
            where e.linkage_run_id = %(run)s and e.event = 'revive' and e.person_id = m.person_id)
    """,
}

_DRIFT = """
with both_runs as (
    select a.person_id as old, b.person_id as new from identity.membership as a
    join identity.membership as b on b.linkage_run_id = %(run)s and b.record_id = a.record_id
    where a.linkage_run_id = %(before)s
),
cell as (select old, new, count(*) as n from both_runs group by old, new),
pairs as (
    select coalesce((select sum(n * (n - 1) / 2) from cell), 0) as kept,
        coalesce((select sum(n * (n - 1) / 2) from (select sum(n) as n from cell group by old) as o), 0) as before,
        coalesce((select sum(n * (n - 1) / 2) from (select sum(n) as n from cell group by new) as o), 0) as after
)
select before::bigint, (before - kept)::bigint as lost, (after - kept)::bigint as gained from pairs
"""


def broken_invariants(warehouse: Warehouse, run_id: str) -> list[str]:
    """Return a sentence per invariant that the candidate breaks, with how often."""
    with warehouse.connect() as connection:
        counts = {
            words: connection.execute(query.encode(), {"run": run_id}).fetchone()
            for words, query in _INVARIANTS.items()
        }
    return [f"{row[0]} {words}" for words, row in counts.items() if row and row[0]]


def drift(warehouse: Warehouse, run_id: str, before: Run) -> dict[str, Any]:
    """Return how many pairs of records that both runs hold were joined before, and how many were lost and gained."""
    return warehouse.fetch_dicts(_DRIFT, {"run": run_id, "before": before.linkage_run_id})[0]


def unexplained_drift(found: dict[str, Any], changed_share: float) -> list[str]:
    """Return a sentence if much moved although hardly a record is new, changed or gone."""
    if found["before"] < _FEWEST_PAIRS or changed_share > _LITTLE_CHANGE:
        return []
    return [
        f"{share:.1%} of the standing pairs of records were {word} while {changed_share:.1%} of the records changed"
        for word, share in (
            ("lost", found["lost"] / found["before"]),
            ("gained", found["gained"] / found["before"]),
        )
        if share > MOST_DRIFT
    ]
