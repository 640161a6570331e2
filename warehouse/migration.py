"""Bringing a database's schema up to this version of the code.

The migrations themselves are in `migrations/versions`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError, redacted
from warehouse.schema_version import HEAD

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config

    from warehouse.connection import Warehouse

_log = logging.getLogger(__name__)

# Any number does that no other program uses; this one spells p20w in ASCII.
_ADVISORY_LOCK = 0x70323077
_FOLDER = Path(__file__).parent / "migrations"


def needs_migration(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database is behind: one query, so that opening a current warehouse stays fast."""
    return current_version(connection) != HEAD


def current_version(connection: psycopg.Connection[Any]) -> str | None:
    """The version the database's schema is at; None before the first migration."""
    known = connection.execute("select to_regclass('control.alembic_version') is not null").fetchone()
    if known is None or not known[0]:
        return None
    row = connection.execute("select version_num from control.alembic_version").fetchone()
    return str(row[0]) if row else None


def migrate(warehouse: Warehouse) -> None:
    """Run the missing migrations and settle who may do what, in one transaction; a second opener waits for it."""
    import sqlalchemy
    from alembic import command

    from warehouse.access.settle import settle

    with redacted(), warehouse.engine().begin() as connection:
        connection.execute(sqlalchemy.text(f"select pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        connection.execute(sqlalchemy.text("create schema if not exists control"))
        configuration = alembic_config()
        _require_known_version(connection, configuration)
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        plain: Any = connection.connection.driver_connection
        left = settle(plain)
    for sentence in left:
        _log.warning("Left to the server's administrator: %s", sentence)


def alembic_config() -> Config:
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return configuration


def _require_known_version(connection: Any, configuration: Config) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    context = MigrationContext.configure(connection, opts={"version_table_schema": "control"})
    version = context.get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions()}
    if version is not None and version not in known:
        raise P20WError(
            f"The database's schema is at version {version}, which is newer than this program ({HEAD}).",
            "Install the newer program, or name another database in P20W_DATABASE_URL.",
        )
