"""What a file needs to be taken in, from `governance`, as `ingest` asks for it; the two do not know each other."""

from dataclasses import dataclass

from governance.agreements.deliveries import agreed_deliveries
from ingest.layout import Layout
from ingest.permission import Permission
from orchestration.approvals import changes_of
from warehouse.connection import Warehouse
from warehouse.state import State


@dataclass(frozen=True)
class _Both:
    """Allows what both allow; the first says first what is missing."""

    first: Permission
    second: Permission

    def stamp(self, layout_key: str) -> str:
        return f"{self.first.stamp(layout_key)} {self.second.stamp(layout_key)}"

    def check(self, layout: Layout, form: str, submitter: str) -> None:
        self.first.check(layout, form, submitter)
        self.second.check(layout, form, submitter)


def delivery_permission(warehouse: Warehouse, state: State) -> Permission:
    """Return what every loading of a file asks: the state's agreements of today, and approval of all changes."""
    return _Both(agreed_deliveries(state), changes_of(warehouse, state))
