"""The files that the synthetic agencies send: named, encoded and laid out as the catalogue says.

Belongs here: turning columns into lines of a delimited file. Must not come here: what any column holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ingest.catalogue import Catalogue, Column, Layout
from ingest.layout_form import LayoutVersion
from ingest.synthetic.arrays import Array
from ingest.synthetic.calendars import format_days
from warehouse.state import State


@dataclass(frozen=True)
class Coded:
    """A coded column: positions in a tuple of standard codes, -1 for none."""

    positions: Array
    codes: tuple[str, ...]


# A text column, a coded column, or whole numbers and days.
Value: TypeAlias = pa.Array | Coded | Array


class Outbox:
    """Files under incoming/<submitter>/, each made when its first rows come and appended to after that."""

    def __init__(self, root: Path, catalogue: Catalogue, state: State) -> None:
        self.root, self.catalogue = root, catalogue
        self.rows: dict[Path, int] = {}
        self._forms: dict[Path, LayoutVersion] = {}
        self._local = {
            (name, code_set): [
                (first, last, {standard: local for local, standard in mapping.items()})
                for first, last, mapping in submitter.code_map(code_set)
            ]
            for name, submitter in state.submitters.items()
            for code_set in submitter.code_maps
        }

    def path(self, layout: Layout, submitter: str, period: str) -> Path:
        """Return where this file lies."""
        extension = layout.versions[layout.version_for(period)].extension
        name = f"{layout.source}__{layout.file_type}__{submitter}__{period}.{extension}"
        return self.root / "incoming" / submitter / name

    def write(
        self, layout_key: str, submitter: str, period: str, columns: dict[str, Value], *, spelling: int = 0,
        quoting: str = "none",
    ) -> None:  # fmt: skip
        """Append rows to a delimited file; a column of the layout that is not given stays blank."""
        layout = self.catalogue.layouts[layout_key]
        if unknown := columns.keys() - layout.columns_by_name.keys():
            raise ValueError(f"{layout_key} has no column {min(unknown)}")
        version = layout.version_for(period)
        declared = layout.columns_in(version)
        count = next(_length(value) for value in columns.values())
        if not count:
            return
        date_format = layout.versions[version].date_format or "YYYYMMDD"
        year = layout.period_year(period)
        form = layout.versions[version]
        arrays = [
            self._text(column, columns.get(column.name), submitter, year, date_format, count)
            for column in declared
        ]
        path, delimiter = self.path(layout, submitter, period), form.delimiter or ","
        if form.format == "delimited_records":
            headers = [form.header.record_type if form.header else "", period]
            arrays = _records(
                form, {column.field_in(version): a for column, a in zip(declared, arrays, strict=True)}
            )
            self._forms[path] = form
        else:
            headers = [_header(column, version, spelling) for column in declared]
        lines = _lines(
            pa.table(arrays, names=list(map(str, range(len(arrays))))), delimiter, quoting, form.encoding
        )
        head = (delimiter.join(headers) + "\n").encode(form.encoding)
        self.append(path, head, lines, count)

    def finish(self) -> None:
        """Add the trailer of every file of delimited records: how many records it holds, itself among them."""
        for path, form in self._forms.items():
            if form.trailer:
                count = self.rows[path] + 2 * form.trailer.counts_all
                trailer = (form.delimiter or ",").join([form.trailer.record_type, str(count)])
                self.append(path, b"", f"{trailer}\n".encode(form.encoding), 0)

    def append(self, path: Path, head: bytes, body: bytes, count: int) -> None:
        """Append bytes to a file, after its head when the file is new; count is the number of rows in them."""
        is_new = path not in self.rows
        if is_new:
            path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb" if is_new else "ab") as file:
            if is_new:
                file.write(head)
            file.write(body)
        self.rows[path] = self.rows.get(path, 0) + count

    def _text(
        self, column: Column, value: Value | None, submitter: str, year: int, date_format: str, count: int
    ) -> pa.Array:
        if value is None:
            return pa.nulls(count, pa.string())
        if isinstance(value, Coded):
            maps = self._local.get((submitter, column.code_set or ""), [])
            local = next((codes for first, last, codes in maps if first <= year <= last), None)
            words = [local[code] if local else code for code in value.codes]
            return pa.array(words).take(pa.array(value.positions, mask=np.asarray(value.positions) < 0))
        if isinstance(value, np.ndarray):
            if column.type == "date":
                return format_days(value, date_format)
            return pa.array(value).cast(pa.string())
        return value


def _length(value: Value) -> int:
    return len(value.positions) if isinstance(value, Coded) else len(value)


def _header(column: Column, version: str, spelling: int) -> str:
    spellings = column.headers_for(version)
    return spellings[min(spelling, len(spellings) - 1)]


def _records(form: LayoutVersion, by_field: Mapping[int | None, pa.Array]) -> list[pa.Array]:
    """Return all values of the data records: the type, the columns at their numbers, blanks for the others."""
    count = len(next(iter(by_field.values())))
    kinds = pa.array([form.record_type]).take(pa.array(np.zeros(count, dtype=np.int32)))
    blank = pa.nulls(count, pa.string())
    return [kinds, *(by_field.get(number, blank) for number in range(2, (form.field_count or 1) + 1))]


def _lines(table: pa.Table, delimiter: str, quoting: str, encoding: str) -> bytes:
    sink = BytesIO()
    options = pa_csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style=quoting)
    pa_csv.write_csv(table, sink, options)
    lines = sink.getvalue()
    return lines if encoding == "utf-8" else lines.decode("utf-8").encode(encoding)
