"""The asset graph loads with an empty environment, and changes to it are seen."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SNAPSHOT = Path(__file__).with_name("asset_keys.txt")
LIST_KEYS = """
from orchestration.definitions import defs
graph = defs().resolve_asset_graph()
for key in sorted(graph.get_all_asset_keys(), key=lambda k: k.path):
    parents = sorted("/".join(p.path) for p in graph.get(key).parent_keys)
    print("/".join(key.path), "<-", ", ".join(parents))
"""


def asset_graph() -> str:
    """Keys and parents, loaded by an interpreter with an empty environment."""
    result = subprocess.run(
        [sys.executable, "-c", LIST_KEYS], capture_output=True, text=True, env={}, check=False, cwd="/"
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_asset_graph_is_the_one_that_was_agreed() -> None:
    """After a wanted change: python -m tests.unit.orchestration.test_definitions"""
    assert asset_graph() == SNAPSHOT.read_text()


if __name__ == "__main__":
    SNAPSHOT.write_text(asset_graph())
