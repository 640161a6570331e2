"""Makes the database agree with the intent: roles, owners, schemas, privileges, policies, default privileges.

Safe to repeat; every migration ends with it. What the login may not do is left to the server's administrator, and told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from psycopg import sql

from warehouse.access.intent import (
    CREATORS,
    EVERY,
    GRANTS,
    LOG_COLUMNS,
    LOG_WRITERS,
    LOGS,
    POLICIES,
    PREFIX,
    ROLES,
    SCHEMAS,
    maker_of,
    uses,
    verbs_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

# Tables, views and sequences of their own; a partition is read through its parent, but belongs to the same role.
_RELATIONS = """
select n.nspname, c.relname, c.relkind::text, c.relowner::regrole::text, c.relispartition
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'S')
    and not exists (select from pg_depend as d where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S')
order by n.nspname, c.relispartition, c.relname
"""
# What was granted and is not meant any more. An owner keeps what is its own.
_STRAY = """
select format('revoke all on %%I.%%I from %%I', n.nspname, c.relname, r.rolname)
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral (select distinct grantee from aclexplode(c.relacl)) as acl
inner join pg_roles as r on r.oid = acl.grantee
where n.nspname = any(%(schemas)s) and r.rolname = any(%(roles)s) and r.oid <> c.relowner
    and c.relkind in ('r', 'p', 'v', 'm', 'S')
union all
select format('revoke all on schema %%I from %%I', n.nspname, r.rolname)
from pg_namespace as n cross join lateral (select distinct grantee from aclexplode(n.nspacl)) as acl
inner join pg_roles as r on r.oid = acl.grantee
where n.nspname = any(%(schemas)s) and r.rolname = any(%(roles)s) and r.oid <> n.nspowner
union all
select format('alter default privileges for role %%I in schema %%I revoke all on tables from %%I',
    maker.rolname, n.nspname, r.rolname)
from pg_default_acl as d inner join pg_namespace as n on n.oid = d.defaclnamespace
inner join pg_roles as maker on maker.oid = d.defaclrole
cross join lateral (select distinct grantee from aclexplode(d.defaclacl)) as acl
inner join pg_roles as r on r.oid = acl.grantee
where n.nspname = any(%(schemas)s) and r.rolname = any(%(roles)s) and d.defaclobjtype = 'r'
union all
select format('drop policy %%I on %%I.%%I', p.polname, n.nspname, c.relname)
from pg_policy as p inner join pg_class as c on c.oid = p.polrelid inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and p.polname = any(%(policies)s)
"""

# Two databases of one server share their roles, hence the races.
_LEFT = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedObject,
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
)


def settle(connection: Connection[Any]) -> list[str]:
    """Make the database agree with the intent, in the caller's transaction; return what was left to the administrator."""
    left: list[str] = []

    def run(statement: LiteralString, *names: str) -> None:
        attempt(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def attempt(query: sql.Composed) -> None:
        try:
            with connection.transaction():
                connection.execute(query)
        except _LEFT as error:
            left.append(f"{query.as_string(connection)}: {error.diag.message_primary}")

    known = _roles(connection, run)
    _declare(connection)
    names = [PREFIX + role for role in known]
    given = {"schemas": list(SCHEMAS), "roles": names, "policies": ["staff", "agency", "educator"]}
    for (statement,) in connection.execute(_STRAY, given).fetchall():
        attempt(sql.Composed([sql.SQL(statement)]))
    _schemas(known, run)
    for schema, relation, kind, owner, is_partition in connection.execute(
        _RELATIONS, [list(SCHEMAS)]
    ).fetchall():
        _own(known, schema, relation, kind, owner, run)
        if kind == "S" or is_partition:
            continue
        if schema == "control" and relation in LOGS:
            _log(known, relation, run)
        else:
            call = sql.SQL("select control.settle_relation({}, {})")
            attempt(call.format(sql.Literal(schema), sql.Literal(relation)))
    _defaults(connection, known, run)
    _pin(connection, run)
    return left


def _roles(connection: Connection[Any], run: Any) -> list[str]:
    """Make the missing roles and let the login act as each; return those that the login can act as."""
    for role in ROLES:
        name = PREFIX + role
        if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            run("create role {} nologin nobypassrls", name)
        if not _can_act_as(connection, name):
            me = connection.execute("select current_user").fetchone()
            run("grant {} to {}", name, str(me[0]) if me else "")
    return [role for role in ROLES if _can_act_as(connection, PREFIX + role)]


def _can_act_as(connection: Connection[Any], name: str) -> bool:
    # A superuser is a member of every role. Since PostgreSQL 16 a membership may leave out the right to act.
    verb = "set" if connection.info.server_version >= 160000 else "member"
    row = connection.execute(
        "select pg_has_role(current_user, r.oid, %s) and pg_has_role(current_user, r.oid, 'usage')"
        " from pg_roles as r where rolname = %s",
        [verb, name],
    ).fetchone()
    return bool(row and row[0])


def _declare(connection: Connection[Any]) -> None:
    """Write the intent where the database's own function reads it, after every rebuild of a relation."""
    connection.execute("delete from control.access_grant")
    connection.execute("delete from control.access_policy")
    rows = {
        (g.role, g.schema, relation, verb) for g in GRANTS for relation in g.relations for verb in g.verbs
    }
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into control.access_grant (role_name, schema_name, relation_name, verb) values (%s, %s, %s, %s)",
            [(PREFIX + role, *rest) for role, *rest in sorted(rows)],
        )
        cursor.executemany(
            "insert into control.access_policy (schema_name, relation_name, role_name, condition) values (%s, %s, %s, %s)",
            [(p.schema, p.relation, PREFIX + p.role, p.condition) for p in POLICIES],
        )


def _schemas(known: list[str], run: Any) -> None:
    for schema in SCHEMAS:
        run("revoke all on schema {} from public", schema)
        for role in known:
            if uses(role, schema):
                run("grant usage on schema {} to {}", schema, PREFIX + role)
            if role == "owner" or role in CREATORS.get(schema, ()):
                run("grant create on schema {} to {}", schema, PREFIX + role)


def _own(known: list[str], schema: str, relation: str, kind: str, owner: str, run: Any) -> None:
    maker = maker_of(schema, relation)
    if maker not in known or owner == PREFIX + str(maker):
        return
    what = {"v": "view", "m": "materialized view", "S": "sequence"}.get(kind, "table")
    run(f"alter {what} {{}}.{{}} owner to {{}}", schema, relation, PREFIX + str(maker))


def _log(known: list[str], relation: str, run: Any) -> None:
    for role in known:
        for verb, columns in LOG_COLUMNS.items() if role in LOG_WRITERS else ():
            run(
                f"grant {verb} ({', '.join(columns)}) on {{}}.{{}} to {{}}",
                "control",
                relation,
                PREFIX + role,
            )
        if verbs_of(role, "control", relation):
            run("grant select on {}.{} to {}", "control", relation, PREFIX + role)


def _defaults(connection: Connection[Any], known: list[str], run: Any) -> None:
    """What a step makes is open to its readers from the start, without waiting for anybody."""
    row = connection.execute("select current_user").fetchone()
    me = str(row[0]) if row else ""
    for role, schema, verbs in _everywhere():
        for maker in (me, *(PREFIX + creator for creator in CREATORS[schema] if creator in known)):
            if role in known and maker != PREFIX + role:
                run(
                    f"alter default privileges for role {{}} in schema {{}} grant {', '.join(verbs)} on tables to {{}}",
                    maker,
                    schema,
                    PREFIX + role,
                )


def _everywhere() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for grant in GRANTS:
        if EVERY in grant.relations and grant.schema in CREATORS:
            yield grant.role, grant.schema, grant.verbs


def _pin(connection: Connection[Any], run: Any) -> None:
    """Names without a schema are looked up in the catalogue alone, so that nobody's table can stand in for another's."""
    row = connection.execute("select current_database()").fetchone()
    run("alter database {} set search_path to pg_catalog, pg_temp", str(row[0]) if row else "")
