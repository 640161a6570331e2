"""dbt on a test's database, in this process: a start of its own takes as long as a small build; `test_dbt_program` tries it."""

import io
from contextlib import redirect_stdout

import pytest

from orchestration.dbt_program import parsed
from orchestration.manifest import project_dir
from warehouse.connection import Warehouse


def dbt(warehouse: Warehouse, *arguments: str) -> str:
    """Run dbt; its own words are the message where it fails."""
    success, told = dbt_tried(warehouse, *arguments)
    assert success, told[-6000:]
    return told


def dbt_tried(warehouse: Warehouse, *arguments: str) -> tuple[bool, str]:
    """Run dbt; whether it succeeded, and what it said."""
    from dbt.cli.main import dbtRunner

    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        for name, value in warehouse.dbt_environment().items():
            patch.setenv(name, value)
        patch.chdir(project_dir())
        result = dbtRunner(manifest=parsed()).invoke([*arguments, "--profiles-dir", "."])
    return result.success, f"{said.getvalue()}{result.exception or ''}"
