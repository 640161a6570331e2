"""Takes deliveries out of the database for good: rows, findings, and the people whom nothing describes any more.

Belongs here: the statements, in the order in which a kill leaves something that can be finished. Must not come here: files
(orchestration knows whose they are), building anew, deciding what is due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.retention.due import Due
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from warehouse.connection import Warehouse

_FINDINGS = {
    "quality.rejected_row": "delivery_id = any(%(ids)s)",
    "quality.noted_row": "delivery_id = any(%(ids)s)",
    "quality.replaced_row": "delivery_id = any(%(ids)s) or amended_by = any(%(ids)s)",
    "quality.delivery_statistic": "delivery_id = any(%(ids)s)",
}
_TOMBSTONE = """
insert into control.destroyed_content
    (delivery_id, sha256, layout, submitter, period, file_name, row_count, rule, due_on, destruction_id)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_MARK = """
update control.delivery set status = 'withdrawn', status_reason = %s, decided_at = now(), headers = null
where delivery_id = any(%s)
"""
# Records of the vault that no accepted delivery describes: dbt has just described all that are.
_GONE = """
create temp table gone on commit drop as
select s.record_id, s.source, s.source_key from identity.source_record as s
where not exists (select from identity.person_record as p where p.record_id = s.record_id)
"""
_OF_THE_GONE = {
    "identity.membership": "record_id in (select record_id from gone)",
    "identity.membership_at": "record_id in (select record_id from gone)",
    **{
        f"identity.{table}": "record_id_l in (select record_id from gone) or record_id_r in (select record_id from gone)"
        for table in ("edge", "review_item", "decision")
    },
    "identity.encoded_match": "record_id in (select record_id from gone)",
    "identity.nsc_request_member": "student_id_state in (select source_key from gone where source = 'k12')",
    "identity.source_record": "record_id in (select record_id from gone)",
}
_HOLDING = """
select n.nspname, c.relname from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid inner join pg_namespace as n on n.oid = c.relnamespace
where a.attname = 'delivery_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname in ('raw', 'quality', 'staging', 'identity', 'core', 'indicators', 'marts')
    -- How many rows broke a rule is no row.
    and (n.nspname, c.relname) <> ('quality', 'rule_result')
order by 1, 2
"""


def begin(warehouse: Warehouse, due: Sequence[Due], *, actor: str, reason: str) -> tuple[int, dict[str, int]]:
    """Destroy the rows of deliveries and mark their content, in one transaction.

    Returns:
        The number of the destruction, and how many rows of each table went.
    """
    ids = [one.delivery.delivery_id for one in due]
    with warehouse.connect() as connection:
        row = connection.execute(
            "insert into control.destruction (actor, reason) values (%s, %s) returning destruction_id",
            [actor, reason],
        ).fetchone()
        number = int(row[0]) if row else 0
        counts = {f"raw.{one.delivery.layout.replace('/', '__')}": 0 for one in due}
        for one in due:
            kept = one.delivery
            counts[f"raw.{kept.layout.replace('/', '__')}"] += _drop(
                connection, kept.layout, kept.delivery_id
            )
            values = [*kept[:1], kept.sha256, *kept[1:5], kept.row_count, one.rule, one.on, number]
            connection.execute(_TOMBSTONE, values)
        for table, condition in _FINDINGS.items():
            counts[table] = connection.execute(
                f"delete from {table} where {condition}".encode(), {"ids": ids}
            ).rowcount
        connection.execute(_MARK, [f"destroyed by {actor}: {reason} (destruction {number})", ids])
        connection.execute(
            "insert into control.delivery_event (delivery_id, event, detail, actor)"
            " select id, 'destroyed', %s, %s from unnest(%s::bigint[]) as id",
            [f"destruction {number}: {reason}", actor, ids],
        )
        _note(connection, number, counts)
    return number, counts


def forget_people(warehouse: Warehouse, number: int) -> dict[str, int]:
    """Remove the records of people whom no accepted delivery describes, and all that refers to them; return the counts."""
    with warehouse.connect() as connection:
        there = connection.execute(
            "select to_regclass('identity.source_record') is not null and to_regclass('identity.person_record') is not null"
        ).fetchone()
        if not (there and there[0]):
            return {}
        connection.execute(_GONE)
        # What people decided is kept for ever, but for those who are to be forgotten.
        connection.execute("alter table identity.decision disable trigger decision_is_append_only")
        counts = {
            table: connection.execute(f"delete from {table} where {condition}".encode()).rowcount
            for table, condition in _OF_THE_GONE.items()
        }
        connection.execute("alter table identity.decision enable trigger decision_is_append_only")
        _note(connection, number, counts)
    for table in (*_OF_THE_GONE, *_FINDINGS):
        # The space of removed rows is handed out again, and with it what stood there.
        with warehouse.connect(autocommit=True) as connection:
            connection.execute(f"vacuum {table}".encode())
    return counts


def remaining(warehouse: Warehouse, number: int) -> dict[str, int]:
    """Tables that still hold rows of destroyed deliveries, and how many; empty when all is gone."""
    found = {}
    for schema, table in warehouse.fetch_all(_HOLDING):
        count = warehouse.fetch_value(
            sql.SQL(
                "select count(*) from {} where delivery_id in"
                " (select delivery_id from control.destroyed_content where destruction_id = %s)"
            ).format(sql.Identifier(schema, table)),
            [number],
        )
        if count:
            found[f"{schema}.{table}"] = int(count)
    return found


def finish(warehouse: Warehouse, number: int, certificate_sha256: str) -> None:
    """Say that nothing is left to do, and which certificate says so."""
    warehouse.execute(
        "update control.destruction set finished_at = now(), certificate_sha256 = %s where destruction_id = %s",
        [certificate_sha256, number],
    )


def unfinished(warehouse: Warehouse) -> list[int]:
    """Destructions that were broken off before their certificate."""
    rows = warehouse.fetch_all(
        "select destruction_id from control.destruction where finished_at is null order by 1"
    )
    return [int(row[0]) for row in rows]


def destroyed(warehouse: Warehouse, number: int) -> list[dict[str, Any]]:
    """The deliveries of one destruction as their tombstones tell, each with whether its content is another's too."""
    rows = warehouse.fetch_dicts(
        "select g.*, exists (select from control.delivery as d where d.sha256 = g.sha256 and d.status <> 'failed'"
        " and not exists (select from control.destroyed_content as o where o.delivery_id = d.delivery_id)) as is_shared"
        " from control.destroyed_content as g where destruction_id = %s order by delivery_id",
        [number],
    )
    if not rows:
        raise P20WError(f"There is no destruction {number}.", "`p20w retention list` shows them.")
    return rows


def _drop(connection: Connection[Any], layout: str, delivery_id: int) -> int:
    partition = sql.Identifier("raw", f"{layout.replace('/', '__')}__d{delivery_id}")
    there = connection.execute(
        "select to_regclass(%s) is not null", [f"raw.{layout.replace('/', '__')}__d{delivery_id}"]
    ).fetchone()
    if not (there and there[0]):
        return 0
    row = connection.execute(sql.SQL("select count(*) from {}").format(partition)).fetchone()
    connection.execute(sql.SQL("drop table {}").format(partition))
    return int(row[0]) if row else 0


def _note(connection: Connection[Any], number: int, counts: dict[str, int]) -> None:
    connection.execute(
        "update control.destruction set counts = counts || %s::jsonb where destruction_id = %s",
        [json.dumps(counts), number],
    )
