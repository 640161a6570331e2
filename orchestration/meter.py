"""Time and memory of each step, and the progress that a person sees.

The pipeline's steps report here; drawing belongs to `progress`.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

_INTERVAL_SECONDS = 0.25
# To list the children, every process of the machine is looked at.
_LISTED_EVERY = 8
_MEBIBYTE = 1024 * 1024


@dataclass
class Step:
    """One step's cost.

    Attributes:
        name: the asset or phase, as the asset graph names it.
        seconds: wall-clock time.
        peak_mb: most memory held at once by this process and its children, in MiB; database servers are not counted.
    """

    name: str
    seconds: float = 0.0
    peak_mb: float = 0.0


@dataclass
class Meter:
    """Collects the cost of steps; `on_start` and `on_end` let a display follow along."""

    steps: list[Step] = field(default_factory=list)
    on_start: Callable[[str], None] = lambda name: None
    on_end: Callable[[Step], None] = lambda step: None

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Measure the block and keep its cost, also when it fails."""
        step = Step(name)
        self.on_start(name)
        started = time.perf_counter()
        stop = threading.Event()
        sampler = threading.Thread(target=_sample, args=(step, stop), daemon=True)
        sampler.start()
        try:
            yield step
        finally:
            stop.set()
            sampler.join()
            step.seconds = round(time.perf_counter() - started, 3)
            self.steps.append(step)
            self.on_end(step)


def _sample(step: Step, stop: threading.Event) -> None:
    """Keep the largest memory seen until told to stop; at least one sample is taken."""
    import psutil

    this = psutil.Process()
    for count in itertools.count():
        if count % _LISTED_EVERY == 0:
            children = this.children(recursive=True)
        step.peak_mb = max(step.peak_mb, round(_memory_mb(this, children), 1))
        if stop.wait(_INTERVAL_SECONDS):
            return


def _memory_mb(this: psutil.Process, children: Sequence[psutil.Process]) -> float:
    """Resident memory of this process and its children but database servers, in MiB."""
    import psutil

    total = this.memory_info().rss
    for child in children:
        try:
            if child.name() != "postgres":
                total += child.memory_info().rss
        except psutil.Error:  # the child ended between the listing and the reading
            continue
    return float(total) / _MEBIBYTE


#: The meter that assets report to when nobody watches (Dagster's own pages measure for themselves).
current = Meter()


@contextmanager
def watched(meter: Meter) -> Iterator[Meter]:
    """Send the steps of every asset run in this process to `meter` for as long as the block lasts."""
    global current
    previous, current = current, meter
    try:
        yield meter
    finally:
        current = previous
