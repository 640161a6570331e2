"""Publication as assets: the release that passed disclosure control, and the site built from it.

What may be shown is decided in `governance`; how it looks, in `reports`.
"""

import dagster as dg

from orchestration import meter
from orchestration.resources import WarehouseResource

CUBE = dg.AssetKey(["indicators", "cube"])
REGISTRY = dg.AssetKey(["indicators", "registry"])


@dg.asset(
    key=["published", "indicator_cell"], deps=[CUBE, REGISTRY], group_name="published", kinds={"postgres"}
)
def indicator_cell(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per published cell: its shown form and suppression code, never the true value."""
    from governance.release import NothingToPublish, build_release

    with meter.current.step("published/indicator_cell"):
        try:
            release_id = build_release(warehouse.open(), warehouse.state())
        except NothingToPublish as nothing:
            # Half a state's files are loaded: that is a day's work, not a failure.
            return dg.MaterializeResult(metadata={"note": str(nothing)})
        shown = warehouse.open().fetch_all(
            "select suppression_code, count(*) from published.indicator_cell where release_id = %s group by 1",
            (release_id,),
        )
    return dg.MaterializeResult(metadata={"release_id": release_id, **{f"cells_{c}": n for c, n in shown}})


@dg.asset(key=["published", "site"], deps=[indicator_cell], group_name="published", kinds={"html"})
def site(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The public pages: each indicator with its chart, its table and its CSV."""
    from reports.site import build_site

    with meter.current.step("published/site"):
        opened = warehouse.open()
        if not opened.fetch_value("select exists (select from published.release)"):
            return dg.MaterializeResult(metadata={"note": "There is no release yet."})
        index = build_site(opened, opened.home.site)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(index))})
