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
    from linkage.step import run_linkage

    with meter.current.step("identity/person_crosswalk"):
        summary = run_linkage(warehouse.open(), warehouse.state())
    return dg.MaterializeResult(metadata=summary.metadata())
