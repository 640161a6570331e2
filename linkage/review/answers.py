"""The answers of one sitting: logged as decisions with what the screen showed, and taken back one by one.

How a pair is shown and how an answer is typed is the business of `terminal` and `server`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkage.decisions.log import decide, undo

if TYPE_CHECKING:
    from linkage.review.evidence import Sheet
    from linkage.review.queue import Item
    from warehouse.connection import Warehouse


@dataclass
class Answers:
    """What one steward answered at one screen.

    Attributes:
        warehouse: Where answers are kept.
        steward: Who answers.
        origin: `terminal` or `web`.
        given: Of each answer that stands, the place of its pair in the queue and the number of the decision.
    """

    warehouse: Warehouse
    steward: str
    origin: str
    given: list[tuple[int, int]] = field(default_factory=list)

    def log(self, kind: str, place: int, item: Item, sheet: Sheet, reason: str) -> None:
        """Log an answer; a note decides nothing, so there is nothing of it to take back."""
        number = decide(
            self.warehouse,
            kind,
            item.record_id_l,
            item.record_id_r,
            steward=self.steward,
            reason=reason.strip() or "judged from the records",
            origin=self.origin,
            evidence=sheet.as_evidence() | {"reason": item.reason},
        )
        if kind != "note":
            self.given.append((place, number))

    def take_back(self) -> int | None:
        """Take the last answer back and return the place of its pair; None if none stands."""
        if not self.given:
            return None
        place, number = self.given.pop()
        undo(self.warehouse, number, steward=self.steward, reason="undone at once", origin=self.origin)
        return place
