"""Which deliveries are to be destroyed, by the state's rules and by its agreements.

Belongs here: from rules to days. Must not come here: destroying.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from governance.agreements.register import agreements

if TYPE_CHECKING:
    from governance.agreements.agreement import Agreement
    from warehouse.connection import Warehouse
    from warehouse.state import State
    from warehouse.state_sections.safeguards import Retention

# What was destroyed is gone, and what failed never came in.
_KEPT = """
select d.delivery_id, d.layout, d.submitter, d.period, d.file_name, d.sha256, coalesce(d.row_count, 0), d.status
from control.delivery as d
where d.status <> 'failed'
    and not exists (select from control.destroyed_content as gone where gone.delivery_id = d.delivery_id)
order by d.delivery_id
"""


class Kept(NamedTuple):
    """A delivery that the warehouse holds."""

    delivery_id: int
    layout: str
    submitter: str
    period: str
    file_name: str
    sha256: str
    row_count: int
    status: str


class Due(NamedTuple):
    """A delivery, the day after which it may not be kept, and what says so."""

    delivery: Kept
    on: datetime.date
    rule: str


def kept_deliveries(warehouse: Warehouse) -> list[Kept]:
    """Every delivery whose rows or file the warehouse holds, whatever became of it."""
    return [Kept(*row) for row in warehouse.fetch_all(_KEPT)]


def due_by(state: State, delivery: Kept) -> Due | None:
    """When a delivery is due: the earliest of what rules and agreements say; None where neither speaks of it."""
    days = [
        Due(delivery, day, f"rule {rule.rule} ({rule.told()})")
        for rule in state.retention
        if delivery.layout in rule.layouts and (day := _by_rule(rule, delivery.period))
    ]
    agreed = _by_agreements(state, delivery, agreements(state))
    return min([*days, *([agreed] if agreed else [])], key=lambda due: due.on, default=None)


def due_deliveries(
    warehouse: Warehouse, state: State, on: datetime.date, only: Iterable[int] = ()
) -> list[Due]:
    """The deliveries whose day has passed, earliest first; of those, only some if asked."""
    chosen = set(only)
    found = (due_by(state, delivery) for delivery in kept_deliveries(warehouse))
    due = [one for one in found if one and one.on < on and (not chosen or one.delivery.delivery_id in chosen)]
    return sorted(due, key=lambda one: (one.on, one.delivery.delivery_id))


def _by_rule(rule: Retention, period: str) -> datetime.date | None:
    if rule.destroy_on is not None:
        return rule.destroy_on
    # Every form of a period begins with its year.
    return datetime.date(int(period[:4]) + (rule.keep_years or 0), 12, 31)


def _by_agreements(state: State, delivery: Kept, known: Iterable[Agreement]) -> Due | None:
    """A delivery may be kept as long as any of the agreements that it came under says."""
    submitter = state.submitters.get(delivery.submitter)
    names = {delivery.submitter} | ({submitter.agency} if submitter else set())
    # What permits extracts alone says nothing about what was taken in.
    under = [
        one
        for one in known
        if "load" in one.permits and one.speaks_of(delivery.layout) and names & set(one.parties.providers)
    ]
    last = max(under, key=lambda one: one.destroy_by, default=None)
    return Due(delivery, last.destroy_by, f"agreement {last.agreement} (destroy_by)") if last else None
