"""The progress that a person sees while steps run: the step's name, then its time.

On a terminal the running step is shown live; in a log each finished step is a line.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from orchestration.meter import Meter, Step, watched


@contextmanager
def shown() -> Iterator[Meter]:
    """A meter whose steps appear on standard error as they begin and end."""
    console = Console(stderr=True, highlight=False)
    status = console.status("Starting")
    meter = Meter(
        on_start=lambda name: status.update(f"{name} …"),
        on_end=lambda step: console.print(_line(step)),
    )
    if not console.is_terminal:
        meter.on_start = lambda name: None
        with watched(meter):
            yield meter
        return
    with status, watched(meter):
        yield meter


def _line(step: Step) -> str:
    return f"{step.seconds:8.1f} s  {step.peak_mb:7,.0f} MB  {step.name}"
