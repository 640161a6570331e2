"""Ways of spoiling a finished file, one function each.

A way gets the file, a data row and a column, and returns the row that is wrong (counted from 1, as the warehouse
counts), or None where the file as a whole is. Must not come here: which file is spoiled how (library).
"""

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ingest.catalogue import Layout


class OpenedFile:
    """A delivered file opened for spoiling; line 0 is its header."""

    def __init__(self, path: Path, layout: Layout, period: str) -> None:
        version = layout.version_for(period)
        declared = layout.versions[version]
        self.path, self.encoding = path, declared.encoding
        self.fixed_width = declared.format == "fixed_width"
        self.has_trailer = declared.trailer is not None
        self.delimiter = (declared.delimiter or ",").encode()
        self.lines = path.read_bytes().splitlines()
        self.columns = [column.name for column in layout.columns_in(version)]
        self.spans = {column.name: column.position_in(version) for column in layout.columns}
        self.content: bytes | None = None

    @property
    def rows(self) -> int:
        """Number of data rows."""
        return max(len(self.lines) - (2 if self.has_trailer else 1), 0)

    def cell(self, row: int, column: str) -> bytes:
        """Return the bytes of a cell."""
        if self.fixed_width:
            first, last = self._span(column)
            return self.lines[row][first:last]
        return self.lines[row].split(self.delimiter)[self.columns.index(column)]

    def put(self, row: int, column: str, value: bytes) -> None:
        """Change a cell; in a fixed-width record the value is cut or filled up with blanks."""
        if self.fixed_width:
            first, last = self._span(column)
            line = self.lines[row]
            self.lines[row] = line[:first] + value.ljust(last - first)[: last - first] + line[last:]
            return
        cells = self.lines[row].split(self.delimiter)
        cells[self.columns.index(column)] = value
        self.lines[row] = self.delimiter.join(cells)

    def filled(self, row: int, *columns: str) -> int:
        """Return the first row from this one on, and round, in which the columns hold something."""
        order = [*range(row, self.rows + 1), *range(1, row)]
        return next((place for place in order if all(self.cell(place, c).strip() for c in columns)), row)

    def save(self) -> None:
        """Write the file back."""
        self.path.write_bytes(b"\n".join(self.lines) + b"\n" if self.content is None else self.content)

    def _span(self, column: str) -> tuple[int, int]:
        span = self.spans[column]
        if span is None:
            raise ValueError(f"column {column} has no position")
        return span[0] - 1, span[1]


Spoil = Callable[[OpenedFile, int, str], int | None]


def writes(value: bytes, *, where: tuple[str, ...] = ()) -> Spoil:
    """Write a value into one cell, in a row in which the columns of `where` hold something."""

    def spoil(file: OpenedFile, row: int, column: str) -> int | None:
        row = file.filled(row, *where) if where else row
        file.put(row, column, value)
        return row

    return spoil


def writes_everywhere(value: bytes) -> Spoil:
    """Write a value into every row: an export with a column gone wrong."""

    def spoil(file: OpenedFile, row: int, column: str) -> int | None:
        for place in range(1, file.rows + 1):
            file.put(place, column, value)
        return None

    return spoil


def swaps(other: str) -> Spoil:
    """Exchange two cells of a row that hold different values."""

    def spoil(file: OpenedFile, row: int, column: str) -> int | None:
        order = [*range(row, file.rows + 1), *range(1, row)]
        row = next(
            p for p in order if b"" not in (a := (file.cell(p, column), file.cell(p, other))) and a[0] != a[1]
        )
        first, second = file.cell(row, column), file.cell(row, other)
        file.put(row, column, second)
        file.put(row, other, first)
        return row

    return spoil


def day_after(other: str) -> Spoil:
    """Write the day after another date of the row, both as YYYYMMDD."""

    def spoil(file: OpenedFile, row: int, column: str) -> int | None:
        row = file.filled(row, column, other)
        day = datetime.strptime(file.cell(row, other).decode(), "%Y%m%d") + timedelta(days=1)
        file.put(row, column, day.strftime("%Y%m%d").encode())
        return row

    return spoil


def repeat_row(file: OpenedFile, row: int, column: str) -> int | None:
    """Send one row twice."""
    file.lines.append(file.lines[row])
    return file.rows


def lose_leading_zeros(file: OpenedFile, row: int, column: str) -> int | None:
    """Send numbers as a spreadsheet saves them."""
    for place in range(1, file.rows + 1):
        file.put(place, column, file.cell(place, column).lstrip(b"0"))
    return None


