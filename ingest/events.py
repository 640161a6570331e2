"""What happened to deliveries, as lines in control.delivery_event.

Belongs here: writing events. Must not come here: reading them for people (that is `deliveries`).
"""

from typing import Any

import psycopg

from warehouse.connection import Warehouse
from warehouse.errors import P20WError

_INSERT = "insert into control.delivery_event (delivery_id, event, detail) values (%s, %s, %s)"
# A pipeline that runs again over the same bad file must not tell the same story each time.
_INSERT_ONCE = """
    insert into control.delivery_event (delivery_id, event, detail)
    select null, 'failed', %(detail)s
    where %(detail)s is distinct from (
        select detail from control.delivery_event
        where event = 'failed' and detail like %(file)s order by event_id desc limit 1)
"""


def record_event(
    connection: psycopg.Connection[Any], delivery_id: int, event: str, detail: str | None = None
) -> None:
    """Record an event of a delivery, on the caller's transaction."""
    connection.execute(_INSERT, (delivery_id, event, detail))


def record_failure(warehouse: Warehouse, layout: str, file_name: str, error: P20WError) -> None:
    """Record that a file became no delivery, and why, unless that was the last thing said of it."""
    start = f"{layout}: "
    detail = f"{start}{error.message}"
    if file_name not in error.message:
        detail = f"{start}{file_name}: {error.message}"
    escaped = file_name.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    warehouse.execute(_INSERT_ONCE, {"detail": detail, "file": f"{layout}: %{escaped}%"})
