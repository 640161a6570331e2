"""XLSX workbooks of small submitters: one sheet, its first row the header, read row by row.

Belongs here: what a sheet may hold, and where it holds something else. Must not come here: the notation of values
(typed_text). A workbook is read once and never calculated; its size is limited, for cells are handled one by one.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.catalogue import Column
from ingest.readers.containers import MOST_RATIO
from ingest.readers.typed_text import (
    LONGEST_WHOLE,
    TypedReader,
    as_csv,
    not_a_date,
    number_text,
)
from warehouse.errors import P20WError

_MOST_BYTES = 128 << 20
_MOST_MEMBERS = 1000
_MOST_ROWS = 1 << 20
_BATCH = 2000
_ZEROS = re.compile(r"0+")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z0-9:]{1,20})"')
_VALUES = "Copy the sheet and paste it as values."


class WorkbookReader(TypedReader):
    """A workbook, matched with its layout and ready for COPY."""

    @property
    def first_line(self) -> int:
        """Row of the sheet with the first data."""
        return 2

    def read_header(self) -> list[str]:
        """Return the names of the file's columns."""
        return first_row(self.path, self.name)

    def lines(self) -> Iterator[bytes]:
        """Yield blocks of lines as COPY reads them."""
        import pyarrow as pa

        batch: list[list[str | None]] = []
        for row in self._rows():
            batch.append(row)
            if len(batch) == _BATCH:
                yield as_csv([pa.array(c, pa.string()) for c in zip(*batch, strict=True)], self.columns)
                batch = []
        if batch:
            yield as_csv([pa.array(c, pa.string()) for c in zip(*batch, strict=True)], self.columns)

    def _rows(self) -> Iterator[list[str | None]]:
        """Yield the rows behind the header, without blank ones at the end."""
        blank_since = 0
        for number, cells in _sheet_rows(self.path, self.name):
            if number == 1:
                continue
            row = [
                self._text(number, column, cell) for column, cell in zip(self.matched, cells, strict=False)
            ]
            if extra := [cell for cell in cells[len(self.matched) :] if cell.value not in (None, "")]:
                raise P20WError(
                    f"{self.name}, cell {extra[0].coordinate}: a value in a column without a header.",
                    "Remove it, or give its column a header of the layout.",
                )
            if not any(row):
                blank_since = blank_since or number
                continue
            if blank_since:
                raise P20WError(f"{self.name}, row {blank_since} is blank.", "Remove the row.")
            yield row + [None] * (len(self.matched) - len(row))

    def _text(self, number: int, column: Column, cell: Any) -> str | None:
        value = cell.value
        if value is None or value == "":
            return None
        where = f"{self.name}, cell {cell.coordinate}"
        _check_cell(cell, where)
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime.datetime | datetime.date):
            return self._day(column, value, where)
        if isinstance(value, int | float):
            return _number(cell, value, where)
        raise P20WError(f"{where}: a time of day in column {column.name}.", "Store the column as text.")

    def _day(self, column: Column, value: datetime.datetime | datetime.date, where: str) -> str:
        if column.type != "date":
            raise not_a_date(column, where)
        if isinstance(value, datetime.datetime) and value.time() != datetime.time():
            raise P20WError(f"{where}: a time of day in column {column.name}.", "Store the date alone.")
        return value.strftime(self.pattern)


def first_row(path: Path, name: str) -> list[str]:
    """Return the names in the first row of the only sheet."""
    for _, cells in _sheet_rows(path, name):
        names: list[str] = []
        for cell in cells:
            _check_cell(cell, f"{name}, cell {cell.coordinate}" if cell.value is not None else name)
            value = cell.value
            names.append(number_text(value) if isinstance(value, int | float) else str(value or "").strip())
        while names and not names[-1]:
            names.pop()
        if "" in names:
            raise P20WError(
                f"{name}, column {names.index('') + 1} of the header is blank.",
                "Give every column its name, and do not merge cells.",
            )
        if names:
            return names
        break
    raise P20WError(f"{name}, row 1 is blank.", "The first row must be the header.")


def _number(cell: Any, value: int | float, where: str) -> str:
    if abs(value) >= LONGEST_WHOLE:
        raise P20WError(
            f"{where}: a number of more than 15 digits, of which a workbook keeps 15.",
            "Store the column as text.",
        )
    text = number_text(value)
    # A format of zeros alone, such as 00000, is how spreadsheets show identifiers with leading zeros.
    zeros = cell.number_format or ""
    return text.zfill(len(zeros)) if _ZEROS.fullmatch(zeros) and text.isdigit() else text


def _check_cell(cell: Any, where: str) -> None:
    kind = getattr(cell, "data_type", None)
    if kind == "f":
        raise P20WError(f"{where} is a formula; its result is not known here.", _VALUES)
    if kind == "e":
        raise P20WError(f"{where} holds an error of the spreadsheet.", "Correct the cell.")


def _sheet_rows(path: Path, name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows of the only sheet with their numbers."""
    _check_size(path, name)
    with _workbook(path, name) as workbook:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        if len(sheets) != 1:
            raise P20WError(f"{name} has {len(sheets)} visible sheets.", "Keep the one that is delivered.")
        _check_merged(path, name, sheets[0])
        # What a sheet says about its own extent may be wrong.
        sheets[0].reset_dimensions()
        for number, cells in enumerate(sheets[0].iter_rows(), start=1):
            if number > _MOST_ROWS:
                raise P20WError(
                    f"{name} has more than {_MOST_ROWS:,} rows.", "Deliver it as text or Parquet."
                )
            yield number, cells


@contextmanager
def _workbook(path: Path, name: str) -> Iterator[Any]:
    from openpyxl import load_workbook

    workbook = None
    try:
        # Opened here, for the archive's file names have no extension.
        with path.open("rb") as file:
            workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            yield workbook
    except (P20WError, GeneratorExit):
        raise
    except Exception:
        # The library raises whatever its parsers raise; all of it means the same.
        raise P20WError(f"{name} is a damaged workbook.", "Save it again as XLSX and deliver it.") from None
    finally:
        if workbook is not None:
            workbook.close()


def _check_size(path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    most = min(_MOST_BYTES, MOST_RATIO * path.stat().st_size)
    if unpacked > most or len(members) > _MOST_MEMBERS:
        raise P20WError(
            f"{name} unpacks to more than {_MOST_BYTES >> 20} MiB, or more than {MOST_RATIO} times its size.",
            "Deliver it as text or Parquet.",
        )


def _check_merged(path: Path, name: str, sheet: Any) -> None:
    """Raise P20WError at merged cells: only the first of them holds what a person sees in all."""
    with zipfile.ZipFile(path) as archive:
        if sheet._worksheet_path not in archive.namelist():
            return
        with archive.open(sheet._worksheet_path) as file:
            tail = b""
            while chunk := file.read(1 << 20):
                found = _MERGED.search(tail + chunk)
                if found:
                    raise P20WError(
                        f"{name}, cells {found[1].decode()} are merged.", "Unmerge them and fill in each."
                    )
                tail = chunk[-200:]
