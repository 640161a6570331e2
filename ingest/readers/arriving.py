"""A delivered file that a reader is given: one that lies there, or one whose bytes are still on their way.

Belongs here: what both have in common. Must not come here: what the bytes mean, where they come from.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Arriving(Protocol):
    """A file that may still grow: whoever reads it waits for what is to come."""

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the content in pieces of at most this size, as it comes."""

    def whole(self) -> Path:
        """Return where the file lies, once its last byte is there."""


def bytes_of(file: Path | Arriving, size: int) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of at most this size."""
    if not isinstance(file, Path):
        yield from file.chunks(size)
        return
    with file.open("rb", buffering=0) as opened:
        while chunk := opened.read(size):
            yield chunk


def whole(file: Path | Arriving) -> Path:
    """Return the path of a file that has arrived; wait for one that has not."""
    return file if isinstance(file, Path) else file.whole()
