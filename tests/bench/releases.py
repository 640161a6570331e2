"""Suppression and attack of cubes of several sizes: seconds for a million cells, growth, and what is hidden."""

import math
import random
import time
from collections import defaultdict
from pathlib import Path

from governance.disclosure.cells import STATE, TOTAL, CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import Cell
from governance.release_cells import NO_HISTORY, Loss, protect
from tests.bench.measure import Measure

# Districts of a cohort, and how many cohorts of that size.
SIZES = (20, 60, 180)
COHORTS = (36, 12, 4)
CROSSED = (10, 2)
DIMENSIONS = {"sex": 3, "race": 7, **{f"status_{n}": 2 for n in range(8)}}
MILLION = 1_000_000


def measures(_: Path) -> dict[str, Measure]:
    """Suppress and attack the same number of cells as cohorts of few and of many districts, and a few crosses."""
    found = [_run(*size, crosses=False) for size in zip(SIZES, COHORTS, strict=True)]
    seconds = [taken / loss.cells for taken, loss in found]
    middle = found[1][1]
    crossed, crossed_loss = _run(*CROSSED, crosses=True)
    growth = 1 + math.log(seconds[2] / seconds[0]) / math.log(found[2][1].cells / found[0][1].cells * 9)
    return {
        "release_seconds_for_a_million_cells": Measure(round(seconds[1] * MILLION), "seconds", 600, "lower"),
        "release_seconds_for_a_million_crossed_cells": Measure(
            round(crossed / crossed_loss.cells * MILLION), "seconds", None, "lower"
        ),
        "release_growth_with_the_size_of_a_cohort": Measure(round(growth, 3), "exponent", 1.5, "lower"),
        "release_hidden_to_sensitive_cells": Measure(
            round(middle.hidden_cells / max(middle.sensitive_cells, 1), 3), "ratio", 1.5, "lower"
        ),
        # Rolling everything up shows the state's total alone: the learners of all other tables are lost.
        "release_hidden_learners_to_rolling_everything_up": Measure(
            round(middle.hidden_learners / middle.learners, 4), "ratio", 0.1, "lower"
        ),
    }


def _run(districts: int, cohorts: int, *, crosses: bool) -> tuple[float, Loss]:
    policy = DisclosurePolicy.of_preset("synthetic_state")
    loss, taken = Loss(), 0.0
    for seed in range(cohorts):
        cells, parents = synthetic_cohort(districts, seed)
        chosen = {key: cell for key, cell in cells.items() if crosses or key.within == STATE}
        started = time.perf_counter()
        loss.add(protect(complete(chosen, parents), "percent", policy, NO_HISTORY).loss)
        taken += time.perf_counter() - started
    return taken, loss


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
