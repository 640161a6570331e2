"""Linkage as assets: person records in, the live person crosswalk out.

How pairs are scored and clustered belongs to `linkage`.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration import meter
from orchestration.assets.gate_checks import gate_check_results, gate_check_specs
from orchestration.resources import WarehouseResource

CROSSWALK = dg.AssetKey(["identity", "person_crosswalk"])


@dg.asset(
    key=CROSSWALK,
    deps=[dg.AssetKey(["identity", "person_record"])],
    group_name="linkage",
    kinds={"splink", "duckdb"},
    check_specs=gate_check_specs("linkage", CROSSWALK),
    pool="warehouse_write",
)
def person_crosswalk(
    warehouse: WarehouseResource,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
    """One row per person record of the live linkage run: the person it belongs to."""
    from orchestration.gates import LinkageRefused, link

    opened = warehouse.open()
    with meter.current.step("identity/person_crosswalk"):
        try:
            summary = link(opened, warehouse.state())
        except LinkageRefused as refused:
            yield from gate_check_results("linkage", CROSSWALK, opened, refused.run_id)
            raise
    found = gate_check_results("linkage", CROSSWALK, opened, summary.linkage_run_id)
    yield dg.MaterializeResult(metadata=summary.metadata(), check_results=list(found))


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
        opened = warehouse.open().under("steward")
        page = build_linkage_report(opened, opened.home.reports / "linkage")
    return dg.MaterializeResult(metadata={"page": str(page)})
