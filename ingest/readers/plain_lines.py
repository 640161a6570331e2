"""The lines of a delimited file before the first one that has quotes or backslashes.

Belongs here: where that line begins. Must not come here: what COPY is told about either part.

Without these bytes CSV and PostgreSQL's own text format are the same, and PostgreSQL reads its own a tenth faster.
"""

from collections.abc import Iterator
from itertools import chain

_SPECIAL = (b'"', b"\\")


class PlainLines:
    """A stream of bytes in two parts, of which the second may be empty."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest: bytes | None = None

    def first(self) -> Iterator[bytes | memoryview]:
        """Yield whole lines as long as there are neither quotes nor backslashes; to be used up first."""
        held = b""
        for chunk in self._chunks:
            if any(byte in chunk for byte in _SPECIAL):
                self._rest = held + chunk
                return
            end = chunk.rfind(b"\n") + 1
            if not end:
                held += chunk
                continue
            if held:
                yield held
            yield memoryview(chunk)[:end]
            held = chunk[end:]
        if held:
            yield held

    def rest(self) -> Iterator[bytes] | None:
        """Return what follows, None where all lines were plain."""
        return None if self._rest is None else chain([self._rest], self._chunks)
