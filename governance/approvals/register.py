"""What agencies approved: reading and adding to control.approval, to which rows are only ever added.

Belongs here: the table. Must not come here: what waits (item), which items there are (the caller's catalogues).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from governance.approvals.item import Given, Item
from warehouse.errors import P20WError
from warehouse.ledger import account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from warehouse.connection import Warehouse

_GIVEN = """
    select distinct on (kind, name, agency, sha256) kind, name, subject, agency, sha256, content, approval_id
    from control.approval where %(subject)s::text is null or subject = %(subject)s
    order by kind, name, agency, sha256, approval_id desc
"""
_ADD = """
    insert into control.approval (kind, name, subject, sha256, content, agency, actor, origin)
    select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[], %s::text[], %s::text[])
"""


def given(warehouse: Warehouse, subject: str | None = None) -> list[Given]:
    """Return the last approval of each content by each agency, of all items or those of one layout or indicator."""
    return [Given(*row) for row in warehouse.fetch_all(_GIVEN, {"subject": subject})]


def approval_count(warehouse: Warehouse) -> int:
    """Return how many approvals there are: with another number something may have taken effect."""
    count: int = warehouse.fetch_value("select count(*) from control.approval")
    return count


def install(warehouse: Warehouse, items: Iterable[Item]) -> int:
    """Approve everything as it is, once, where nothing has been approved yet; return how many rows that were.

    Whoever installs has agreed on the first layouts and rules with the agencies; what counts is that later
    changes are seen.
    """
    with warehouse.connect() as connection:
        connection.execute("lock table control.approval in share row exclusive mode")
        row = connection.execute("select exists (select from control.approval)").fetchone()
        if row is None or row[0]:
            return 0
        rows = _rows(
            ((item, agency) for item in items for agency in item.agencies), account(), "installation"
        )
        return connection.execute(_ADD, rows).rowcount


def install_kind(warehouse: Warehouse, ending: str, items: Callable[[], Iterable[Item]]) -> int:
    """Approve items of a kind that has not been watched before, once; return how many rows that were.

    Args:
        warehouse: where other approvals are.
        ending: of the names of that kind; where anything was approved that ends so, the kind is known already.
        items: makes them, if they are wanted.
    """
    is_known = "select exists (select from control.approval where name like '%%' || %s)"
    if warehouse.fetch_value(is_known, (ending,)):
        return 0
    pairs = [(item, agency) for item in items() for agency in item.agencies]
    with warehouse.connect() as connection:
        connection.execute("lock table control.approval in share row exclusive mode")
        row = connection.execute(is_known, (ending,)).fetchone()
        if row is None or row[0]:
            return 0
        return connection.execute(_ADD, _rows(pairs, account(), "installation")).rowcount


def approve(warehouse: Warehouse, items: Sequence[Item], agency: str, by: str) -> int:
    """Record an agency's approval of items as they are now; return how many it touches."""
    touched = [item for item in items if agency in item.agencies]
    if not by.strip():
        raise P20WError("An approval needs the office that gives it.", "Name it with --by.")
    with warehouse.connect() as connection:
        connection.execute(_ADD, _rows(((item, agency) for item in touched), by.strip(), "agency"))
    return len(touched)


def _rows(pairs: Iterable[tuple[Item, str]], actor: str, origin: str) -> list[list[str]]:
    found = [
        (
            item.kind,
            item.name,
            item.subject,
            item.sha256,
            json.dumps(item.content, sort_keys=True, default=str),
            agency,
            actor,
            origin,
        )
        for item, agency in pairs
    ]
    return [list(column) for column in zip(*found, strict=True)] if found else [[] for _ in range(8)]
