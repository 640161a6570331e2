"""Suppression and attack of cubes of several sizes: seconds for a million cells, growth, and what is hidden."""

import math
import random
import resource
import time
from collections import defaultdict
from pathlib import Path

from governance.disclosure.cells import STATE, TOTAL, CellKey, Node
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import Cell
from governance.protection import Loss
from governance.release_cells import decide
from governance.release_source import Places, RegistryEntry, TrueCohort
from tests.bench.measure import Measure

# Districts of a cohort, how many cohorts of that size, and whether subgroups are crossed with districts.
SIZES = {"one_way": (60, 60, False), "crossed": (30, 16, True)}
# The same number of cells as cohorts of few and of many districts.
GROWTH = ((20, 36), (180, 4))
DIMENSIONS = {"sex": 3, "race": 7, **{f"status_{n}": 2 for n in range(8)}}
MILLION = 1_000_000


def measures(_: Path) -> dict[str, Measure]:
    """Suppress and attack cohorts by one thing and crossed on all cores, as a release of a million cells is.

    The second attack, on what stands in the database, finds the very same there and reads no more than that.
    """
    found = {name: _run(*size[:2], crosses=size[2]) for name, size in SIZES.items()}
    small, large = (_run(*size, crosses=False) for size in GROWTH)
    growth = 1 + math.log(_each(*large) / _each(*small)) / math.log(large[1].cells / small[1].cells * 9)
    whole = found["crossed"][1]
    return {
        **{
            f"release_seconds_for_a_million_{name}_cells": Measure(
                round(_each(*taken) * MILLION), "seconds", 600, "lower"
            )
            for name, taken in found.items()
        },
        # What a machine with nothing else to do needs is this, divided by its cores.
        **{
            f"release_core_seconds_for_a_million_{name}_cells": Measure(
                round(taken[2] / taken[1].cells * MILLION), "seconds", 1200, "lower"
            )
            for name, taken in found.items()
        },
        "release_growth_with_the_size_of_a_cohort": Measure(round(growth, 3), "exponent", 1.5, "lower"),
        "release_hidden_to_sensitive_cells": Measure(
            round(whole.hidden_cells / max(whole.sensitive_cells, 1), 3), "ratio", 1.5, "lower"
        ),
        # Rolling everything up shows the state's total alone: the learners of all other tables are lost.
        "release_hidden_learners_to_rolling_everything_up": Measure(
            round(whole.hidden_learners / whole.learners, 4), "ratio", 0.1, "lower"
        ),
    }


def _each(taken: float, loss: Loss, _: float) -> float:
    return taken / loss.cells


def _core_seconds() -> float:
    """What this process and those it started have calculated."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _run(districts: int, cohorts: int, *, crosses: bool) -> tuple[float, Loss, float]:
    policy = DisclosurePolicy.of_preset("synthetic_state")
    true, parents = [], {}
    for seed in range(cohorts):
        cells, above = synthetic_cohort(districts, seed)
        parents |= above
        true.append(
            TrueCohort(
                "BENCH", "1.0", str(seed), {k: c for k, c in cells.items() if crosses or k.within == STATE}
            )
        )
    registry = {("BENCH", "1.0"): RegistryEntry("BENCH", "1.0", "A rate", "percent", ())}
    started, before = time.perf_counter(), _core_seconds()
    decided = decide(true, registry, Places({}, parents), {}, lambda *_: (), policy, "A state", size=MILLION)
    return time.perf_counter() - started, decided.loss, _core_seconds() - before


def synthetic_cohort(districts: int, seed: int) -> tuple[dict[CellKey, Cell], dict[Node, Node]]:
    """A state's cohort: districts of every size with their schools, each subgroup within each district."""
    random_ = random.Random(seed)
    sums: dict[CellKey, list[int]] = defaultdict(lambda: [0, 0])
    parents = {}

    def add(key: CellKey, people: int, outcome: int) -> None:
        sums[key][0] += people
        sums[key][1] += outcome

    for number in range(districts):
        place = Node("district", f"{number:03}")
        people = int(random_.lognormvariate(5.5, 1.1)) + 20
        outcome = int(people * random_.uniform(0.6, 0.95))
        add(TOTAL, people, outcome)
        add(CellKey(STATE, place), people, outcome)
        for school, (n, y) in enumerate(_shares(random_, 1 + people // 400, people, outcome)):
            node = Node("school", f"{number:03}.{school}")
            parents[node] = place
            add(CellKey(STATE, node), n, y)
        for dimension, categories in DIMENSIONS.items():
            for category, (n, y) in enumerate(_shares(random_, categories, people, outcome)):
                add(CellKey(STATE, Node(dimension, str(category))), n, y)
                add(CellKey(place, Node(dimension, str(category))), n, y)
    return {key: Cell(*found) for key, found in sums.items()}, parents


def _shares(random_: random.Random, parts: int, people: int, outcome: int) -> list[tuple[int, int]]:
    """People and those with the outcome in uneven parts that add up."""
    weights = [random_.random() ** 3 for _ in range(parts)]
    whole, left, left_yes, found = sum(weights), people, outcome, []
    for weight in weights[:-1]:
        n = min(int(people * weight / whole), left)
        y = min(
            max(int(outcome * weight / whole * random_.uniform(0.8, 1.1)), left_yes - (left - n)), n, left_yes
        )
        found.append((n, y))
        left, left_yes = left - n, left_yes - y
    return [*found, (left, left_yes)]
