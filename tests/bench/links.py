"""What real links change in every indicator and group, against the true ones: percentage points, or percent of an amount."""

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import Measure
from tests.integration.true_links import Remaining, compared
from warehouse.home import Home

_PROGRAM = str(Path(sys.executable).with_name("p20w"))
_LEARNERS, _UNITS = 2_000, 100
_COMMAND = "python -m tests.bench links"


def measures(folder: Path) -> dict[str, Measure]:
    """Build a demonstration, link a copy of it truly, and tell the difference of groups of a hundred units and more."""
    home = Home(folder / "home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("P20W_")}
    environment = kept | {"P20W_HOME": str(home.root)}

    def run(*command: str) -> None:
        subprocess.run([_PROGRAM, *command], env=environment, check=True, capture_output=True)

    try:
        run("demo", "--learners", str(_LEARNERS))
        return told(compared(home).remaining)
    finally:
        run("stop")


def told(remaining: list[Remaining]) -> dict[str, Measure]:
    """The changes by indicator and group, the whole state with its goal."""
    return {
        f"links_{one.indicator_code}_{one.subgroup_dimension}_{one.subgroup}": Measure(
            round(abs(one.change), 2),
            one.unit,
            {"points": 2.0, "percent": 3.0}[one.unit] if one.subgroup_dimension == "all" else None,
            "lower",
            _COMMAND,
        )
        for one in remaining
        if one.units >= _UNITS
    }
