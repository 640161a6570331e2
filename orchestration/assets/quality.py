"""Quality over time as an asset: the scores of every submitter after a run, and the pages made from them.

What a score counts belongs to `quality_checks`; how it looks, to `reports`.
"""

import dagster as dg

from orchestration import meter
from orchestration.assets.linkage import person_crosswalk
from orchestration.resources import WarehouseResource


@dg.asset(
    key=["quality", "scorecard"],
    # Linkability is known when linkage is; the other dimensions long before.
    deps=[person_crosswalk],
    group_name="quality",
    kinds={"postgres", "html"},
    pool="warehouse_write",
)
def scorecard(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per scoring, submitter, layout, period and dimension: so many of so many were as they should be."""
    from orchestration.agencies import score_and_show

    with meter.current.step("quality/scorecard"):
        counts = score_and_show(warehouse.open(), warehouse.state())
    return dg.MaterializeResult(metadata=counts)
