"""Which database login sees which submitter's findings and scores.

Belongs here: the mapping that row-level security reads. Must not come here: making logins and passwords, which
is the server's administrator's work.
"""

from collections.abc import Sequence

from psycopg import sql

from warehouse.connection import Warehouse
from warehouse.errors import P20WError


def grant_agency(warehouse: Warehouse, login: str, submitters: Sequence[str]) -> None:
    """Let a login of the database see what goes back to these submitters; raise P20WError without such a login."""
    with warehouse.connect() as connection:
        known = connection.execute(
            "select rolcanlogin, rolbypassrls or rolsuper from pg_roles where rolname = %s", [login]
        ).fetchone()
        if known is None or not known[0]:
            raise P20WError(
                f"The database has no login {login!r}.",
                f'Make it first: create role "{login}" login password ...',
            )
        if known[1]:
            raise P20WError(
                f"Row-level security does not bind the login {login!r}.",
                "Give the agency a login that is no superuser and has not BYPASSRLS.",
            )
        connection.execute(sql.SQL("grant p20w_agency to {}").format(sql.Identifier(login)))
        connection.cursor().executemany(
            "insert into control.agency_login (login_role, submitter) values (%s, %s) on conflict do nothing",
            [(login, submitter) for submitter in submitters],
        )


def revoke_agency(warehouse: Warehouse, login: str) -> int:
    """Take a login's view of every submitter away; return of how many."""
    with warehouse.connect() as connection:
        removed = connection.execute(
            "delete from control.agency_login where login_role = %s", [login]
        ).rowcount
        if connection.execute("select 1 from pg_roles where rolname = %s", [login]).fetchone():
            connection.execute(sql.SQL("revoke p20w_agency from {}").format(sql.Identifier(login)))
    return removed


def agency_logins(warehouse: Warehouse) -> list[tuple[str, str]]:
    """Return every login with each submitter that it sees."""
    return [
        (login, submitter)
        for login, submitter in warehouse.fetch_all(
            "select login_role, submitter from control.agency_login order by 1, 2"
        )
    ]
