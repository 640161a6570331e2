"""Whether a layout's files must wait because a change of it, or of its rules, is not approved.

What a loader asks for is `ingest.permission`; this is one answer to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from governance.approvals.item import Item, Pending, pending
from governance.approvals.register import given
from ingest.catalogue import Layout
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

_FEW = 3


class AwaitingApproval(P20WError):
    """A change is not approved by everybody whom it touches."""


@dataclass
class ApprovedChanges:
    """The changes that wait, asked for each delivery and looked up once per layout.

    Attributes:
        items: what there is to approve of a layout.
    """

    warehouse: Warehouse
    items: Callable[[str], list[Item]]
    _known: dict[str, list[Pending]] = field(default_factory=dict)

    def pending(self, layout_key: str) -> list[Pending]:
        """Return the changes of a layout and its rules that wait."""
        if layout_key not in self._known:
            items = self.items(layout_key)
            approvals = given(self.warehouse, layout_key) if items else []
            self._known[layout_key] = list(pending(items, approvals))
        return self._known[layout_key]

    def stamp(self, layout_key: str) -> str:
        """Return what the answer depends on: with another one a refused file is tried again."""
        return "; ".join(f"{found.sentence} {found.item.sha256}" for found in self.pending(layout_key))

    def check(self, layout: Layout, form: str, submitter: str) -> None:
        """Raise AwaitingApproval while a change of the layout or its rules waits."""
        self.require(layout.key)

    def require(self, layout_key: str) -> None:
        """Raise AwaitingApproval with what waits for whom, unless nothing of the layout does."""
        found = self.pending(layout_key)
        if not found:
            return
        named = "; ".join(one.sentence for one in found[:_FEW])
        more = f"; and {len(found) - _FEW} more" if len(found) > _FEW else ""
        raise AwaitingApproval(
            f"Files of {layout_key} wait: {named}{more}.",
            "`p20w approvals diff` shows what changed; `p20w approvals approve` records an agency's approval.",
        )
