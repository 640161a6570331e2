"""A steward's decisions about single deliveries, as commands carry them out and tell them.

Belongs here: joining the decision with what a person is told. Must not come here: what a decision does (quality_checks).
"""

from collections.abc import Iterator

from ingest.deliveries import list_deliveries
from orchestration.agencies import hand_back
from orchestration.approvals import changes_of
from orchestration.intake import prepare
from quality_checks.gate import run_gate
from quality_checks.stewardship import accept_held, withdraw
from warehouse.connection import open_warehouse
from warehouse.deliveries import find_delivery
from warehouse.errors import P20WError
from warehouse.ledger import account
from warehouse.ledger_check import anchor
from warehouse.state import load_state

_NEXT = "`p20w run` brings the rest of the warehouse up to date."


def withdraw_delivery(delivery_id: int, reason: str, by: str | None) -> str:
    """Withdraw a delivery; return what follows, as a sentence."""
    warehouse = open_warehouse()
    others = withdraw(warehouse, delivery_id, reason, by or account())
    anchor(warehouse)
    told = [f"Delivery {delivery_id} is withdrawn."]
    for other in (find_delivery(warehouse, number) for number in others):
        what = f"Delivery {other.delivery_id} ({other.file_name}, sequence {other.sequence})"
        told.append(
            f"{what} counts again."
            if other.status == "accepted"
            else f"{what} counts no more: {other.status_reason}."
        )
    return " ".join([*told, _NEXT])


def accept_delivery(delivery_id: int, reason: str, by: str | None) -> str:
    """Accept a held delivery; return what follows, as a sentence."""
    warehouse = open_warehouse()
    accept_held(warehouse, delivery_id, reason, by or account())
    anchor(warehouse)
    hand_back(warehouse, load_state(), [delivery_id])
    found = find_delivery(warehouse, delivery_id)
    rows = f"{found.accepted_count:,} rows accepted, {found.rejected_count:,} stay aside"
    if found.status == "superseded":
        return f"Delivery {delivery_id} is accepted, {rows}; but it does not count: {found.status_reason}."
    return f"Delivery {delivery_id} is accepted: {rows}. {_NEXT}"


def judge_again(delivery_id: int | None) -> Iterator[str]:
    """Judge held deliveries again by the rules, codes and directories of now; yield one line per delivery."""
    opened, state = open_warehouse(), load_state()
    prepare(opened, state)
    warehouse = opened.under("loader")
    changes = changes_of(opened, state)
    held = list_deliveries(warehouse, status="held")
    if delivery_id is not None:
        held = [delivery for delivery in held if delivery.delivery_id == delivery_id]
        if not held:
            status = find_delivery(warehouse, delivery_id).status
            raise P20WError(
                f"Delivery {delivery_id} is {status}, not held.",
                "Only held deliveries are judged again; `p20w deliveries --status held` lists them.",
            )
    if not held:
        yield "No delivery is held."
    for layout in dict.fromkeys(delivery.layout for delivery in reversed(held)):
        changes.require(layout)
        result = run_gate(warehouse, layout, include_held=True, only=delivery_id)
        hand_back(warehouse, state, (decision.delivery_id for decision in result.decisions))
        for decision in result.decisions:
            why = f": {decision.reason}" if decision.reason else ""
            yield f"Delivery {decision.delivery_id} ({layout}, {decision.submitter}, {decision.period}) is {decision.status}{why}"
