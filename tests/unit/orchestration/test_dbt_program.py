"""`p20w-dbt` answers as dbt does, without a parse where the parsed project serves."""

import os
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from orchestration.dbt_program import PARSED, serves
from orchestration.manifest import dbt_executable, load_manifest, manifest_path, project_dir

pytestmark = pytest.mark.slow


def _run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [dbt_executable("p20w-dbt"), *arguments],
        cwd=project_dir(),
        env=os.environ | {"DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_parsed_project_serves_a_database_of_its_name_and_no_other() -> None:
    assert manifest_path().with_name(PARSED).exists()
    assert serves("p20w")
    assert not serves("state_warehouse")


def test_the_version_is_the_one_of_dbt(tmp_path: Path) -> None:
    assert metadata.version("dbt-core") in _run(tmp_path, "--version").stdout


def test_it_lists_every_model_without_parsing(tmp_path: Path) -> None:
    told = _run(tmp_path, "--quiet", "ls", "--resource-type", "model", "--profiles-dir", ".")
    assert told.returncode == 0, told.stdout
    models = [n for n in load_manifest()["nodes"].values() if n["resource_type"] == "model"]
    assert sorted(told.stdout.split()) == sorted(".".join(node["fqn"]) for node in models)
    assert not (tmp_path / PARSED).exists()


def test_a_command_that_dbt_refuses_fails(tmp_path: Path) -> None:
    assert _run(tmp_path, "build", "--no-such-option").returncode == 2
