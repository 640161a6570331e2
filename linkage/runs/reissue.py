"""What a run did to person ids: how many were kept, created, merged, split, retired, and which id became which.

For downstream users who keep ids of their own time: random numbers only, no value of a record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.runs.history import Run
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Warehouse

# Old and new ids by the records that both runs hold; a null id stands for "nobody".
_MOVES = """
with before as (select record_id, person_id from identity.membership where linkage_run_id = '{before}'),
after as (select record_id, person_id from identity.membership where linkage_run_id = '{run}'),
move as (
    select b.person_id as old, a.person_id as new, count(*) as record_count
    from before as b join after as a using (record_id) group by b.person_id, a.person_id
),
stays as (select person_id from (select distinct person_id from before) as b join (select distinct person_id from after) as a
    using (person_id)),
change as (
    select old, new, record_count,
        case when old in (select person_id from stays) then 'split' else 'merged' end as change from move where old <> new
    union all
    select person_id, null, count(*), 'retired' from before
    where person_id not in (select old from move) and person_id not in (select person_id from stays) group by person_id
    union all
    select null, person_id, count(*), 'created' from after
    where person_id not in (select new from move) and person_id not in (select person_id from stays) group by person_id
)
"""
_COUNTS = (
    _MOVES
    + """
select 'kept' as change, count(*) as ids from stays
union all select change, count(distinct coalesce(old, new)) from change group by change
"""
)
_LIST = (
    _MOVES
    + """
select c.old::text as old_person_id, c.new::text as new_person_id, c.change, c.record_count, e.reason
from change as c
left join lateral (
    select reason from identity.person_event as e
    where e.linkage_run_id = '{run}' and e.person_id = coalesce(c.old, c.new)
        and (e.other_person_id is not distinct from c.new or c.old is null or c.new is null)
    order by e.event_id desc limit 1
) as e on true
where c.change <> 'created' order by c.change, c.old, c.new
"""
)
CHANGES = ("kept", "created", "merged", "split", "retired")


def reissue_counts(warehouse: Warehouse, run: Run, before: Run) -> dict[str, int]:
    """Return how many ids of two runs were kept, created, merged, split and retired."""
    found = dict(warehouse.fetch_all(_filled(_COUNTS, run, before)))
    return {change: int(found.get(change, 0)) for change in CHANGES}


def write_reissue(warehouse: Warehouse, run: Run, before: Run, file: Path) -> int:
    """Write old_person_id, new_person_id, change, record_count, reason as CSV, a row per id that is not simply kept.

    Ids that are new and come from nobody are not listed. Returns the number of rows.
    """
    from pyarrow import csv

    table = warehouse.fetch_arrow(_filled(_LIST, run, before))
    csv.write_csv(table, file)
    return int(table.num_rows)


def earlier_run(warehouse: Warehouse, run: Run) -> Run:
    """Return the run that was live when this one was made."""
    from linkage.runs.history import find_run

    if run.based_on is None:
        raise P20WError(
            "That is the first run: no id was there before it.", "Name a later one: see `p20w link runs`."
        )
    return find_run(warehouse, run.based_on)


def _filled(query: str, run: Run, before: Run) -> str:
    return query.format(run=run.linkage_run_id, before=before.linkage_run_id)
