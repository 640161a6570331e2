"""`python -m tests.bench [GROUP ...]`: run the measures, all or those of some groups, print them, keep them in bench.json."""

import sys
import tempfile
from pathlib import Path

from tests.bench import (
    builds,
    growth,
    increments,
    judged_loads,
    layout_loads,
    linkage_growth,
    linkage_step,
    links,
    load_memory,
    loading,
    releases,
    rules,
)
from tests.bench.measure import Measure, keep
from warehouse.home import Home

GROUPS = {
    "load": loading.measures,
    "layouts": layout_loads.measures,
    "judged": judged_loads.measures,
    "memory": load_memory.measures,
    "rules": rules.measures,
    "linkage": linkage_step.measures,
    "population": linkage_growth.measures,
    "links": links.measures,
    "increments": increments.measures,
    "releases": releases.measures,
    "builds": builds.measures,
    "growth": growth.measures,
}


def main(chosen: list[str]) -> None:
    home = Home.from_environment()
    for name in chosen or list(GROUPS):
        with tempfile.TemporaryDirectory(prefix="p20w-bench-") as folder:
            measures = GROUPS[name](Path(folder))
        keep(measures, home.root / "bench.json")
        for key, measure in measures.items():
            print(line(key, measure), flush=True)


def line(name: str, measure: Measure) -> str:
    goal = (
        ""
        if measure.goal is None
        else f"   goal {'≥' if measure.better == 'higher' else '≤'} {measure.goal:g}"
    )
    missed = "   MISSED" if measure.met() is False else ""
    return f"{name:<52} {measure.value:10.3f} {measure.unit}{goal}{missed}"


if __name__ == "__main__":
    main(sys.argv[1:])
