"""What the database lets each role do, set beside the intent: deviations, and the rights as a person reads them.

Reading only. Making the database agree belongs to `settle`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from warehouse.access.intent import POLICIES, PREFIX, ROLES, SCHEMAS, maker_of, verbs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

VERBS = ("select", "insert", "update", "delete", "truncate")

# What a role can do: its schema must be open to it, and a partition is its parent's business.
_RIGHTS = """
select r.rolname, n.nspname, c.relname, v.verb
from pg_roles as r
cross join pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
cross join unnest(%(verbs)s::text[]) as v (verb)
where r.rolname = any(%(roles)s) and n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm')
    and not c.relispartition and (v.verb = 'select' or c.relkind in ('r', 'p'))
    and has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, v.verb)
"""
_RELATIONS = """
select n.nspname, c.relname, c.relkind::text, c.relowner::regrole::text from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition order by 1, 2
"""
# A view that runs as its owner shows a reader what the owner may see, whatever the policies of its tables say.
_OWNERS_VIEWS = """
select n.nspname || '.' || c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname = any(%s) and not coalesce(c.reloptions @> array['security_invoker=true'], false) order by 1
"""
_UNPINNED = """
select p.oid::regprocedure::text from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
where p.prosecdef and n.nspname = any(%s)
    and not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%%') order by 1
"""
_POLICIES = """
select n.nspname, c.relname, p.polname, c.relrowsecurity from pg_policy as p
inner join pg_class as c on c.oid = p.polrelid inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%s)
"""
_MEMBERS = """
select g.rolname, m.rolname from pg_auth_members as a inner join pg_roles as g on g.oid = a.roleid
inner join pg_roles as m on m.oid = a.member where g.rolname = any(%s) and m.rolcanlogin
"""
_BYPASSING = "select rolname from pg_roles where rolcanlogin and (rolsuper or rolbypassrls) order by 1"

Right = tuple[str, str, str, str]


def rights(connection: Connection[Any]) -> set[Right]:
    """Every right of the group roles: role, schema, relation, verb."""
    roles = [PREFIX + role for role in ROLES]
    rows = connection.execute(
        _RIGHTS, {"roles": roles, "schemas": list(SCHEMAS), "verbs": list(VERBS)}
    ).fetchall()
    return {(role.removeprefix(PREFIX), schema, relation, verb) for role, schema, relation, verb in rows}


def intended(connection: Connection[Any]) -> set[Right]:
    """What they are meant to be, for the relations that are there."""
    meant = set()
    for schema, relation, kind, owner in connection.execute(_RELATIONS, [list(SCHEMAS)]).fetchall():
        possible = VERBS if kind in ("r", "p") else ("select",)
        for role in ROLES:
            verbs = possible if owner == PREFIX + role else verbs_of(role, schema, relation)
            meant |= {(role, schema, relation, verb) for verb in verbs if verb in possible}
    return meant


def deviations(connection: Connection[Any]) -> list[str]:
    """Where the database and the intent differ, one sentence each; empty where they agree."""
    return [
        *_missing_roles(connection),
        *_differing(connection),
        *_owners(connection),
        *(f"the view {name} runs as its owner" for (name,) in connection.execute(_OWNERS_VIEWS, [list(SCHEMAS)])),
        *(
            f"the function {name} runs as its owner without a search_path of its own"
            for (name,) in connection.execute(_UNPINNED, [list(SCHEMAS)])
        ),
        *_policies(connection),
    ]  # fmt: skip


def _missing_roles(connection: Connection[Any]) -> Iterator[str]:
    from warehouse.connection import may_act_as

    for role in ROLES:
        name = PREFIX + role
        if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            yield f"the role {name} is missing"
        elif not may_act_as(connection, name):
            yield f"the login may not act as {name}"


def _differing(connection: Connection[Any]) -> Iterator[str]:
    found, meant = rights(connection), intended(connection)
    for what, differing in (("may, but should not,", found - meant), ("should, but may not,", meant - found)):
        grouped = defaultdict(list)
        for role, schema, relation, verb in sorted(differing):
            grouped[role, schema, relation].append(verb)
        for (role, schema, relation), verbs in grouped.items():
            yield f"{role} {what} {'/'.join(verbs)} {schema}.{relation}"


def _owners(connection: Connection[Any]) -> Iterator[str]:
    known = {row[0] for row in connection.execute("select rolname from pg_roles").fetchall()}
    for schema, relation, _, owner in connection.execute(_RELATIONS, [list(SCHEMAS)]).fetchall():
        maker = maker_of(schema, relation)
        if maker is not None and PREFIX + maker in known and owner != PREFIX + maker:
            yield f"{schema}.{relation} belongs to {owner}, not to {PREFIX}{maker}"


def _policies(connection: Connection[Any]) -> Iterator[str]:
    there = {(schema, relation) for schema, relation, *_ in connection.execute(_RELATIONS, [list(SCHEMAS)])}
    found = {
        (schema, relation, name): enabled
        for schema, relation, name, enabled in connection.execute(_POLICIES, [list(SCHEMAS)])
    }
    for policy in POLICIES:
        if (policy.schema, policy.relation) not in there:
            continue
        for name in (policy.role, "staff"):
            if not found.get((policy.schema, policy.relation, name)):
                yield f"{policy.schema}.{policy.relation} lacks the policy {name}"


def members(connection: Connection[Any]) -> dict[str, list[str]]:
    """The logins of each group role."""
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    roles = [PREFIX + role for role in ROLES]
    for group, member in sorted(connection.execute(_MEMBERS, [roles]).fetchall()):
        found[group.removeprefix(PREFIX)].append(member)
    return found


def unbound(connection: Connection[Any]) -> list[str]:
    """Logins of the server that no privilege and no policy binds."""
    return [row[0] for row in connection.execute(_BYPASSING).fetchall()]
