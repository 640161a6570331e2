"""The wheel is whole: what `pip install` lays down starts without a checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOOK = """
from ingest.catalogue import load_catalogue
from orchestration.manifest import is_current, load_manifest, project_dir
from quality_checks.catalogue import rule_set
from warehouse.state import load_state
assert str(project_dir()).startswith({folder!r}), project_dir()
assert is_current() and load_manifest()["nodes"]
assert all(rule_set(key).rules for key in load_catalogue().layouts)
assert load_state().submitters
"""


def test_an_unpacked_wheel_has_its_layouts_rules_models_and_a_current_manifest(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
    look = [sys.executable, "-c", LOOK.format(folder=str(folder))]
    told = subprocess.run(look, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
