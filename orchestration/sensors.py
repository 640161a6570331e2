"""The landing folders watched: a run for content that has come and is whole.

Wiring only: which files count is decided by `ingest.landing`, what is late by the calendar.
"""

import hashlib
import json

import dagster as dg

from orchestration.resources import WarehouseResource

_SECONDS = 30


@dg.sensor(
    name="incoming_files",
    job_name="whole_way",
    minimum_interval_seconds=_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts one run for the files that have come since the last look: their layouts and all that follows.",
)
def incoming_files(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
    """Request the raw assets of what has come, and everything downstream.

    Files that are found together make one run, for each run rebuilds what follows from all of them. A content is asked
    for once: the cursor holds the checksums that still lie there, and the run key is made of them.
    """
    from ingest.landing import pending_files
    from ingest.register import Register
    from orchestration.permission import delivery_permission

    opened, state = warehouse.open(), warehouse.state()
    files = pending_files(opened, state=state, permission=delivery_permission(opened, state))
    checksums = Register(opened).checksums(files)
    asked: set[str] = set(json.loads(context.cursor)) if context.cursor else set()
    new = {file: checksums[file.path] for file in files if checksums.get(file.path, "") not in asked | {""}}
    cursor = json.dumps(sorted(set(checksums.values())))
    if not new:
        return dg.SensorResult(skip_reason=_nothing_new(warehouse), cursor=cursor)
    layouts = sorted({file.layout for file in new if file.layout})
    contents = sorted(set(new.values()))
    request = dg.RunRequest(
        run_key=contents[0] if len(contents) == 1 else _key_of(contents),
        asset_selection=_with_downstream(context, layouts),
        tags={"p20w/layouts": ",".join(layouts)[:250], "p20w/files": str(len(new))},
    )
    return dg.SensorResult(run_requests=[request], cursor=cursor)


def _nothing_new(warehouse: WarehouseResource) -> str:
    from ingest.calendar import sync_calendar, timeliness

    sync_calendar(warehouse.open(), warehouse.state())
    missing = len(timeliness(warehouse.open(), statuses=("missing",)))
    late = f" {missing} expected deliveries are missing: `p20w deliveries --late`." if missing else ""
    return f"No new file has come.{late}"


def _with_downstream(context: dg.SensorEvaluationContext, layouts: list[str]) -> list[dg.AssetKey]:
    repository = context.repository_def
    assert repository is not None  # noqa: S101 - Dagster gives it to every sensor it evaluates
    raw = dg.AssetSelection.assets(*(dg.AssetKey(["raw", key.replace("/", "__")]) for key in layouts))
    return sorted(raw.downstream().resolve(repository.asset_graph), key=lambda key: key.to_user_string())


def _key_of(checksums: list[str]) -> str:
    return hashlib.sha256("".join(checksums).encode()).hexdigest()
