"""The way to the database: one `Warehouse` for every caller, embedded server or managed one.

Connections, queries and the settings other tools need belong here; statements about data do not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo, sql

from warehouse.address import database_url, explain_refusal
from warehouse.arrow_connections import ArrowConnections
from warehouse.errors import P20WError, redacted, scrub
from warehouse.home import Home
from warehouse.idle_connections import IdleConnections

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy

_log = logging.getLogger(__name__)

Query = str | sql.Composable
Params = Sequence[Any] | Mapping[str, Any] | None

OLDEST_SERVER = 150000
_PASSED_ON = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass
class Warehouse:
    """One database and the home folder beside it."""

    home: Home
    # It holds the password, which a traceback or a log of this object must not show.
    url: str = field(repr=False)
    is_embedded: bool
    _settings: dict[str, Any] | None = field(default=None, repr=False)
    _engine: sqlalchemy.Engine | None = field(default=None, repr=False)
    _idle: IdleConnections = field(default_factory=IdleConnections, repr=False, compare=False)
    _arrow: ArrowConnections = field(default_factory=ArrowConnections, repr=False, compare=False)
    # The group role that its connections act as; None is the login itself.
    role: str | None = None
    _under: dict[str, Warehouse] = field(default_factory=dict, repr=False, compare=False)

    def under(self, role: str) -> Warehouse:
        """The same warehouse for one duty: its connections may do what the group role may, and no more.

        Where the server's administrator has not let the login act as the role, it is the login's own warehouse;
        `p20w doctor` says so.

        Args:
            role: A role of `warehouse.access.intent`, without its prefix.
        """
        if role not in self._under:
            self._under[role] = self._acting_as(f"p20w_{role}")
        return self._under[role]

    def _acting_as(self, role: str) -> Warehouse:
        with self.connect(autocommit=True) as connection:
            if not may_act_as(connection, role):
                _log.warning("The database's login may not act as %s: this step has all its rights.", role)
                return self
        given = conninfo.conninfo_to_dict(self.url).get("options")
        # A start option, so that the session is never another's and `reset` cannot lead out of it by chance.
        options = f"{given} -c role={role}" if given else f"-c role={role}"
        url = conninfo.make_conninfo(self.url, options=options)
        return Warehouse(self.home, url, self.is_embedded, _idle=IdleConnections(role), role=role)

    @contextmanager
    def connect(self, autocommit: bool = False) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection that commits when the block ends well and rolls back when it fails.

        Errors of the database leave the block as `DatabaseError`, without the data they quote.
        """
        with redacted():
            connection = self._idle.take() or self._open()
            connection.autocommit = autocommit
            try:
                yield connection
            except BaseException:
                with suppress(psycopg.Error):
                    connection.rollback()
                raise
            else:
                connection.commit()
            finally:
                self._idle.give(connection)

    def engine(self) -> sqlalchemy.Engine:
        """A SQLAlchemy engine on the same database, made once; its errors keep their types, not their data."""
        if self._engine is None:
            import sqlalchemy

            engine = sqlalchemy.create_engine(self.sqlalchemy_url(), pool_pre_ping=True, hide_parameters=True)
            sqlalchemy.event.listen(engine, "handle_error", _scrub)
            self._engine = engine
        return self._engine

    def sqlalchemy_url(self) -> str:
        """The address as SQLAlchemy and Great Expectations spell it, with the password in it."""
        import sqlalchemy

        known = dict(conninfo.conninfo_to_dict(self.url))
        settings = self.settings()
        for name in ("user", "password", "host", "port", "dbname"):
            known.pop(name, None)
        address = sqlalchemy.URL.create(
            "postgresql+psycopg",
            username=settings["user"],
            password=settings["password"] or None,
            database=settings["dbname"],
            query={"host": settings["host"], "port": str(settings["port"])}
            | {name: str(value) for name, value in known.items() if value is not None},
        )
        return address.render_as_string(hide_password=False)

    def close(self) -> None:
        """Close the connections that wait for their next use; the next block opens one again."""
        self._idle.close()
        self._arrow.close()
        for other in self._under.values():
            if other is not self:
                other.close()
        if self._engine is not None:
            self._engine.dispose()

    def execute(self, query: Query, params: Params = None) -> int:
        """Run one statement in its own transaction; the number of rows it touched, -1 where there is none."""
        with self.connect() as connection:
            return connection.execute(_statement(query), params).rowcount

    def fetch_all(self, query: Query, params: Params = None) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self.connect() as connection:
            return connection.execute(_statement(query), params).fetchall()

    def fetch_dicts(self, query: Query, params: Params = None) -> list[dict[str, Any]]:
        """Every row of a query under its column names."""
        with self.connect() as connection:
            cursor = connection.execute(_statement(query), params)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def fetch_value(self, query: Query, params: Params = None) -> Any:
        """The first column of the first row; None where there is no row."""
        with self.connect() as connection:
            row = connection.execute(_statement(query), params).fetchone()
            return row[0] if row else None

    def fetch_arrow(self, query: Query) -> pa.Table:
        """A query's rows as Arrow. Cast numeric to float8 and uuid to text in the query."""
        text = query
        if not isinstance(text, str):
            with self.connect(autocommit=True) as plain:
                text = text.as_string(plain)
        with redacted():
            return self._arrow.read(self.url, text)

    def settings(self) -> dict[str, Any]:
        """Host, port, user, password and dbname as the connection uses them, wherever they came from."""
        if self._settings is None:
            with self.connect() as connection:
                info = connection.info
                self._settings = {
                    "host": info.host,
                    "port": info.port,
                    "user": info.user,
                    "password": info.password,
                    "dbname": info.dbname,
                }
        return dict(self._settings)

    def dbt_environment(self) -> dict[str, str]:
        """The environment that dbt's profile and its output folders are read from."""
        settings = self.settings()
        environment = {
            # Always named, for the environment of one step must not outlive it.
            "P20W_DB_ROLE": self.role or "",
            "P20W_DB_HOST": settings["host"],
            "P20W_DB_PORT": str(settings["port"]),
            "P20W_DB_USER": settings["user"],
            # dbt keeps variables with this prefix out of its logs.
            "DBT_ENV_SECRET_P20W_DB_PASSWORD": settings["password"],
            "P20W_DB_NAME": settings["dbname"],
            "DBT_TARGET_PATH": str(self.home.dbt / "target"),
            "DBT_LOG_PATH": str(self.home.dbt / "logs"),
        }
        for name, value in conninfo.conninfo_to_dict(self.url).items():
            if name in _PASSED_ON and value is not None:
                environment[_PASSED_ON[name]] = str(value)
        return environment

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        refusal: P20WError | None = None
        try:
            # A session is emptied between two blocks, and a statement prepared in one would be missing in the next.
            return psycopg.connect(self.url, prepare_threshold=None, **_defaults(self.url))
        except psycopg.OperationalError as error:
            refusal = explain_refusal(error, self.is_embedded)
        raise refusal


