"""Connections that read Arrow tables and wait for their next use.

At its start the driver learns every type of the database, which takes longer than most reads. Connections for all else
belong to `idle_connections`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warehouse.idle_connections import Waiting, shut

if TYPE_CHECKING:
    import pyarrow as pa


class ArrowConnections(Waiting[Any]):
    """Connections of one address."""

    most = 2

    def read(self, url: str, query: str) -> pa.Table:
        """The rows of a query, read in a transaction of its own.

        Args:
            url: The address, the same at each call.
            query: One statement.

        Raises:
            Exception: What the driver says; the connection is then closed.
        """
        connection = self.take() or _open(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                found = cursor.fetch_arrow_table()
        except BaseException:
            shut(connection)
            raise
        self.keep(connection)
        return found

    def ask(self, connection: Any) -> None:
        """Read a row."""
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            cursor.fetchall()


def _open(url: str) -> Any:
    import adbc_driver_postgresql.dbapi as adbc

    # Each statement its own transaction: a session that waits must not stand in an old one.
    return adbc.connect(url, autocommit=True)
