"""What a steward decides about a delivery: to accept a held one, to withdraw one; recorded with name and reason.

Belongs here: decisions of people. Must not come here: what rules decide (decisions), finding rows.
"""

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from quality_checks.batch import exclude_others
from quality_checks.precedence import Connection, settle_precedence
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import overridden, record_in

_ACCEPT = """
    update control.delivery set status = 'accepted', status_reason = %s,
        accepted_count = quarantined_count, quarantined_count = 0, decided_at = now()
    where delivery_id = %s
"""
_WITHDRAW = """
    update control.delivery set status = 'withdrawn', status_reason = %s, decided_at = now() where delivery_id = %s
"""
# A file may have been refused because of the delivery that is now withdrawn.
_TRY_AGAIN = """
    update control.landed_file set refused_under = null, reason = null, refused_at = null
    where refused_under is not null
"""
_EVENT = "insert into control.delivery_event (delivery_id, event, detail, actor) values (%s, %s, %s, %s)"
_FOLLOW = """
    insert into control.delivery_event (delivery_id, event, detail)
    select delivery_id, status, coalesce(status_reason, %s) from control.delivery
    where delivery_id = any(%s) order by delivery_id
"""


def accept_held(warehouse: Warehouse, delivery_id: int, reason: str, actor: str) -> str:
    """Let a held delivery in as it is, but for the rows that rules rejected; return its new status.

    Args:
        warehouse: Where the delivery is.
        delivery_id: A held delivery.
        reason: Why; kept with the delivery.
        actor: Who decides.

    Raises:
        P20WError: It is not held, or no reason is given.
    """
    with warehouse.connect() as connection:
        layout, status = _locked(connection, delivery_id, reason)
        if status != "held":
            raise P20WError(
                f"Delivery {delivery_id} is {status}, not held.",
                "Only a held delivery can be accepted by hand; `p20w deliveries --status held` lists them.",
            )
        connection.execute(_ACCEPT, [f"accepted by {actor}: {reason.strip()}", delivery_id])
        connection.execute(_EVENT, [delivery_id, "accepted", reason.strip(), actor])
        _settle(connection, layout, delivery_id, [delivery_id])
        status = _locked(connection, delivery_id, reason)[1]
        _log(connection, "held delivery accepted", delivery_id, reason, actor)
        return status


def withdraw(warehouse: Warehouse, delivery_id: int, reason: str, actor: str) -> list[int]:
    """Take a delivery out of force for good; return the deliveries that came into force again or went with it.

    Its rows and its file stay, so that earlier answers can still be given.

    Raises:
        P20WError: It is withdrawn already, or no reason is given.
    """
    with warehouse.connect() as connection:
        layout, status = _locked(connection, delivery_id, reason)
        if status == "withdrawn":
            raise P20WError(f"Delivery {delivery_id} is withdrawn already.", "Nothing is to be done.")
        connection.execute(_WITHDRAW, [f"withdrawn by {actor}: {reason.strip()}", delivery_id])
        connection.execute(_EVENT, [delivery_id, "withdrawn", reason.strip(), actor])
        connection.execute(_TRY_AGAIN)
        # What it replaced while it was in force is kept: earlier answers need it.
        others = _settle(connection, layout, delivery_id, [])
        _log(connection, "delivery withdrawn", delivery_id, reason, actor)
        return others


def _log(connection: Connection, action: str, delivery_id: int, reason: str, actor: str) -> None:
    record_in(connection, overridden(action, f"delivery {delivery_id}", reason=reason.strip(), actor=actor))


def _locked(connection: Connection, delivery_id: int, reason: str) -> tuple[Layout, str]:
    """Return layout and status of a delivery, on which nobody else decides until the transaction ends."""
    if not reason.strip():
        raise P20WError("A reason is needed.", "Say it with --reason; it is kept with the delivery.")
    found = connection.execute(
        "select layout from control.delivery where delivery_id = %s", [delivery_id]
    ).fetchone()
    if found is None:
        raise P20WError(f"There is no delivery {delivery_id}.", "`p20w deliveries` lists them.")
    layout = load_catalogue().layout(found[0])
    exclude_others(connection, layout)
    row = connection.execute(
        "select status from control.delivery where delivery_id = %s for update", [delivery_id]
    ).fetchone()
    return layout, str(row[0]) if row else ""


def _settle(connection: Connection, layout: Layout, delivery_id: int, decided: list[int]) -> list[int]:
    changed = settle_precedence(connection, layout, decided)
    others = sorted(set(changed) - {delivery_id})
    connection.execute(_FOLLOW, ["in force again", others])
    return others