def lose_rows(file: OpenedFile, row: int, column: str) -> int | None:
    """Send the first third only: an export that broke off at the end of a line."""
    file.lines = file.lines[: 1 + max(file.rows // 3, 1)]
    return None


def lose_all_rows(file: OpenedFile, row: int, column: str) -> int | None:
    """Send the header only."""
    file.lines = file.lines[:1]
    return None


def empty(file: OpenedFile, row: int, column: str) -> int | None:
    """Send a file of no byte."""
    file.content = b""
    return None


def wrong_byte(file: OpenedFile, row: int, column: str) -> int | None:
    """Send a letter in an encoding that was not agreed on."""
    file.put(row, column, b"Garc\xeda")
    return row


def nul_byte(file: OpenedFile, row: int, column: str) -> int | None:
    """Send a NUL, which no text of the database can hold."""
    file.put(row, column, b"A\x00B")
    return row


def sixteen_bits(file: OpenedFile, row: int, column: str) -> int | None:
    """Send the whole file in UTF-16, as some tools export "Unicode"."""
    file.content = (b"\n".join(file.lines) + b"\n").decode(file.encoding).encode("utf-16")
    return None


def open_quote(file: OpenedFile, row: int, column: str) -> int | None:
    """Begin a quotation that never ends."""
    file.put(row, column, b'"open')
    return row


def other_delimiter(file: OpenedFile, row: int, column: str) -> int | None:
    """Part the cells by another character."""
    file.lines = [line.replace(file.delimiter, b";") for line in file.lines]
    return None


def extra_column(file: OpenedFile, row: int, column: str) -> int | None:
    """Add a column that the layout does not know."""
    file.lines = [
        line + file.delimiter + (b"REMARK" if place == 0 else b"x") for place, line in enumerate(file.lines)
    ]
    return None


def drop_column(file: OpenedFile, row: int, column: str) -> int | None:
    """Leave a column out."""
    place = file.columns.index(column)
    cells = [line.split(file.delimiter) for line in file.lines]
    file.lines = [file.delimiter.join(line[:place] + line[place + 1 :]) for line in cells]
    return None


def repeat_header(file: OpenedFile, row: int, column: str) -> int | None:
    """Name a column twice and another not at all."""
    names = file.lines[0].split(file.delimiter)
    names[1] = names[0]
    file.lines[0] = file.delimiter.join(names)
    return None


def no_header(file: OpenedFile, row: int, column: str) -> int | None:
    """Begin with the first data row."""
    file.lines = file.lines[1:]
    return None


def extra_cell(file: OpenedFile, row: int, column: str) -> int | None:
    """Give one row a cell too many."""
    file.lines[row] += file.delimiter + b"x"
    return row


def missing_cell(file: OpenedFile, row: int, column: str) -> int | None:
    """Give one row a cell too few."""
    file.lines[row] = file.lines[row].rpartition(file.delimiter)[0]
    return row


def trailer_count(file: OpenedFile, row: int, column: str) -> int | None:
    """Let the trailer count records that are not there."""
    file.lines[-1] = b"F" + str(file.rows + 7).zfill(10).encode() + file.lines[-1][11:]
    return None


def record_count(file: OpenedFile, row: int, column: str) -> int | None:
    """Let the trailer of delimited records count records that are not there."""
    kind, count, *rest = file.lines[-1].split(file.delimiter)
    file.lines[-1] = file.delimiter.join([kind, str(int(count) + 7).encode(), *rest])
    return None


def trailer_total(file: OpenedFile, row: int, column: str) -> int | None:
    """Let the trailer give another total of wages."""
    file.lines[-1] = file.lines[-1][:40] + b"9" * 15 + file.lines[-1][55:]
    return None


def no_trailer(file: OpenedFile, row: int, column: str) -> int | None:
    """Leave the trailer out."""
    file.lines = file.lines[:-1]
    return None


def truncate(file: OpenedFile, row: int, column: str) -> int | None:
    """Break off in the middle of a record."""
    file.lines = [*file.lines[: 1 + file.rows * 2 // 3], file.lines[1][:100]]
    return None


def short_record(file: OpenedFile, row: int, column: str) -> int | None:
    """Take one character out of a record."""
    file.lines[row] = file.lines[row][:-1]
    return row


def broken_gzip(file: OpenedFile, row: int, column: str) -> int | None:
    """Compress the file and lose its end; the name gets the extension of a compressed file."""
    compressed = gzip.compress(b"\n".join(file.lines) + b"\n", mtime=0)
    file.path.unlink()
    file.path = file.path.with_name(file.path.name + ".gz")
    file.content = compressed[: len(compressed) * 2 // 3]
    return None
