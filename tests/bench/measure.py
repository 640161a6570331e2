"""A measure and how it is kept: `{name: {value, unit, goal, better, command}}` in the home folder's bench.json."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        value: the figure, a ratio wherever two things are compared.
        unit: `ratio`, `exponent`, `seconds`, `points` or `percent`.
        goal: what it should reach; null where there is none.
        better: `higher` or `lower`.
        command: what prints it.
    """

    value: float
    unit: str
    goal: float | None
    better: str
    command: str = "make bench"

    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def keep(measures: dict[str, Measure], path: Path) -> None:
    """Write the measures, keeping those of other groups that an earlier run wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept.update({name: asdict(measure) for name, measure in measures.items()})
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


def best_seconds(action: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of several runs: what the machine can do when nothing disturbs it."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
