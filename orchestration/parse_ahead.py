"""dbt's parse, done while files are still being loaded.

The project that `make setup` parsed serves a database of the usual name (`dbt_program`). For any other, and where the
distribution was installed from a wheel, the first dbt step would wait for a parse of its own.
"""

import os
import shutil
import subprocess
from pathlib import Path

from orchestration.dbt_program import PARSED, serves
from orchestration.manifest import dbt_executable, fingerprint, project_dir
from warehouse.connection import Warehouse

_running: dict[Path, "subprocess.Popen[bytes]"] = {}


def begin(warehouse: Warehouse) -> None:
    """Start parsing for this warehouse in a process of its own, unless the parsed project is there and current."""
    if serves(warehouse.settings()["dbname"]):
        return
    target = _target(warehouse)
    stamp = target / "parsed.sha256"
    if target in _running or (_current(stamp) and (target / PARSED).exists()):
        return
    target.mkdir(parents=True, exist_ok=True)
    command = [dbt_executable(), "--quiet", "parse", "--profiles-dir", "."]
    _running[target] = subprocess.Popen(
        command,
        cwd=project_dir(),
        env={**os.environ, **warehouse.dbt_environment(), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stamp.write_text(fingerprint())


def wait(warehouse: Warehouse) -> None:
    """Wait for the parse that `begin` started, if any; when it failed, the dbt step parses and tells why."""
    running = _running.pop(_target(warehouse), None)
    if running is not None:
        running.wait()


def keep(made_by: Path, warehouse: Warehouse) -> None:
    """Leave what a dbt step parsed for the next one, and remove the step's own artefacts."""
    if (made_by / PARSED).exists():
        shutil.copy(made_by / PARSED, _target(warehouse) / PARSED)
    shutil.rmtree(made_by, ignore_errors=True)


def _current(stamp: Path) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint()


def _target(warehouse: Warehouse) -> Path:
    return Path(warehouse.dbt_environment()["DBT_TARGET_PATH"])
