"""The names by which a state's file may speak of indicators and their parameters, read from the dbt project.

What the parameters mean stands in the project's seed; what a state chose is `warehouse.parameters`.
"""

import csv

from orchestration.manifest import load_manifest, project_dir
from warehouse.parameters import TARGET, refuse_unknown
from warehouse.state import State, state_file


def known_names() -> dict[str, set[str]]:
    """Every indicator and every set of parameters -> what a state may set in it."""
    found: dict[str, set[str]] = {}
    with (project_dir() / "seeds" / "indicator_parameter_default.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["indicator_code"], set()).add(row["parameter"])
    for node in load_manifest()["nodes"].values():
        described = node["config"].get("meta", {}).get("indicator")
        if described:
            found.setdefault(described["code"], set()).add(TARGET)
    return found


def check_names(state: State) -> None:
    """Refuse a state whose file names an indicator or a parameter that there is not."""
    if state.indicators:
        refuse_unknown(state, state_file(), known_names())
