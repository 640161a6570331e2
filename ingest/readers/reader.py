"""What every reader offers to the loader.

Belongs here: the readers' common shape. Must not come here: formats, and which reader takes a file.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from psycopg import sql


class Reader(ABC):
    """A file that is ready for COPY; `columns` are those of the raw table, in the order in which the file holds them."""

    columns: list[str]

    @property
    @abstractmethod
    def first_line(self) -> int | None:
        """Line of the file on which the first row begins; None where the file has no lines."""

    @property
    @abstractmethod
    def headers(self) -> list[tuple[str, str]]:
        """Each column of the file with what its sender calls it, in the file's order."""

    @property
    @abstractmethod
    def copy_options(self) -> sql.Composable:
        """Options of a COPY statement that takes all chunks."""

    @abstractmethod
    def chunks(self) -> Iterator[bytes] | Iterator[memoryview]:
        """Yield what COPY takes, in chunks of a bounded size."""

    def parts(self) -> Iterator[tuple[sql.Composable, Iterator[bytes | memoryview]]]:
        """Yield the same in parts, each with the options of its COPY statement; use up each in turn."""
        yield self.copy_options, iter(self.chunks())

    @property
    def is_trimmed(self) -> bool | None:
        """Whether no value in the chunks so far is an empty text, or begins or ends with a blank; None where nobody looks."""
        return None

    @property
    def plain_numbers(self) -> list[str] | None:
        """Number columns whose values in the chunks so far are digits alone, with at most a point; None where nobody looks."""
        return None
