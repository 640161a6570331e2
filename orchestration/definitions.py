"""The asset graph that Dagster shows and runs. Assembly only."""

import dagster as dg

from orchestration.assets.linkage import linkage_report, person_crosswalk
from orchestration.assets.publication import indicator_cell, site
from orchestration.assets.quality import scorecard
from orchestration.assets.raw import raw_assets
from orchestration.assets.transformation import transformation_assets
from orchestration.resources import RefusingIOManager, WarehouseResource, dbt_resource
from orchestration.sensors import incoming_files


@dg.definitions
def defs() -> dg.Definitions:
    """Every asset from an agency's file to the published site, with what they need."""
    return dg.Definitions(
        assets=[
            *raw_assets(),
            *transformation_assets(),
            person_crosswalk,
            linkage_report,
            scorecard,
            indicator_cell,
            site,
        ],
        jobs=[whole_way],
        sensors=[incoming_files],
        resources={
            "warehouse": WarehouseResource(),
            "dbt": dbt_resource(),
            "io_manager": RefusingIOManager(),
        },
    )


whole_way = dg.define_asset_job(
    "whole_way",
    selection=dg.AssetSelection.all(),
    description="Bring the whole warehouse up to date: waiting files in, published numbers out.",
    executor_def=dg.in_process_executor,
)
