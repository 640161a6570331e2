"""What has been delivered, what became of it, and why: questions that a steward asks.

Belongs here: reading the delivery records. Must not come here: changing them.
"""

import datetime
from dataclasses import dataclass

from warehouse.connection import Warehouse
from warehouse.deliveries import SELECT_DELIVERY, Delivery


@dataclass(frozen=True)
class DeliveryInForce:
    """A delivery that counted at some time, with how many of its rows did."""

    delivery_id: int
    layout: str
    submitter: str
    period: str
    sequence: int
    is_amendment: bool
    file_name: str
    row_count: int


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
    actor: str | None


_DELIVERIES = f"""
    {SELECT_DELIVERY}
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
    select at, delivery_id, event, detail, actor from control.delivery_event
    where %(delivery_id)s::bigint is null or delivery_id = %(delivery_id)s
    order by event_id desc limit %(limit)s
"""

# Rejected and replaced rows never change after a delivery was accepted, only which deliveries are in force does.
_IN_FORCE = """
    with in_force as materialized (select * from control.deliveries_in_force(%(at)s))
    select f.delivery_id, f.layout, f.submitter, f.period, f.sequence, f.is_amendment, d.file_name,
        d.row_count - d.rejected_count - (
            select count(distinct row_number) from quality.replaced_row as r
            where r.delivery_id = f.delivery_id and r.amended_by in (select delivery_id from in_force)
                and not exists (
                    select from quality.rejected_row as x
                    where x.delivery_id = r.delivery_id and x.row_number = r.row_number)
        ) as row_count
    from in_force as f join control.delivery as d using (delivery_id)
    where %(layout)s::text is null or f.layout = %(layout)s
    order by f.layout, f.submitter, f.period, f.sequence
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


def deliveries_in_force(
    warehouse: Warehouse, at: datetime.datetime, *, layout: str | None = None
) -> list[DeliveryInForce]:
    """Return the deliveries that counted at a time, as it was known then."""
    return [DeliveryInForce(**row) for row in warehouse.fetch_dicts(_IN_FORCE, {"at": at, "layout": layout})]


def count_by_status(warehouse: Warehouse) -> list[StatusCount]:
    """Return the number of deliveries and rows per layout and status."""
    return [StatusCount(*row) for row in warehouse.fetch_all(_COUNTS)]


def list_events(
    warehouse: Warehouse, *, delivery_id: int | None = None, limit: int = 100
) -> list[DeliveryEvent]:
    """Return events, the newest first: of one delivery, or of all with the files that failed."""
    rows = warehouse.fetch_all(_EVENTS, {"delivery_id": delivery_id, "limit": limit})
    return [DeliveryEvent(*row) for row in rows]
