"""Which reader takes a file, and what every reader offers to the loader.

Belongs here: the readers' common shape. Must not come here: formats.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.delimited import DelimitedReader
from ingest.readers.fixed_width import FixedWidthReader


class Reader(Protocol):
    """A file that is ready for COPY."""

    @property
    def columns(self) -> list[str]:
        """Columns of the raw table, in the order in which the file holds them."""

    @property
    def first_line(self) -> int | None:
        """Line of the file on which the first row begins; None where the file has no lines."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Each column of the file with what its sender calls it, in the file's order."""

    @property
    def copy_options(self) -> sql.Composable:
        """Options of the COPY statement."""

    def chunks(self) -> Iterator[bytes]:
        """Yield what COPY takes, in chunks of a bounded size."""


def open_reader(path: Path, layout: Layout, version: str, name: str) -> Reader:
    """Return the reader for the format of this version; `name` is what messages call the file."""
    if layout.versions[version].format == "fixed_width":
        return FixedWidthReader(path, layout, version, name)
    return DelimitedReader(path, layout, version, name)
