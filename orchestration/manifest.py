"""dbt's manifest, made ahead of time: where it is, whether it is current, and how it is built.

Dagster reads the manifest when its definitions load; parsing dbt there would cost seconds at every start.
Running dbt models does not belong here.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from warehouse.errors import P20WError

STAMP = "manifest.sha256"
_IGNORED = {"target", "logs", "dbt_packages", "__pycache__"}


def project_dir() -> Path:
    """The dbt project's folder, in a checkout or in an installed wheel."""
    spec = importlib.util.find_spec("dbt_project")
    if spec is None or not spec.submodule_search_locations:
        raise P20WError("The dbt project is not installed.", "Run `make setup`.")
    return Path(next(iter(spec.submodule_search_locations)))


def manifest_path() -> Path:
    """The manifest that `make setup` builds and the wheel ships."""
    return project_dir() / "target" / "manifest.json"


def fingerprint() -> str:
    """SHA-256 over every source file of the dbt project: what the manifest was made from."""
    digest = hashlib.sha256()
    root = project_dir()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        relative = path.relative_to(root)
        if _IGNORED.isdisjoint(relative.parts) and relative.name != ".user.yml":
            digest.update(relative.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the manifest was built from the project as it is now."""
    stamp = manifest_path().with_name(STAMP)
    return manifest_path().exists() and stamp.exists() and stamp.read_text() == fingerprint()


def load_manifest() -> dict[str, Any]:
    """The manifest's content.

    Raises:
        P20WError: when it has not been built, or the project changed since.
    """
    if not is_current():
        raise P20WError(
            "The dbt manifest is missing or older than the dbt project.",
            "Run `make setup` (or `python -m orchestration.manifest`).",
        )
    content: dict[str, Any] = json.loads(manifest_path().read_text())
    return content


def build() -> Path:
    """Parse the dbt project and keep its manifest; no database is needed.

    Raises:
        P20WError: when dbt cannot parse the project; the message carries dbt's own words.
    """
    target = manifest_path().parent
    environment = {
        **os.environ,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_LOG_PATH": str(target),
        "DBT_TARGET_PATH": str(target),
    }
    command = [dbt_executable(), "--quiet", "parse", "--profiles-dir", ".", "--no-partial-parse"]
    result = subprocess.run(
        command, cwd=project_dir(), env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise P20WError("dbt could not parse the project: " + result.stdout.strip()[-2000:])
    manifest_path().with_name(STAMP).write_text(fingerprint())
    return manifest_path()


def dbt_executable(program: str = "dbt") -> str:
    """The dbt command of the environment this process runs in, whatever PATH says; or another program beside it."""
    beside = Path(sys.executable).with_name(program)
    return str(beside) if beside.exists() else program


if __name__ == "__main__":
    if not is_current():
        build()
    # make compares times: a current manifest must be newer than the files it was made from.
    manifest_path().touch()
