"""Linkage as assets: person records in, the live person crosswalk out.

How pairs are scored and clustered belongs to `linkage`.
"""

import dagster as dg

from orchestration import meter
from orchestration.resources import WarehouseResource


@dg.asset(
    key=["identity", "person_crosswalk"],
    deps=[dg.AssetKey(["identity", "person_record"])],
    group_name="linkage",
    kinds={"splink", "duckdb"},
    pool="warehouse_write",
)
def person_crosswalk(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per person record of the live linkage run: the person it belongs to."""
    from linkage.runs.step import run_linkage

    with meter.current.step("identity/person_crosswalk"):
        summary = run_linkage(warehouse.open(), warehouse.state())
    return dg.MaterializeResult(metadata=summary.metadata())


@dg.asset(
    key=["identity", "linkage_report"],
    # After core: it reports by the subgroups that core knows.
    deps=[
        person_crosswalk,
        dg.AssetKey(["core", "dim_person"]),
        dg.AssetKey(["core", "brg_person_subgroup"]),
    ],
    group_name="linkage",
    kinds={"html"},
)
def linkage_report(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The stewards' page on the live linkage run: for whom it works, what waits, what it cannot say."""
    from reports.linkage_report import build_linkage_report

    with meter.current.step("identity/linkage_report"):
        opened = warehouse.open()
        page = build_linkage_report(opened, opened.home.reports / "linkage")
    return dg.MaterializeResult(metadata={"page": str(page)})