def may_act_as(connection: psycopg.Connection[Any], role: str) -> bool:
    """Whether the login may take on a role; since PostgreSQL 16 a membership may leave that out."""
    verb = "set" if connection.info.server_version >= 160000 else "member"
    row = connection.execute(
        "select pg_has_role(session_user, oid, %s) from pg_roles where rolname = %s", [verb, role]
    ).fetchone()
    return bool(row and row[0])


@contextmanager
def acting(connection: psycopg.Connection[Any], role: str) -> Iterator[None]:
    """Inside a transaction, do what the block does as another role of `warehouse.access.intent`."""
    before = connection.execute("select current_setting('role')").fetchone()
    if not may_act_as(connection, f"p20w_{role}"):
        yield
        return
    connection.execute("select set_config('role', %s, true)", [f"p20w_{role}"])
    yield
    # After a failure the transaction ends, and the role with it.
    connection.execute("select set_config('role', %s, true)", [before[0] if before else "none"])


def open_warehouse(home: Home | None = None, *, migrate: bool = True) -> Warehouse:
    """The warehouse that the environment names: `P20W_DATABASE_URL`, else the embedded server of the home.

    Args:
        home: The home folder; else the one that `P20W_HOME` names.
        migrate: Bring the database's schema up to this version of the code first.
    """
    home = (home or Home.from_environment()).ensure()
    url = database_url()
    if url is None:
        from warehouse.server import EmbeddedServer

        server = EmbeddedServer(home)
        server.start()
        warehouse = Warehouse(home, server.url(), is_embedded=True)
    else:
        warehouse = Warehouse(home, url, is_embedded=False)
    _check(warehouse, migrate)
    return warehouse


def _check(warehouse: Warehouse, migrate: bool) -> None:
    from warehouse.migration import migrate as bring_up_to_date
    from warehouse.migration import needs_migration

    with warehouse.connect(autocommit=True) as connection:
        version = connection.info.server_version
        if version < OLDEST_SERVER:
            raise P20WError(
                f"The database is PostgreSQL {version // 10_000}; PostgreSQL 15 or newer is needed.",
                "Upgrade the server, or name another one in P20W_DATABASE_URL.",
            )
        is_behind = migrate and needs_migration(connection)
    if is_behind:
        bring_up_to_date(warehouse)


def _statement(query: Query) -> sql.Composed:
    return sql.Composed([query if isinstance(query, sql.Composable) else sql.SQL(query)])


def _scrub(context: sqlalchemy.ExceptionContext) -> None:
    # Great Expectations and Alembic catch SQLAlchemy's types and may store the text: only the text changes.
    scrub(context.original_exception)
    if context.sqlalchemy_exception is not None:
        scrub(context.sqlalchemy_exception)


def _defaults(url: str) -> dict[str, Any]:
    given = conninfo.conninfo_to_dict(url)
    defaults = {"application_name": "p20w", "connect_timeout": 15}
    return {name: value for name, value in defaults.items() if name not in given}
