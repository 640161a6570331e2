"""The changes that wait for approval, of all kinds, as commands and status ask for them."""

from collections.abc import Sequence

from governance.approvals.item import Pending, pending
from governance.approvals.register import given
from orchestration.approvals import all_items
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State


def waiting(warehouse: Warehouse, state: State, names: Sequence[str] = ()) -> list[Pending]:
    """Return what waits, or of it the items named; before the first use of the warehouse nothing does."""
    approvals = given(warehouse)
    if state.governance.approvals != "required" or not approvals:
        return []
    found = list(pending(all_items(state), approvals))
    if unknown := sorted(set(names) - {one.item.name for one in found}):
        raise P20WError(
            f"{unknown[0]!r} does not wait for an approval.", "`p20w approvals list` says what does."
        )
    return [one for one in found if not names or one.item.name in names]
