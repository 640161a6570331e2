"""One small synthetic state for all tests of its files and its truth."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.synthetic import SyntheticSummary, write_state


@dataclass(frozen=True)
class Written:
    root: Path
    summary: SyntheticSummary

    def files(self, pattern: str) -> list[Path]:
        return sorted((self.root / "incoming").glob(f"*/{pattern}"))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("state")
    return Written(root, write_state(root, learners=400, seed=7))
