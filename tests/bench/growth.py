"""The whole demonstration at two sizes: seconds per step, and how they grow with the number of learners."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import Measure
from warehouse.home import Home
from warehouse.server import EmbeddedServer

SMALL, LARGE = 2_000, 16_000


def measures(folder: Path) -> dict[str, Measure]:
    small, large = (steps(folder / str(learners), learners) for learners in (SMALL, LARGE))
    found: dict[str, Measure] = {}
    for name, seconds in large.items():
        key = name.replace("/", "_").replace(" ", "_").replace("'", "")
        found[f"step_seconds_{LARGE}_{key}"] = Measure(round(seconds, 2), "seconds", None, "lower")
        # Below a second the start of things outweighs the work, and an exponent says nothing.
        if seconds >= 1.0 and small.get(name, 0) > 0:
            found[f"step_growth_{key}"] = Measure(exponent(small[name], seconds), "exponent", 1.2, "lower")
    found["pipeline_growth"] = Measure(
        exponent(sum(small.values()), sum(large.values())), "exponent", 1.2, "lower"
    )
    return found


def steps(home: Path, learners: int) -> dict[str, float]:
    """Seconds of each step of a demonstration in a home of its own."""
    environment = {**os.environ, "P20W_HOME": str(home)}
    environment.pop("P20W_DATABASE_URL", None)
    program = str(Path(sys.executable).with_name("p20w"))
    try:
        subprocess.run(
            [program, "demo", "--learners", str(learners)], env=environment, check=True, capture_output=True
        )
    finally:
        EmbeddedServer(Home(home)).remove()
    return {step["name"]: step["seconds"] for step in json.loads((home / "demo.json").read_text())["steps"]}


def exponent(small_seconds: float, large_seconds: float) -> float:
    """1 is linear; 2 is every pair with every pair."""
    return round(math.log(large_seconds / small_seconds) / math.log(LARGE / SMALL), 3)
