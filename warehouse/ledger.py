"""The access, disclosure and override logs: writing an entry, and finding out whether somebody changed one.

Rows are numbered, dated and sealed by the database's triggers. Nothing about a person belongs in an entry.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from psycopg import sql

if TYPE_CHECKING:
    import datetime

    from psycopg import Connection

    from warehouse.connection import Warehouse

Log = Literal["access", "disclosure", "override"]
LOGS: tuple[Log, ...] = ("access", "disclosure", "override")


@dataclass(frozen=True)
class Entry:
    """One entry to write; `accessed`, `disclosed` and `overridden` make it with what its log demands."""

    log: Log
    action: str
    subject: str
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """One entry as it stands in a log."""

    position: int
    at: datetime.datetime
    login: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def accessed(action: str, subject: str, *, actor: str | None = None, **detail: Any) -> Entry:
    """Somebody was given a way to the data, used one, or lost it."""
    return Entry("access", action, subject, actor or account(), detail)


def disclosed(
    action: str, subject: str, *, recipient: str, interest: str, actor: str | None = None, **detail: Any
) -> Entry:
    """Something left the warehouse.

    Args:
        action: What was done, such as `release published`.
        subject: What left, such as `release 4`.
        recipient: Who received it.
        interest: Their legitimate interest in it (34 CFR 99.32).
        actor: Who did it; else the account of this process.
        detail: More, such as the legal basis, the agreement, elements, counts and hashes.
    """
    return Entry(
        "disclosure",
        action,
        subject,
        actor or account(),
        {"recipient": recipient, "interest": interest, **detail},
    )


def overridden(action: str, subject: str, *, reason: str, actor: str | None = None, **detail: Any) -> Entry:
    """A person set aside what a rule or a program had found."""
    return Entry("override", action, subject, actor or account(), {"reason": reason, **detail})


def record(warehouse: Warehouse, entry: Entry) -> int:
    """Write an entry in a transaction of its own and note the log's new end in the home; return its position."""
    from warehouse.ledger_check import anchor

    with warehouse.connect() as connection:
        position = record_in(connection, entry)
    anchor(warehouse)
    return position


def record_in(connection: Connection[Any], entry: Entry) -> int:
    """Write an entry in the caller's transaction and return its position; it is there only if that commits.

    Write it last: until the transaction ends, every other writer of a log waits. The next `record`, run or
    `p20w doctor` notes the new end in the home folder.
    """
    row = connection.execute(
        sql.SQL(
            "insert into {} (actor, action, subject, detail) values (%s, %s, %s, %s::jsonb) returning position"
        ).format(table(entry.log)),
        [entry.actor, entry.action, entry.subject, json.dumps(entry.detail, default=str)],
    ).fetchone()
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return int(row[0])


def read(warehouse: Warehouse, log: Log, *, newest: int | None = None) -> list[Written]:
    """The entries of a log, oldest first; only the newest so many if asked."""
    rows = warehouse.fetch_all(
        sql.SQL(
            "select position, at, login, actor, action, subject, detail, hash from"
            " (select * from {} order by position desc limit %s) as newest order by position"
        ).format(table(log)),
        [newest],
    )
    return [Written(*row) for row in rows]


def table(log: Log) -> sql.Identifier:
    """The table of a log."""
    return sql.Identifier("control", f"{log}_log")


def account() -> str:
    """The account of this process, as the logs and decisions name it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # An account that exists only as a number, as in a container.
        return "unknown account"
