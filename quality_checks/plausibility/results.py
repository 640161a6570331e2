"""What a gate found: one finding per rule, in words that name places, and numbers only where these may be told.

Belongs here: the shape of results, keeping them, reading the newest. Must not come here: measuring, judging.
"""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from quality_checks.plausibility.rule import Gate, Limits, PlausibilityRule
from quality_checks.suites import SuiteRun
from warehouse.connection import Warehouse

_SHOWN = 3
_INSERT = """
    insert into quality.plausibility_result
        (gate_run_id, gate, subject, rule_code, severity, evaluated_count, failed_count, passed, detail)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_NEWEST = """
    select rule_code, severity, evaluated_count, failed_count, passed, detail, subject, evaluated_at
    from quality.plausibility_result
    where gate_run_id = (
        select gate_run_id from quality.plausibility_result
        where gate = %(gate)s and (%(subject)s::text is null or subject = %(subject)s)
        order by evaluated_at desc limit 1)
    order by rule_code
"""


@dataclass(frozen=True)
class Broken:
    """A subject whose number is outside its limits."""

    subject: str
    value: float
    limits: Limits

    def told(self, *, with_value: bool) -> str:
        """The subject, and its number and limit where these may be told."""
        if not with_value:
            return self.subject
        low, high = self.limits.minimum, self.limits.maximum
        limit = f"at least {low:g}" if low is not None and self.value < low else f"at most {high:g}"
        return f"{self.subject}: {self.value:.4g}, {limit}"


@dataclass(frozen=True)
class Finding:
    """How many subjects a rule judged, and those that broke it."""

    rule: PlausibilityRule
    evaluated: int
    broken: tuple[Broken, ...]

    @property
    def passed(self) -> bool:
        """Whether every subject is within its limits."""
        return not self.broken

    @property
    def detail(self) -> str | None:
        """The subjects that broke the rule, the first few by name."""
        if self.passed:
            return None
        named = [entry.told(with_value=self.rule.tells_value) for entry in self.broken[:_SHOWN]]
        more = len(self.broken) - len(named)
        return "; ".join([*named, *([f"{more} more"] if more else [])])

    @property
    def sentence(self) -> str:
        """What is wrong, for whoever has to put it right."""
        held = self.rule.sentence.rstrip(".")
        return f"{self.rule.code} does not hold: {held} ({self.detail})"


@dataclass(frozen=True)
class GateRun:
    """One judgement of a linkage run, or of what a release would be made from."""

    gate: Gate
    subject: str
    findings: tuple[Finding, ...]
    suite: SuiteRun
    gate_run_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def refusals(self) -> list[str]:
        """One sentence per broken hold rule: with any, the run or the release stays out."""
        return [found.sentence for found in self._broken("hold")]

    @property
    def refusals_without_drift(self) -> list[str]:
        """The same without the rules about what changed, where a steward has accepted that much did."""
        return [found.sentence for found in self._broken("hold") if not found.rule.is_drift]

    @property
    def warnings(self) -> list[str]:
        """One sentence per broken warn rule."""
        return [found.sentence for found in self._broken("warn")]

    @property
    def repairs(self) -> str:
        """What to do about the hold rules that are broken."""
        return " ".join(dict.fromkeys(found.rule.repair for found in self._broken("hold")))

    def _broken(self, severity: str) -> list[Finding]:
        return [found for found in self.findings if not found.passed and found.rule.severity == severity]


def keep(warehouse: Warehouse, run: GateRun) -> None:
    """Store a judgement; in a transaction of its own, so that a refusal leaves its reasons."""
    with warehouse.connect() as connection:
        connection.cursor().executemany(
            _INSERT,
            [
                (
                    *(run.gate_run_id, run.gate, run.subject, found.rule.code, found.rule.severity),
                    *(found.evaluated, len(found.broken), found.passed, found.detail),
                )
                for found in run.findings
            ],
        )
        statistics = {"rules": len(run.findings), "worst": run.suite.worst, "failed": run.suite.failed}
        connection.execute(
            "insert into quality.validation_result (suite, subject, success, statistics) values (%s, %s, %s, %s)",
            [run.suite.suite, run.subject, run.suite.success, json.dumps(statistics)],
        )


def newest(warehouse: Warehouse, gate: Gate, subject: str | None = None) -> dict[str, dict[str, Any]]:
    """Return the newest judgement of a gate, of one subject or of any, by rule code; empty where there is none."""
    rows = warehouse.fetch_dicts(_NEWEST, {"gate": gate, "subject": subject})
    return {row["rule_code"]: row for row in rows}
