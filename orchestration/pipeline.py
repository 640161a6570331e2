"""The whole asset graph in this process: what `p20w run` and `p20w demo` do, the same graph that Dagster's pages show."""

import contextlib
import hashlib
import json
import uuid
import warnings
from dataclasses import dataclass
from importlib import metadata

from governance.approvals.register import approval_count
from ingest.landing import pending_files, record_duplicates, wait_until_settled
from orchestration import dagster_home, parse_ahead
from orchestration.manifest import fingerprint as project_fingerprint
from orchestration.meter import Meter
from orchestration.permission import delivery_permission
from warehouse.connection import Warehouse, open_warehouse
from warehouse.errors import P20WError
from warehouse.state import load_state


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes:
        changed: false when everything was up to date and nothing ran.
        seconds: wall-clock time of the run's steps together.
    """

    changed: bool
    seconds: float = 0.0

    def __str__(self) -> str:
        if not self.changed:
            return "Nothing has changed since the last run: no step ran."
        return f"The warehouse is up to date; the steps took {self.seconds:.0f} s."


def run_pipeline(meter: Meter, select: str | None = None) -> Outcome:
    """Take in waiting files and rebuild what depends on them; do nothing when nothing changed.

    Raises:
        P20WError: when a step failed; the message is the step's own.
    """
    warehouse = open_warehouse()
    wait_until_settled(warehouse.home.incoming, load_state())
    if select is None and is_current(warehouse):
        record_duplicates(warehouse)
        return Outcome(changed=False)
    run_id = _begin(warehouse)
    before = len(meter.steps)
    try:
        _execute(warehouse, select)
    except BaseException:
        _end(warehouse, run_id, "failed", {})
        raise
    steps = meter.steps[before:]
    summary: dict[str, object] = {"steps": [vars(step) for step in steps]}
    if select is None:
        summary["fingerprint"] = fingerprint(warehouse)
    _end(warehouse, run_id, "succeeded", summary)
    return Outcome(changed=True, seconds=sum(step.seconds for step in steps))


def _execute(warehouse: Warehouse, select: str | None) -> None:
    """Run the graph through Dagster; its event log keeps what Dagster's pages show."""
    dagster_home.prepare(warehouse.home)
    parse_ahead.begin(warehouse)
    import dagster as dg

    from orchestration.definitions import defs

    definitions = defs()
    with warnings.catch_warnings():
        # Dagster calls parts of its own selection language beta; whoever selects can do nothing about it.
        warnings.simplefilter("ignore", dg.BetaWarning)
        assets = dg.AssetSelection.from_string(select) if select else dg.AssetSelection.all()
        job = dg.define_asset_job("p20w_run", selection=assets)
        resolved = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("p20w_run")
    log = warehouse.home.logs / "dbt.log"
    # dbt's own lines go to a file: whoever watches sees steps, and a failed test names itself there.
    with dg.DagsterInstance.get() as instance, log.open("a") as lines, contextlib.redirect_stdout(lines):
        result = resolved.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if not result.success:
        raise P20WError(*_first_failure(result))


def _first_failure(result: object) -> tuple[str, str]:
    """The first failed step and its own words, which carry no data values."""
    for event in result.all_events:  # type: ignore[attr-defined]
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            known = error.cls_name in {kind.__name__ for kind in _kinds(P20WError)}
            words = error.message.split(":", 1)[-1].strip() if known else f"{error.cls_name}."
            return (
                f"The step {event.step_key} failed: {words}",
                "" if known else "See Dagster's pages: `p20w serve`.",
            )
    return "The run failed before its first step.", "See Dagster's pages: `p20w serve`."


def _kinds(of: type[Exception]) -> set[type[Exception]]:
    """A class of errors and all that are derived from it: their words are meant to be read."""
    return {of}.union(*(_kinds(kind) for kind in of.__subclasses__()))


def is_current(warehouse: Warehouse) -> bool:
    """Whether no file waits and the last whole run saw the same deliveries, state and code."""
    last = warehouse.fetch_value(
        "select summary ->> 'fingerprint' from control.pipeline_run where status = 'succeeded'"
        " and summary ? 'fingerprint' order by finished_at desc limit 1"
    )
    if last is None or last != fingerprint(warehouse):
        return False
    return not pending_files(warehouse, permission=delivery_permission(warehouse, load_state()))


def fingerprint(warehouse: Warehouse) -> str:
    """SHA-256 over all that a run depends on: deliveries and their status, the state's choices, the code."""
    deliveries = warehouse.fetch_all(
        "select delivery_id, status, sha256 from control.delivery order by delivery_id"
    )
    told = json.dumps(
        [
            deliveries,
            load_state().model_dump(mode="json"),
            project_fingerprint(),
            approval_count(warehouse),
            metadata.version("p20w"),
        ]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _begin(warehouse: Warehouse) -> str:
    run_id = str(uuid.uuid4())
    warehouse.execute(
        "insert into control.pipeline_run (run_id, started_at, status) values (%s, now(), 'running')",
        (run_id,),
    )
    return run_id


def _end(warehouse: Warehouse, run_id: str, status: str, summary: dict[str, object]) -> None:
    warehouse.execute(
        "update control.pipeline_run set finished_at = now(), status = %s, summary = %s where run_id = %s",
        (status, json.dumps(summary), run_id),
    )
