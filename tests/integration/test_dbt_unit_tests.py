"""The golden cases of the models, which dbt runs on an empty warehouse."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from ingest.sync import sync_catalogue
from orchestration.manifest import dbt_executable, project_dir
from warehouse.connection import Warehouse
from warehouse.state import load_state

INDICATORS = sorted((project_dir() / "models" / "indicators").rglob("ind_*.sql"))


def dbt(warehouse: Warehouse, *arguments: str) -> str:
    """Run dbt on the test's database; its own words are the message where it fails."""
    command, *rest = arguments
    result = subprocess.run(
        [dbt_executable("p20w-dbt"), command, "--profiles-dir", ".", *rest],
        cwd=project_dir(),
        env=os.environ | warehouse.dbt_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:]
    return result.stdout


@pytest.fixture(scope="module")
def warehouse(usual_warehouse: Warehouse) -> Warehouse:
    return usual_warehouse


def test_an_empty_warehouse_builds_and_every_golden_case_holds(warehouse: Warehouse) -> None:
    sync_catalogue(warehouse, load_state())

    dbt(warehouse, "build", "--exclude-resource-type", "unit_test")
    told = dbt(warehouse, "test", "--select", "test_type:unit")

    assert "ERROR=0" in told
    assert warehouse.fetch_value("select count(*) from indicators.registry where is_computed") == len(
        INDICATORS
    )
    assert warehouse.fetch_value("select count(*) from indicators.cube") == 0
    # What the analysts' guide shows can be run as it stands.
    guide = (Path(__file__).parents[2] / "docs" / "warehouse-model.md").read_text()
    examples = re.findall(r"```sql\n(.*?)```", guide, flags=re.DOTALL)
    assert len(examples) >= 5
    for example in examples:
        warehouse.fetch_all(example.rstrip().rstrip(";"))
    # A parameter's value in force is told with the indicator.
    parameters = "select parameters from indicators.registry where indicator_code = 'PERKINS_3S1'"
    assert "min_courses = 2" in warehouse.fetch_value(parameters)
