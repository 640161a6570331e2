"""All that wages touch, from staging to the status panel: 40 quarters built whole, and one more, at two sizes; seconds of SQL."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ingest.sync import sync_catalogue
from orchestration.manifest import project_dir
from tests.bench import wage_world
from tests.bench.measure import Measure
from tests.integration.wage_history import SELECTED
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.migration import migrate
from warehouse.server import DATABASE, EmbeddedServer
from warehouse.state import load_state

SMALL, LARGE = 6_000, 24_000
FIRST_QUARTER, QUARTERS = 2014 * 4, 40

#: What a run makes anew when wages were delivered: up to the person records, and from the links on to the status panel.
BEFORE_LINKAGE = (
    *("stg_ui__wages", "int_ui__persons_described", "person_description", "source_record", "person_record"),
    *("record_key", "stg_ui__wages_keyed"),
)
AFTER_LINKAGE = ("person_key", "int_person__demographic_votes", "person_attribute", *SELECTED)


def measures(folder: Path) -> dict[str, Measure]:
    """The ratio at the larger size, in all and of each half, and how the whole build grows."""
    small, large = (_builds(folder / str(people), people) for people in (SMALL, LARGE))
    growth = math.log(sum(large.whole) / sum(small.whole)) / math.log(LARGE / SMALL)
    found = {
        "build_new_quarter_to_whole": Measure(_ratio(large.more, large.whole), "ratio", 0.1, "lower"),
        "build_growth": Measure(round(growth, 3), "exponent", 1.1, "lower"),
    }
    for half, more, whole in zip(("before_linkage", "after_linkage"), large.more, large.whole, strict=True):
        found[f"build_new_quarter_to_whole_{half}"] = Measure(_ratio([more], [whole]), "ratio", None, "lower")
    for name, seconds in (("", large.whole), ("new_quarter_", large.more)):
        measure = Measure(round(sum(seconds), 2), "seconds", None, "lower")
        found[f"build_{name}seconds_{LARGE}_people"] = measure
    return found


class _Builds(NamedTuple):
    """Seconds before and after linkage."""

    whole: tuple[float, float]
    more: tuple[float, float]


def _ratio(some: Sequence[float], all_: Sequence[float]) -> float:
    return round(sum(some) / sum(all_), 3)


def _builds(folder: Path, people: int) -> _Builds:
    """A whole build of 40 quarters, and a build with one quarter more."""
    with _warehouse(folder) as warehouse:
        wage_world.deliver_students(warehouse, people)
        everything = ["--select", "+person_quarter_status", "+dim_employer", "+record_key"]
        _dbt(folder, "build", *everything, "--exclude-resource-type", "test")
        for quarter in range(FIRST_QUARTER, FIRST_QUARTER + QUARTERS):
            wage_world.deliver_wages(warehouse, people, quarter)
        whole = _build(folder, warehouse, "--full-refresh")
        wage_world.deliver_wages(warehouse, people, FIRST_QUARTER + QUARTERS)
        return _Builds(whole, _build(folder, warehouse))


def _build(folder: Path, warehouse: Warehouse, *told: str) -> tuple[float, float]:
    before = _dbt(folder, "run", *told, "--select", *BEFORE_LINKAGE)
    wage_world.link(warehouse)
    return before, _dbt(folder, "run", *told, "--select", *AFTER_LINKAGE)


def _dbt(folder: Path, *arguments: str) -> float:
    """Run dbt in this process; return the seconds of models and hooks together, without dbt's own start."""
    from dbt.cli.main import dbtRunner

    from orchestration.dbt_program import parsed

    places = ["--profiles-dir", ".", "--target-path", str(folder), "--log-path", str(folder), "--quiet"]
    result = dbtRunner(manifest=parsed()).invoke([*arguments, *places, "--threads", "1"])
    if not result.success:
        raise RuntimeError(result.exception or "dbt failed")
    results: Any = result.result
    return float(sum(node.execution_time for node in results))


@contextmanager
def _warehouse(folder: Path) -> Iterator[Warehouse]:
    folder.mkdir(parents=True)
    home = Home(folder / "home").ensure()
    server = EmbeddedServer(home)
    server.start()
    there = Path.cwd()
    try:
        warehouse = Warehouse(home, server.url(DATABASE), is_embedded=True)
        migrate(warehouse)
        sync_catalogue(warehouse, load_state())
        os.environ.update(warehouse.dbt_environment())
        os.chdir(project_dir())
        yield warehouse
        warehouse.close()
    finally:
        os.chdir(there)
        server.remove()
