"""What the gate says about a layout's deliveries: decisions and counts, never a value.

Belongs here: the shape of results. Must not come here: SQL, deciding.
"""

from dataclasses import dataclass, field
from typing import Literal

from quality_checks.rule import Rule
from quality_checks.suites import SuiteRun

Status = Literal["accepted", "held", "superseded"]


@dataclass(frozen=True)
class RuleCount:
    """How many rows of the judged deliveries broke one rule."""

    rule: Rule
    evaluated: int
    failed: int
    passed: bool


@dataclass(frozen=True)
class Decision:
    """What became of one delivery."""

    delivery_id: int
    submitter: str
    period: str
    status: Status
    reason: str | None
    row_count: int
    accepted_count: int
    quarantined_count: int
    rejected_count: int


@dataclass(frozen=True)
class GateResult:
    """What one run of the gate decided about the deliveries that waited.

    Attributes:
        layout: key of the layout.
        decisions: one per delivery that waited.
        rules: one per rule of the layout, summed over those deliveries; empty when none waited.
        suite: what Great Expectations found over the same rows.
        seconds: wall time.
    """

    layout: str
    decisions: tuple[Decision, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    suite: SuiteRun | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def held(self) -> list[Decision]:
        """Deliveries that wait for their agency or the steward."""
        return [decision for decision in self.decisions if decision.status == "held"]
