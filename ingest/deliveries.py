"""What has been delivered, what became of it, and why: questions that a steward asks.

Belongs here: reading the delivery records. Must not come here: changing them.
"""

import datetime
from dataclasses import dataclass

from warehouse.connection import Warehouse
from warehouse.errors import P20WError


@dataclass(frozen=True)
class Delivery:
    """One delivery as control.delivery holds it; counts are None until the quality gate has decided."""

    delivery_id: int
    layout: str
    submitter: str
    period: str
    sequence: int
    layout_version: str | None
    sha256: str
    file_name: str
    byte_count: int | None
    status: str
    status_reason: str | None
    row_count: int | None
    accepted_count: int | None
    quarantined_count: int | None
    rejected_count: int | None
    received_at: datetime.datetime
    loaded_at: datetime.datetime | None
    decided_at: datetime.datetime | None


@dataclass(frozen=True)
class StatusCount:
    """How many deliveries and rows of a layout are in one status."""

    layout: str
    status: str
    delivery_count: int
    row_count: int


@dataclass(frozen=True)
class DeliveryEvent:
    """Something that happened to a delivery, or to a file that became none."""

    at: datetime.datetime
    delivery_id: int | None
    event: str
    detail: str | None


_DELIVERIES = f"""
    select {", ".join(Delivery.__dataclass_fields__)} from control.delivery
    where (%(layout)s::text is null or layout = %(layout)s)
      and (%(submitter)s::text is null or submitter = %(submitter)s)
      and (%(period)s::text is null or period = %(period)s)
      and (%(status)s::text is null or status = %(status)s)
    order by delivery_id desc limit %(limit)s
"""
_COUNTS = """
    select layout, status, count(*), coalesce(sum(row_count), 0)::bigint
    from control.delivery group by layout, status order by layout, status
"""
_EVENTS = """
    select at, delivery_id, event, detail from control.delivery_event
    where %(delivery_id)s::bigint is null or delivery_id = %(delivery_id)s
    order by event_id desc limit %(limit)s
"""


def list_deliveries(
    warehouse: Warehouse,
    *,
    layout: str | None = None,
    submitter: str | None = None,
    period: str | None = None,
    status: str | None = None,
    limit: int | None = None,
) -> list[Delivery]:
    """Return deliveries, the newest first, narrowed by what is given."""
    wanted = {"layout": layout, "submitter": submitter, "period": period, "status": status, "limit": limit}
    return [Delivery(**row) for row in warehouse.fetch_dicts(_DELIVERIES, wanted)]


def find_delivery(warehouse: Warehouse, delivery_id: int) -> Delivery:
    """Return one delivery; raise P20WError when there is none of this number."""
    query = f"select {', '.join(Delivery.__dataclass_fields__)} from control.delivery where delivery_id = %s"
    rows = warehouse.fetch_dicts(query, (delivery_id,))
    if not rows:
        raise P20WError(f"There is no delivery {delivery_id}.", "`p20w deliveries` lists them.")
    return Delivery(**rows[0])


def count_by_status(warehouse: Warehouse) -> list[StatusCount]:
    """Return the number of deliveries and rows per layout and status."""
    return [StatusCount(*row) for row in warehouse.fetch_all(_COUNTS)]


def list_events(
    warehouse: Warehouse, *, delivery_id: int | None = None, limit: int = 100
) -> list[DeliveryEvent]:
    """Return events, the newest first: of one delivery, or of all with the files that failed."""
    rows = warehouse.fetch_all(_EVENTS, {"delivery_id": delivery_id, "limit": limit})
    return [DeliveryEvent(*row) for row in rows]
