"""Dagster's own home under P20W_HOME: its settings, and the environment that points Dagster there."""

import os
from pathlib import Path

import yaml

from warehouse.home import Home

#: Where Dagster keeps its runs; without it, files under the home folder.
STORAGE_URL = "P20W_DAGSTER_DATABASE_URL"


def prepare(home: Home) -> Path:
    """Write Dagster's settings and point this process at them."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    (home.dagster / "dagster.yaml").write_text(yaml.safe_dump(settings(home), sort_keys=False))
    os.environ["DAGSTER_HOME"] = str(home.dagster.resolve())
    return home.dagster


def settings(home: Home) -> dict[str, object]:
    """Dagster's instance settings.

    A killed run is reaped after `max_runtime_seconds`: the default launcher has no health check. Its pool
    slots are freed as well, or the next run would wait for ever. Loads of one delivery exclude each other by
    an advisory lock in PostgreSQL, not by Dagster.
    """
    chosen: dict[str, object] = {
        "telemetry": {"enabled": False},
        # No invitation in front of the pages.
        "nux": {"enabled": False},
        "run_retries": {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False},
        "run_monitoring": {
            "enabled": True,
            "max_runtime_seconds": 6 * 60 * 60,
            "free_slots_after_run_end_seconds": 300,
        },
        "concurrency": {
            "runs": {"max_concurrent_runs": 2},
            "pools": {"default_limit": 1, "granularity": "run"},
        },
        "retention": {"schedule": {"purge_after_days": 90}, "sensor": {"purge_after_days": 30}},
    }
    if os.environ.get(STORAGE_URL):
        chosen["storage"] = {"postgres": {"postgres_url": {"env": STORAGE_URL}}}
    else:
        chosen["event_log_storage"] = {
            "module": "orchestration.event_log",
            "class": "KeptSqliteEventLog",
            # Where Dagster itself keeps it by default.
            "config": {"base_dir": str(home.dagster.resolve() / "history")},
        }
    return chosen
