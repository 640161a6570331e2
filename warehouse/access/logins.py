"""Logins with one duty, for people and programs: made or renewed with a random password, and the rows of an educator.

A login is a member of one group role and of no other, so that it needs no `set role` and can take none.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from psycopg import conninfo, sql

from warehouse.access.intent import PREFIX, ROLES
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from warehouse.connection import Warehouse

_LONGEST_NAME = 63
_READERS = ("analyst", "agency", "educator", "auditor")
#: Where a reader looks names up that have no schema; nobody but their makers can create anything there.
_PATHS = {
    "analyst": "core, indicators, marts, published",
    "agency": "quality, published",
    "educator": "core, published",
    "auditor": "control, quality, published",
}
_OTHERS = """
select g.rolname from pg_auth_members as a inner join pg_roles as g on g.oid = a.roleid
inner join pg_roles as m on m.oid = a.member where m.rolname = %s and g.rolname <> %s and g.rolname = any(%s)
"""


def login_name(warehouse: Warehouse, role: str, whose: str = "") -> str:
    """The name of the login of a role, for an organisation if it has its own; another database has other logins."""
    parts = (str(warehouse.settings()["dbname"]), role, whose, "login")
    name = re.sub(r"[^a-z0-9]+", "_", "_".join(part for part in parts if part).lower())
    if len(name) > _LONGEST_NAME:
        name = f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return name


def give_login(warehouse: Warehouse, role: str, name: str, *, days: int) -> str:
    """Make the login, or give it a new password and time, and return its connection URL.

    Raises:
        P20WError: The warehouse's own login may not make logins.
    """
    if role not in ROLES:
        raise P20WError(f"There is no role {role}.", f"The roles are {', '.join(ROLES)}.")
    if days < 1:
        raise P20WError("A login is valid for a day at least.", "Give --days 1 or more.")
    password = secrets.token_urlsafe(24)
    with warehouse.connect() as connection:
        _require_right(connection)
        _make(connection, role, name, password, days)
    return _url(warehouse, name, password)


def _require_right(connection: Connection[Any]) -> None:
    row = connection.execute(
        "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    if not (row and row[0]):
        raise P20WError(
            "The warehouse's login may not make logins.",
            "Have the server's administrator give it CREATEROLE, or have him make a login that is a member of the role.",
        )


def _make(connection: Connection[Any], role: str, name: str, password: str, days: int) -> None:
    group = PREFIX + role
    exists = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
    # Only the hash travels, so that no log of the server can hold the password.
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    row = connection.execute(
        "select (now() + make_interval(days => %s))::text, current_database()", [days]
    ).fetchone()
    until, database = row if row else ("", "")
    given = {
        "login": sql.Identifier(name),
        "database": sql.Identifier(database),
        "group": sql.Identifier(group),
    }
    connection.execute(
        sql.SQL(
            "{verb} role {login} login nosuperuser nocreatedb nocreaterole password {hash} valid until {until}"
        ).format(
            verb=sql.SQL("alter" if exists else "create"),
            hash=sql.Literal(hashed),
            until=sql.Literal(until),
            **given,
        )
        if not exists
        # Since PostgreSQL 16 only a superuser may name these rights of an existing role, even to refuse them.
        else sql.SQL("alter role {login} login password {hash} valid until {until}").format(
            hash=sql.Literal(hashed), until=sql.Literal(until), **given
        )
    )
    connection.execute(sql.SQL("grant {group} to {login}").format(**given))
    for (other,) in connection.execute(
        _OTHERS, [name, group, [PREFIX + known for known in ROLES]]
    ).fetchall():
        connection.execute(
            sql.SQL("revoke {other} from {login}").format(other=sql.Identifier(other), **given)
        )
    path = sql.SQL(f"{_PATHS[role]}, pg_temp" if role in _PATHS else "pg_catalog, pg_temp")
    connection.execute(
        sql.SQL("alter role {login} in database {database} set search_path to ").format(**given) + path
    )
    if role in _READERS:
        connection.execute(
            sql.SQL(
                "alter role {login} in database {database} set default_transaction_read_only to on"
            ).format(**given)
        )


def _url(warehouse: Warehouse, name: str, password: str) -> str:
    settings = warehouse.settings()
    kept = {
        key: str(value)
        for key, value in conninfo.conninfo_to_dict(warehouse.url).items()
        if value is not None and key not in ("user", "password", "host", "port", "dbname", "options")
    }
    host, port = str(settings["host"]), str(settings["port"])
    place = ""
    if host.startswith("/"):
        kept = {"host": host, "port": port, **kept}
    else:
        place = f"{host}:{port}"
    query = f"?{urlencode(kept)}" if kept else ""
    return f"postgresql://{quote(name)}:{quote(password, safe='')}@{place}/{quote(settings['dbname'], safe='')}{query}"


def grant_educator(
    warehouse: Warehouse, login: str, schools: Sequence[str], districts: Sequence[str]
) -> None:
    """Let a login see the learners of these schools and districts, and of no other organisation.

    Raises:
        P20WError: The database has no such login, or row-level security does not bind it.
    """
    with warehouse.connect() as connection:
        known = connection.execute(
            "select rolcanlogin, rolsuper or rolbypassrls from pg_roles where rolname = %s", [login]
        ).fetchone()
        if known is None or not known[0]:
            raise P20WError(
                f"The database has no login {login!r}.", "`p20w url --role educator --school ID` makes one."
            )
        if known[1]:
            raise P20WError(
                f"Row-level security does not bind the login {login!r}.",
                "Give the educator a login that is no superuser and has not BYPASSRLS.",
            )
        connection.execute(sql.SQL("grant p20w_educator to {}").format(sql.Identifier(login)))
        connection.execute("delete from control.educator_login where login_role = %s", [login])
        connection.cursor().executemany(
            "insert into control.educator_login (login_role, organization_level, organization_id) values (%s, %s, %s)",
            [
                (login, level, organization)
                for level, organizations in (("school", schools), ("district", districts))
                for organization in dict.fromkeys(organizations)
            ],
        )


def revoke_educator(warehouse: Warehouse, login: str) -> int:
    """Take a login's view of every school and district away; return of how many."""
    with warehouse.connect() as connection:
        removed = connection.execute(
            "delete from control.educator_login where login_role = %s", [login]
        ).rowcount
        if connection.execute("select 1 from pg_roles where rolname = %s", [login]).fetchone():
            connection.execute(sql.SQL("revoke p20w_educator from {}").format(sql.Identifier(login)))
    return removed


def educator_logins(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    """Every educator's login with each school or district that it sees."""
    rows = warehouse.fetch_all(
        "select login_role, organization_level, organization_id from control.educator_login order by 1, 2, 3"
    )
    return [(login, level, organization) for login, level, organization in rows]
