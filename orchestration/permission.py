"""What a file needs to be taken in, from `governance`, as `ingest` asks for it; the two do not know each other."""

from governance.agreements.deliveries import agreed_deliveries
from ingest.permission import Permission
from warehouse.state import State


def delivery_permission(state: State) -> Permission:
    """Return what every loading of a file asks: the state's agreements as they are today."""
    return agreed_deliveries(state)
