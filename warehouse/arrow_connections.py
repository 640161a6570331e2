"""Connections that read Arrow tables and wait for their next use.

At its start the driver learns every type of the database, which takes longer than most reads. Connections for all else
belong to `idle_connections`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# More wait only where a program's threads worked side by side.
_MOST = 2
# What a forked child inherited: closing it would end the parent's session.
_inherited: list[Any] = []


class ArrowConnections:
    """Connections of one address, kept by the process that opened them; any thread may use them."""

    def __init__(self) -> None:
        self._waiting: deque[Any] = deque()
        self._process = os.getpid()

    def read(self, url: str, query: str) -> pa.Table:
        """The rows of a query, read in a transaction of its own.

        Args:
            url: The address, the same at each call.
            query: One statement.

        Raises:
            Exception: What the driver says; the connection is then closed.
        """
        with self._one(url) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetch_arrow_table()

    @contextmanager
    def _one(self, url: str) -> Iterator[Any]:
        connection = self._take() or _open(url)
        try:
            yield connection
        except BaseException:
            with suppress(Exception):
                connection.close()
            raise
        if len(self._waiting) < _MOST:
            self._waiting.append(connection)
        else:
            connection.close()

    def _take(self) -> Any:
        if self._process != os.getpid():
            _inherited.extend(self._waiting)
            self._waiting, self._process = deque(), os.getpid()
        while True:
            try:
                connection = self._waiting.pop()
            except IndexError:
                return None
            try:
                with connection.cursor() as cursor:
                    cursor.execute("select 1")
                    cursor.fetchall()
            except Exception:  # whatever ails it, a new one takes its place
                with suppress(Exception):
                    connection.close()
            else:
                return connection

    def close(self) -> None:
        """Close what waits."""
        while self._waiting:
            with suppress(Exception):
                self._waiting.pop().close()

    def __del__(self) -> None:
        with suppress(Exception):
            if self._process == os.getpid():
                self.close()
            else:
                _inherited.extend(self._waiting)


def _open(url: str) -> Any:
    import adbc_driver_postgresql.dbapi as adbc

    # Each statement its own transaction: a session that waits must not stand in an old one.
    return adbc.connect(url, autocommit=True)
