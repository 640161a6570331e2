"""Clusters into persons whose ids last: a new run keeps each person id where most of its records are.

Pure: clusters and the earlier membership in, membership and events out. Ids are random, never derived from a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.engine import open_database, scalar

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True)
class Assignment:
    """Who is who after a run.

    Attributes:
        membership: record_id, person_id, every record of the run once.
        created: person_id of the persons that are new.
        merged: person_id, merged_into of those who turned out to be somebody else.
        retired: person_id of those whose records are all gone.
        revived: person_id of those who were merged or retired and stand for somebody again.
        events: event, person_id, other_person_id, reason.
    """

    membership: pa.Table
    created: pa.Table
    merged: pa.Table
    retired: pa.Table
    revived: pa.Table
    events: pa.Table


def previous_schema() -> pa.Schema:
    """Return the schema of an earlier membership.

    `since` says when the person id was first given, `trust` how much the record counts for keeping the id: what a school
    or the motor vehicle agency issued says more about who somebody is than a spelling in a wage account.
    """
    import pyarrow as pa

    return pa.schema(
        [
            ("record_id", pa.string()),
            ("person_id", pa.string()),
            ("since", pa.timestamp("us", "UTC")),
            ("trust", pa.int64()),
        ]
    )


def assign_persons(clusters: pa.Table, previous: pa.Table, former: pa.Table | None = None) -> Assignment:
    """Give each cluster a person id: the earlier one with which it shares most, a former one of its own, else a new one.

    Args:
        clusters: record_id, cluster_id.
        previous: The live membership.
        former: Records of ids that were merged away or retired, as they last stood: a merge that proves wrong is taken
            back under the old id.
    """
    connection = open_database()
    try:
        connection.register("clusters", clusters)
        connection.register("previous", previous)
        connection.register("former", previous_schema().empty_table() if former is None else former)
        connection.execute(_TABLES)
        for holders in (_OVERLAP, _FORMER_OVERLAP):
            connection.execute(holders)
            _keep_ids(connection)
        connection.execute(_REST)
        return Assignment(
            _table(connection, "select record_id, person_id from clusters join assigned using (cluster_id)"),
            _table(connection, "select person_id from assigned where is_new"),
            _table(connection, "select person_id, merged_into from gone where merged_into is not null"),
            _table(connection, "select person_id from gone where merged_into is null"),
            _table(connection, "select person_id from revived"),
            _table(connection, _EVENTS),
        )
    finally:
        connection.close()


def _keep_ids(connection: duckdb.DuckDBPyConnection) -> None:
    """Let clusters and ids that are each other's best remaining choice find one another until none is left."""
    while True:
        connection.execute(_MUTUAL_BEST)
        if scalar(connection, "select count(*) from found") == 0:
            return
        connection.execute(_TAKE)


def _table(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    return connection.execute(f"select * from ({sql}) order by all").to_arrow_table()


_TABLES = """
create table assigned (cluster_id bigint, person_id varchar, is_new boolean);
create table overlap as
select c.cluster_id, p.person_id, min(p.since) as since, sum(p.trust) as n
from clusters as c join previous as p using (record_id) group by c.cluster_id, p.person_id;
create table former_overlap as
select c.cluster_id, p.person_id, min(p.since) as since, sum(p.trust) as n
from clusters as c join former as p using (record_id)
where p.person_id not in (select person_id from previous)
group by c.cluster_id, p.person_id;
create table can_return as select cluster_id, max(n) as n from former_overlap group by cluster_id;
"""

_OVERLAP = "create or replace table open_overlap as from overlap"

_FORMER_OVERLAP = """
create or replace table open_overlap as
from former_overlap where cluster_id not in (select cluster_id from assigned)
"""

# Of equal shares the oldest id wins, and of equal clusters the one that has no former id to go back to: a merge taken
# back leaves everyone under the id they had. The order is total, so that each round finds at least one pair.
_MUTUAL_BEST = """
create or replace table found as
select cluster_id, person_id from (
    select *, row_number() over (partition by cluster_id order by n desc, since, person_id, cluster_id) as for_cluster,
        row_number() over (partition by person_id order by n desc, returns, since, person_id, cluster_id) as for_person
    from (
        select o.*, coalesce(r.n, 0) as returns from open_overlap as o left join can_return as r using (cluster_id)
    )
) where for_cluster = 1 and for_person = 1
"""

_TAKE = """
insert into assigned select cluster_id, person_id, false from found;
delete from open_overlap where cluster_id in (select cluster_id from found) or person_id in (select person_id from found);
"""

_REST = """
insert into assigned
select cluster_id, uuid()::varchar, true from (select distinct cluster_id from clusters)
where cluster_id not in (select cluster_id from assigned);
create table revived as
select person_id from assigned where not is_new and person_id not in (select person_id from previous);
create table gone as
with lost as (select distinct person_id from previous where person_id not in (select person_id from assigned))
select l.person_id, arg_max(a.person_id, (o.n, a.person_id)) as merged_into
from lost as l left join overlap as o using (person_id) left join assigned as a using (cluster_id) group by l.person_id;
"""

_EVENTS = """
select 'assign' as event, person_id, null::varchar as other_person_id, 'no earlier person holds these records' as reason
from assigned where is_new
union all
select 'revive', person_id, null, 'its records stand apart again'
from revived
union all
select 'retire', person_id, null, 'none of its records is delivered any more'
from gone where merged_into is null
union all
select 'merge', person_id, merged_into, 'its records and those of another person are one person''s'
from gone where merged_into is not null
union all
-- A person who keeps the id and loses records to another one.
select 'split', o.person_id, a.person_id, 'some of its records are another person''s'
from overlap as o join assigned as a using (cluster_id) join assigned as kept on kept.person_id = o.person_id
where a.person_id <> o.person_id
"""
