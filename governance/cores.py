"""Spreads work on independent things over the machine's cores. Knows nothing of what the work is."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

_THREADS = "OPENBLAS_NUM_THREADS"
# Things handed to a process at once.
_CHUNK = 4


def each(work: Callable[[Thing], Result], things: Sequence[Thing], *, spread: bool) -> Iterator[Result]:
    """The results in the order of the things.

    Args:
        work: what is done with each; a function that another process can import.
        things: what it is done with.
        spread: whether there is so much of it that starting processes pays.
    """
    cores = _cores()
    if not spread or cores < 2 or not _may_start_processes():
        yield from map(work, things)
        return
    from concurrent.futures import ProcessPoolExecutor

    with _one_thread_each():
        # Started anew and not copied: this process may hold connections and threads.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(cores, mp_context=context) as pool:
            yield from pool.map(work, things, chunksize=_CHUNK)


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_start_processes() -> bool:
    """A started process reads the file of the program again: a daemon may start none, typed-in programs have no file."""
    program = getattr(sys.modules.get("__main__"), "__file__", None)
    return not multiprocessing.current_process().daemon and (program is None or Path(program).exists())


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started meanwhile calculate with one thread, since there is one of them for each core."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
