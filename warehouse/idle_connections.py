"""Connections that wait for their next use: opening one costs a login, some milliseconds on either side.

What a block did to its session (settings, temporary tables, locks, roles) ends with the block, as if the connection had
closed. When to commit belongs to `connection`.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

# More wait only where a program's threads worked side by side.
_MOST = 4


class IdleConnections:
    """Connections of one address and role, kept by the process that opened them; any thread may take and give."""

    def __init__(self, role: str | None = None) -> None:
        self._role = role
        self._waiting: deque[psycopg.Connection[tuple[Any, ...]]] = deque()
        self._process = os.getpid()

    def take(self) -> psycopg.Connection[tuple[Any, ...]] | None:
        """A connection that the server still answers on, or None."""
        if self._process != os.getpid():
            # A forked child must not speak on its parent's connections, nor say goodbye on them.
            self._waiting, self._process = deque(), os.getpid()
        while True:
            try:
                connection = self._waiting.pop()
            except IndexError:
                return None
            try:
                connection.execute("")
            except psycopg.Error:
                connection.close()
            else:
                return connection

    def give(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Keep a connection that is between transactions, without what its session held; close any other."""
        if connection.info.transaction_status != TransactionStatus.IDLE or len(self._waiting) >= _MOST:
            connection.close()
            return
        try:
            connection.autocommit = True
            connection.execute("discard all")
            if self._role is not None:
                # It also discards on whose behalf the session began.
                connection.execute("select set_config('role', %s, false)", [self._role])
        except psycopg.Error:
            connection.close()
            return
        self._waiting.append(connection)

    def close(self) -> None:
        """Close what waits."""
        while self._waiting:
            self._waiting.pop().close()

    def __del__(self) -> None:
        with suppress(Exception):
            if self._process == os.getpid():
                self.close()
