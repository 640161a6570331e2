"""Connections that wait for their next use: opening one costs a login, some milliseconds on either side.

What a block did to its session (settings, temporary tables, locks, roles) ends with the block, as if the connection had
closed. When to commit belongs to `connection`; reading Arrow to `arrow_connections`.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

Kept = TypeVar("Kept")

# What a forked child inherited: closing it would end the parent's session.
_inherited: list[Any] = []


class Waiting(ABC, Generic[Kept]):
    """Connections kept by the process that opened them; any thread may take and keep."""

    # More wait only where a program's threads worked side by side.
    most = 4

    def __init__(self) -> None:
        self._waiting: deque[Kept] = deque()
        self._process = os.getpid()

    def take(self) -> Kept | None:
        """A connection that the server still answers on, or None."""
        if self._process != os.getpid():
            # A forked child must not speak on its parent's connections, nor say goodbye on them.
            _inherited.extend(self._waiting)
            self._waiting, self._process = deque(), os.getpid()
        while True:
            try:
                connection = self._waiting.pop()
            except IndexError:
                return None
            try:
                self.ask(connection)
            except Exception:  # whatever ails it, a new one takes its place
                shut(connection)
            else:
                return connection

    @abstractmethod
    def ask(self, connection: Kept) -> None:
        """Raise where the server does not answer on the connection."""

    def keep(self, connection: Kept) -> None:
        """Let a connection wait that left nothing behind; close it where enough do."""
        if len(self._waiting) < self.most:
            self._waiting.append(connection)
        else:
            shut(connection)

    def close(self) -> None:
        """Close what waits."""
        while self._waiting:
            shut(self._waiting.pop())

    def __del__(self) -> None:
        with suppress(Exception):
            if self._process == os.getpid():
                self.close()
            else:
                _inherited.extend(self._waiting)


class IdleConnections(Waiting["psycopg.Connection[tuple[Any, ...]]"]):
    """Connections of one address and role."""

    def __init__(self, role: str | None = None) -> None:
        super().__init__()
        self._role = role

    def ask(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Send nothing and wait for the answer."""
        connection.execute("")

    def give(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Keep a connection that is between transactions, without what its session held; close any other."""
        if connection.info.transaction_status != TransactionStatus.IDLE or len(self._waiting) >= self.most:
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
        self.keep(connection)


def shut(connection: Any) -> None:
    """Close a connection that nobody needs, whatever state it is in."""
    with suppress(Exception):
        connection.close()
