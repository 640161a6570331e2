"""One delivery as control.delivery holds it, for every package that asks about one.

Belongs here: reading single delivery records. Must not come here: changing them, what they mean to a steward or an agency.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from warehouse.connection import Warehouse


@dataclass(frozen=True)
class Delivery:
    """One delivery; counts are None until the quality gate has decided."""

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
    is_amendment: bool
    headers: list[list[str]] | None


SELECT_DELIVERY = f"select {', '.join(Delivery.__dataclass_fields__)} from control.delivery"


def find_delivery(warehouse: Warehouse, delivery_id: int) -> Delivery:
    """Return one delivery; raise P20WError when there is none of this number."""
    rows = warehouse.fetch_dicts(f"{SELECT_DELIVERY} where delivery_id = %s", (delivery_id,))
    if not rows:
        raise P20WError(f"There is no delivery {delivery_id}.", "`p20w deliveries` lists them.")
    return Delivery(**rows[0])
