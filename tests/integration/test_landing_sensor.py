"""The sensor over the landing folders: one run per content, for its layout and what follows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ingest.catalogue import load_catalogue
from ingest.landing import load_pending
from orchestration.definitions import defs
from orchestration.resources import WarehouseResource
from orchestration.sensors import incoming_files
from warehouse.connection import Warehouse

STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)


@pytest.fixture(autouse=True)
def _opened(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(WarehouseResource, "open", lambda _: warehouse)
    yield
    shutil.rmtree(warehouse.home.incoming, ignore_errors=True)


def _put(warehouse: Warehouse, name: str, rows: str) -> Path:
    path = warehouse.home.incoming / "north" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEADER}\n{rows}\n")
    return path


def _tick(cursor: str | None = None) -> dg.SensorResult:
    definitions = dg.Definitions.merge(defs())
    context = dg.build_sensor_context(
        cursor=cursor,
        repository_def=definitions.get_repository_def(),
        resources={"warehouse": WarehouseResource()},
    )
    result = incoming_files(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_a_new_content_starts_one_run_of_its_layout_and_what_follows(warehouse: Warehouse) -> None:
    path = _put(warehouse, "k12__status__north__2020.txt", "2020|1|x||")
    first = _tick()
    (request,) = first.run_requests or []
    names = {"/".join(key.path) for key in request.asset_selection or []}
    assert {"raw/k12__status", "staging/stg_k12__statuses", "published/site"} <= names
    assert "raw/ui__wage" not in names and "raw/k12__student" not in names
    assert request.run_key is not None and len(request.run_key) == 64
    second = _tick(first.cursor)
    assert not second.run_requests
    path.rename(path.with_name("k12__status__north__2020__2.txt"))
    assert not _tick(second.cursor).run_requests


def test_files_that_come_together_start_one_run(warehouse: Warehouse) -> None:
    for year in (2021, 2022, 2023):
        _put(warehouse, f"k12__status__north__{year}.txt", f"{year}|1|x||")
    assert len(_tick().run_requests or []) == 1


def test_loaded_content_starts_nothing_and_what_is_missing_is_told(warehouse: Warehouse) -> None:
    _put(warehouse, "k12__status__north__2024.txt", "2024|1|x||")
    load_pending(warehouse, "k12/status")
    result = _tick()
    assert not result.run_requests
    assert "expected deliveries are missing" in str(result.skip_reason)
