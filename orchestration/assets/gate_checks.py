"""The rules of a gate as asset checks: what they found the last time, counts and places only.

Belongs here: from stored results to Dagster's. Must not come here: judging.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.raw import check_name
from quality_checks.plausibility.catalogue import gate_rules
from quality_checks.plausibility.results import newest
from quality_checks.plausibility.rule import Gate, PlausibilityRule
from warehouse.connection import Warehouse


def gate_check_specs(gate: Gate, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """One check per rule; what a hold rule finds keeps all that comes after from running."""
    return [
        dg.AssetCheckSpec(
            check_name(rule), asset=asset, description=rule.sentence, blocking=rule.severity == "hold"
        )
        for rule in gate_rules(gate).rules
    ]


def gate_check_results(
    gate: Gate, asset: dg.AssetKey, warehouse: Warehouse, subject: str | None = None
) -> Iterator[dg.AssetCheckResult]:
    """The results of the newest judgement, of one linkage run or of any; a rule that has not judged yet passes."""
    yield from _results(gate, asset, newest(warehouse, gate, subject))


def unjudged_check_results(gate: Gate, asset: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    """The results where there was nothing to judge."""
    yield from _results(gate, asset, {})


def _results(
    gate: Gate, asset: dg.AssetKey, found: dict[str, dict[str, object]]
) -> Iterator[dg.AssetCheckResult]:
    for rule in gate_rules(gate).rules:
        row = found.get(rule.code)
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=check_name(rule),
            passed=row is None or bool(row["passed"]),
            severity=_severity(rule),
            metadata=_metadata(rule, row),
        )


def _severity(rule: PlausibilityRule) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if rule.severity == "hold" else dg.AssetCheckSeverity.WARN


def _metadata(rule: PlausibilityRule, row: dict[str, object] | None) -> dict[str, str | int]:
    common = {"severity": rule.severity, "owner": rule.owner}
    if row is None:
        return {**common, "note": "Not judged yet."}
    counts = {"judged": int(str(row["evaluated_count"])), "broken": int(str(row["failed_count"]))}
    return {**common, **counts, **({"where": str(row["detail"])} if row["detail"] else {})}
