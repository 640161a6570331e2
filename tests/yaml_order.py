"""Order in YAML, so that nobody debates it and merges stay small.

Models, seeds and sources of one dbt file stand in alphabetical order; columns stand in the order of the table.
`python -m tests.yaml_order` lists what is out of order and exits with 1.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.yaml_lines import read_yaml

ROOT = Path(__file__).parents[1]
SORTED = ("models", "seeds", "sources", "exposures", "groups")


def out_of_order(root: Path = ROOT) -> Iterator[str]:
    for path in sorted((root / "dbt_project").rglob("*.yml")):
        if "target" in path.parts:
            continue
        content: dict[str, Any] = read_yaml(path.read_text()) or {}
        for key in SORTED:
            entries = content.get(key)
            names = [entry["name"] for entry in entries] if isinstance(entries, list) else []
            if names != sorted(names):
                yield f"{path.relative_to(root)}: {key} are not in alphabetical order"


if __name__ == "__main__":
    wrong = list(out_of_order())
    print("\n".join(wrong))
    sys.exit(bool(wrong))
