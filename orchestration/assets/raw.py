"""Raw tables: one asset per layout, made by one factory over the layout catalogue.

An asset loads what waits in the landing folder for its layout, then runs the quality gate over it.
How files are read and rules are judged belongs to `ingest` and `quality_checks`.
"""

from typing import TYPE_CHECKING

import dagster as dg

from ingest.catalogue import Catalogue, load_catalogue
from ingest.layout import Layout
from orchestration import meter
from orchestration.resources import WarehouseResource
from quality_checks.catalogue import referenced_layouts, rules_for
from quality_checks.plausibility.rule import PlausibilityRule
from quality_checks.rule import Rule

if TYPE_CHECKING:
    from orchestration.intake import Intake


ON_CALENDAR = "delivered_as_expected"


def raw_assets(catalogue: Catalogue | None = None) -> list[dg.AssetsDefinition]:
    """One asset per layout of the catalogue."""
    return [raw_asset(layout) for layout in (catalogue or load_catalogue()).layouts.values()]


def raw_asset(layout: Layout) -> dg.AssetsDefinition:
    """Raw table of one layout: one row per row delivered, all text, with its delivery and row number."""
    key = dg.AssetKey(["raw", layout.table])
    rules = {check_name(rule): rule for rule in rules_for(layout.key)}

    @dg.asset(
        key=key,
        # Rules look rows up in these: they must be in before this layout is judged.
        deps=[
            dg.AssetKey(["raw", load_catalogue().layout(other).table])
            for other in referenced_layouts(layout.key)
        ],
        group_name=f"raw_{layout.source}",
        description=f"{layout.title}: {layout.grain}.",
        kinds={"postgres"},
        metadata={"layout": layout.key, "provided_by": layout.provided_by},
        check_specs=[
            *(dg.AssetCheckSpec(name, asset=key, description=rule.sentence) for name, rule in rules.items()),
            dg.AssetCheckSpec(ON_CALENDAR, asset=key, description="What the calendar expects has come."),
        ],
        pool="warehouse_write",
    )
    def _load(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from orchestration.intake import take_in

        with meter.current.step(f"raw/{layout.table}"):
            intake = take_in(warehouse.prepared(), warehouse.state(), layout)
        return dg.MaterializeResult(
            metadata=intake.metadata(),
            check_results=[
                *(check_result(name, rule, intake) for name, rule in rules.items()),
                calendar_result(intake),
            ],
        )

    return _load


def check_name(rule: Rule | PlausibilityRule) -> str:
    """A rule's code as a Dagster check name, which allows letters, digits and underscores only."""
    return "".join(c if c.isalnum() else "_" for c in rule.code)


def calendar_result(intake: "Intake") -> dg.AssetCheckResult:
    """Whether every delivery that the state's calendar expects by now has come; what came late is counted beside."""
    return dg.AssetCheckResult(
        check_name=ON_CALENDAR,
        passed=intake.missing == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "missing_deliveries": intake.missing,
            "late_deliveries": intake.late,
            "see": "p20w deliveries --late",
        },
    )


def check_result(name: str, rule: Rule, intake: "Intake") -> dg.AssetCheckResult:
    """A rule's result: counts only, never values, for Dagster keeps its events for ever.

    A hold rule fails, as an error, while it keeps a delivery out; rows within its tolerance do not. What it stops is
    that delivery, in the gate: the check does not stop the run, for other agencies' deliveries go on.
    """
    failed, held = intake.failed_rows.get(rule.code, 0), intake.holding.get(rule.code, 0)
    return dg.AssetCheckResult(
        check_name=name,
        passed=held == 0 if rule.severity == "hold" else failed == 0,
        severity=dg.AssetCheckSeverity.ERROR if rule.severity == "hold" else dg.AssetCheckSeverity.WARN,
        metadata={
            "failed_rows": failed,
            "held_deliveries": held,
            "severity": rule.severity,
            "owner": rule.owner,
        },
    )
