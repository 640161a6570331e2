"""Typed cells as the text that raw holds, by the same rules for every typed format.

Belongs here: the notation of dates, numbers and truth values, what readers of such files share. Must not come here:
opening files.

Dates are written in the date format of the form, whole numbers without a fraction, other numbers in their shortest
form without exponent, truth values as true and false. A date in a column that is no date is refused: a spreadsheet has
probably made it out of something else.
"""

from abc import abstractmethod
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import sql

from ingest.layout import Column, Layout
from ingest.layout_form import DateFormat
from ingest.readers.headers import HeadedReader, match_header
from ingest.readers.stream import read_ahead
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

COPY_OPTIONS = sql.SQL("format csv, encoding 'UTF8'")
PATTERNS: dict[DateFormat | None, str] = {
    "YYYYMMDD": "%Y%m%d",
    "YYYY-MM-DD": "%Y-%m-%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    None: "%Y-%m-%d",
}
# Beyond this a double no longer holds every whole number.
LONGEST_WHOLE = 10**15


class TypedReader(HeadedReader):
    """A file of typed cells, matched with its layout and ready for COPY as lines of text."""

    def __init__(self, path: Path, layout: Layout, version: str, name: str) -> None:
        self.path, self.name = path, name
        self.pattern = PATTERNS[layout.versions[version].date_format]
        self.header_names = self.read_header()
        self.matched = match_header(self.header_names, layout, version, name)
        self.columns = [column.name for column in self.matched]

    @property
    def first_line(self) -> int | None:
        """Line of the file on which the first row begins; None where rows stand on no lines."""
        return None

    @property
    def copy_options(self) -> sql.Composable:
        """Options of the COPY statement that takes the chunks."""
        return COPY_OPTIONS

    def chunks(self) -> Iterator[bytes]:
        """Yield the rows as lines of text."""
        return in_pieces(read_ahead(self.lines()))

    @abstractmethod
    def read_header(self) -> list[str]:
        """Return the names of the file's columns."""

    @abstractmethod
    def lines(self) -> Iterator[bytes]:
        """Yield blocks of lines as COPY reads them."""


def number_text(value: float) -> str:
    """Return a number without exponent and without a fraction of zeros."""
    if float(value).is_integer():
        return str(int(value))
    import numpy as np

    return str(np.format_float_positional(value, trim="-"))


def not_a_date(column: Column, where: str) -> P20WError:
    """Return what to say about a date where the layout has none."""
    return P20WError(
        f"{where}: a date in column {column.name}, which is of type {column.type}.",
        "Store the column as text, with the values as the agency knows them.",
    )


def as_csv(
    arrays: list["pa.Array"], names: list[str], delimiter: str = ",", *, is_plain: bool = False
) -> bytes:
    """Return columns of text as lines for COPY, with nulls as nothing and every value in quotes.

    Values that are known to hold neither the delimiter nor quotes nor line ends are plain: they need no quotes, which
    PostgreSQL reads faster.
    """
    import pyarrow as pa
    from pyarrow import csv

    sink = BytesIO()
    csv.write_csv(
        pa.table(arrays, names=names),
        sink,
        csv.WriteOptions(
            include_header=False, delimiter=delimiter, quoting_style="none" if is_plain else "needed"
        ),
    )
    return sink.getvalue()


def in_pieces(lines: Iterator[bytes], size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the same bytes in pieces of a bounded size."""
    for block in lines:
        for start in range(0, len(block), size):
            yield block[start : start + size]
