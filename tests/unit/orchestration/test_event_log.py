"""The event log that keeps its files open tells what Dagster's own one tells."""

from pathlib import Path

import dagster as dg
import pytest

from orchestration import dagster_home, event_log
from orchestration.event_log import KeptSqliteEventLog
from warehouse.home import Home


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    monkeypatch.delenv(dagster_home.STORAGE_URL, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    dagster_home.prepare(Home(tmp_path / "home"))
    return dg.DagsterInstance.get()


@dg.asset(check_specs=[dg.AssetCheckSpec("counted", asset="table")])
def table():  # type: ignore[no-untyped-def]
    return dg.MaterializeResult(
        metadata={"dagster/row_count": 7},
        check_results=[dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)],
    )


def test_any_storage_reads_what_was_told_and_few_files_stay_open(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_KEPT", 2)
    log = _log(instance)
    runs = []
    for _ in range(3):
        runs.append(dg.materialize([table], instance=instance).run_id)
        assert len(log._engines) <= 2
    told = [[_kind(entry) for entry in instance.all_logs(run)] for run in runs]
    instance.dispose()
    assert not log._engines
    assert not list(Path(log._base_dir).glob("*-wal"))
    plain = dg._core.storage.event_log.SqliteEventLogStorage(log._base_dir)  # type: ignore[attr-defined]
    assert [[_kind(entry) for entry in plain.get_logs_for_run(run)] for run in runs] == told
    assert all("ASSET_CHECK_EVALUATION" in kinds and "ASSET_MATERIALIZATION" in kinds for kinds in told)
    latest = plain.get_latest_materialization_events([dg.AssetKey("table")])[dg.AssetKey("table")]
    assert latest.asset_materialization.metadata["dagster/row_count"].value == 7


def _log(instance: dg.DagsterInstance) -> KeptSqliteEventLog:
    storage = instance.event_log_storage
    found = getattr(storage, "_storage", storage)
    found = getattr(found, "event_log_storage", found)
    assert isinstance(found, KeptSqliteEventLog)
    return found


def _kind(entry: dg.EventLogEntry) -> str | None:
    return entry.dagster_event_type.value if entry.dagster_event_type else None
