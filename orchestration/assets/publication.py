"""Publication as assets: the release that passed disclosure control, and the site built from it.

What may be shown is decided in `governance`; how it looks, in `reports`.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration import meter
from orchestration.assets.gate_checks import gate_check_results, gate_check_specs, unjudged_check_results
from orchestration.resources import WarehouseResource

CUBE = dg.AssetKey(["indicators", "cube"])
REGISTRY = dg.AssetKey(["indicators", "registry"])


CELLS = dg.AssetKey(["published", "indicator_cell"])


@dg.asset(
    key=CELLS,
    deps=[CUBE, REGISTRY],
    group_name="published",
    kinds={"postgres"},
    check_specs=gate_check_specs("release", CELLS),
)
def indicator_cell(
    warehouse: WarehouseResource,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
    """One row per published cell: its shown form and suppression code, never the true value."""
    from governance.release import NothingToPublish, ReleaseRefused
    from orchestration.gates import release

    opened = warehouse.open()
    with meter.current.step("published/indicator_cell"):
        try:
            release_id = release(opened, warehouse.state()).release_id
        except NothingToPublish as nothing:
            # Half a state's files are loaded: that is a day's work, not a failure.
            found = unjudged_check_results("release", CELLS)
            yield dg.MaterializeResult(metadata={"note": str(nothing)}, check_results=list(found))
            return
        except ReleaseRefused:
            yield from gate_check_results("release", CELLS, opened)
            raise
        shown = opened.fetch_all(
            "select suppression_code, count(*) from published.indicator_cell where release_id = %s group by 1",
            (release_id,),
        )
    yield dg.MaterializeResult(
        metadata={"release_id": release_id, **{f"cells_{c}": n for c, n in shown}},
        check_results=list(gate_check_results("release", CELLS, opened)),
    )


@dg.asset(key=["published", "site"], deps=[indicator_cell], group_name="published", kinds={"html"})
def site(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The public pages: each indicator with its chart, its table and its CSV."""
    from reports.site import build_site

    with meter.current.step("published/site"):
        opened = warehouse.open().under("publisher")
        if not opened.fetch_value("select exists (select from published.release)"):
            return dg.MaterializeResult(metadata={"note": "There is no release yet."})
        index = build_site(opened, opened.home.site)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(index))})
