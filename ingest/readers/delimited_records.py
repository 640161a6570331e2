"""Delimited records: lines told apart by their first value, the columns by number; Arrow parses, block by block.

Belongs here: record types, numbers of values, the trailer. Must not come here: files with a line of names (delimited).
A record is one line: a line end within quotes is refused. A value is null where nothing stands, quoted or not.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.arriving import Arriving
from ingest.readers.edges import EdgeWatch
from ingest.readers.implied_decimals import written_out
from ingest.readers.reader import Reader
from ingest.readers.stream import read_ahead, read_chunks
from ingest.readers.trailer import Held, check_counts, stated_number, without_trailer
from ingest.readers.typed_text import COPY_OPTIONS, as_csv, in_pieces
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

_RESEND = "Correct the file at its source and deliver it again; nothing of it was loaded."
_BYTE_ORDER_MARK = "\ufeff"
# An amount that can be added up exactly; others are counted as unreadable.
_AMOUNT = r"^ *[-+]?[0-9]{1,24}(\.[0-9]{1,6})? *$"


class DelimitedRecordsReader(Reader):
    """A file of delimited records with its layout, ready for COPY."""

    def __init__(self, file: Path | Arriving, layout: Layout, version: str, name: str) -> None:
        self.file, self.name = file, name
        self.declared = layout.versions[version]
        self.delimiter = self.declared.delimiter or ","
        numbered = sorted((column.field_in(version) or 0, column) for column in layout.columns_in(version))
        self.columns = [column.name for _, column in numbered]
        self._fields = [number for number, _ in numbered]
        self._is_amount = [
            column.type == "decimal" and self.declared.implied_decimals > 0 for _, column in numbered
        ]
        self._edges = EdgeWatch(",")
        self._line = self._blank_line = self._trailer_line = 0
        self._data_count = self._other_count = self._unreadable_count = 0
        self._trailer: list[str] = []
        self._total: Any = 0

    @property
    def first_line(self) -> int | None:
        """Line of the file with the first data record; None when other records stand between, so that lines cannot be counted."""
        if self._other_count:
            return None
        return 2 if self.declared.header else 1

    @property
    def is_trimmed(self) -> bool:
        """Whether no value in the chunks so far begins or ends with a blank."""
        return self._edges.is_trimmed

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Each column of the record with its number, for such a file has no line of names."""
        return [
            (name, f"{name} (field {number})")
            for name, number in zip(self.columns, self._fields, strict=True)
        ]

    @property
    def copy_options(self) -> sql.Composable:
        """Options of the COPY statement that takes the chunks."""
        return COPY_OPTIONS

    def chunks(self) -> Iterator[bytes]:
        """Yield the data records as lines of text; raise P20WError at the first wrong record."""
        return in_pieces(read_ahead(self._blocks()))

    def _blocks(self) -> Iterator[bytes]:
        for piece in _whole_lines(self.file, self.name):
            first = self._line + 1
            lines = self._lines(piece)
            data = self._data_lines(lines, first)
            if len(data):
                block = as_csv(self._values(data, lines, first), self.columns)
                self._edges.pass_by(block)
                yield block
        if not self._line:
            raise P20WError(f"{self.name} is empty.", "Deliver the file again.")
        self._check_trailer()

    def _lines(self, piece: bytes) -> "pa.Array":
        """Return the lines of a piece as text without their ends."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if (nul := piece.find(b"\0")) >= 0:
            raise self._fault(
                self._line + 1 + piece.count(b"\n", 0, nul), "a NUL byte, which text cannot hold"
            )
        try:
            text = piece.decode(self.declared.encoding)
        except UnicodeDecodeError as error:
            line = self._line + 1 + piece.count(b"\n", 0, error.start)
            raise self._fault(line, f"bytes that are not {self.declared.encoding}") from None
        if not self._line:
            text = text.removeprefix(_BYTE_ORDER_MARK)
        lines = pc.split_pattern(pa.array([text.removesuffix("\n")], pa.string()), "\n").flatten()
        if "\r" in text:
            lines = pc.replace_substring_regex(lines, "\r$", "")
            self._refuse(pc.match_substring(lines, "\r"), self._line + 1, "a carriage return inside a record")
        self._line += len(lines)
        return lines

    def _data_lines(self, lines: "pa.Array", first: int) -> "pa.Array":
        """Return the places of the data records among the lines; raise P20WError at a line that belongs nowhere."""
        import pyarrow.compute as pc

        declared = self.declared
        is_data = self._has_type(lines, declared.record_type or "")
        is_known = is_data
        for other in declared.other_record_types:
            is_known = pc.or_(is_known, self._has_type(lines, other))
        start = 0
        if declared.header and first == 1:
            if not self._has_type(lines[:1], declared.header.record_type)[0].as_py():
                raise P20WError(
                    f"{self.name}, line 1 is not a header record ({declared.header.record_type}).", _RESEND
                )
            start = 1
        # Usually every line of a block is data; what is not is looked at line by line.
        for place in pc.indices_nonzero(pc.invert(is_known)).to_pylist():
            if place >= start:
                self._take_odd(lines[place].as_py(), first + place)
        last = pc.indices_nonzero(is_known).to_pylist()[-1:] if self._blank_line or self._trailer_line else []
        if last and first + last[0] > (behind := self._blank_line or self._trailer_line):
            raise self._behind(first + last[0], behind)
        data = pc.indices_nonzero(is_data)
        self._data_count += len(data)
        self._other_count += int(pc.sum(is_known).as_py() or 0) - len(data)
        return data

    def _take_odd(self, line: str, number: int) -> None:
        """Take a line that is no known record: the trailer, or blank lines behind everything."""
        trailer = self.declared.trailer
        behind = self._blank_line or self._trailer_line
        if not line:
            self._blank_line = self._blank_line or number
        elif behind:
            raise self._behind(number, behind)
        elif trailer and self._is_of_type(line, trailer.record_type):
            self._trailer, self._trailer_line = next(csv.reader([line], delimiter=self.delimiter)), number
        else:
            raise P20WError(
                f"{self.name}, line {number} does not begin with the record type {self.declared.record_type}.",
                _RESEND,
            )

    def _behind(self, number: int, other: int) -> P20WError:
        if self._trailer_line:
            return P20WError(
                f"{self.name}, line {number}: a record behind the trailer of line {self._trailer_line}.",
                _RESEND,
            )
        return P20WError(f"{self.name}, line {other} is blank.", _RESEND)

    def _is_of_type(self, line: str, record_type: str) -> bool:
        return next(csv.reader([line], delimiter=self.delimiter), [""])[0] == record_type

    def _has_type(self, lines: "pa.Array", record_type: str) -> "pa.Array":
        import pyarrow.compute as pc

        plain = pc.starts_with(lines, record_type + self.delimiter)
        quoted = pc.starts_with(lines, f'"{record_type}"{self.delimiter}')
        return pc.or_(pc.or_(plain, quoted), pc.equal(lines, record_type))

    def _values(self, data: "pa.Array", lines: "pa.Array", first: int) -> "list[pa.Array]":
        """Return the columns of the data records, null where nothing stands."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow import csv as arrow_csv

        chosen = lines.take(data)
        if pc.any(pc.match_substring(chosen, '"')).as_py():
            odd = pc.equal(pc.bit_wise_and(pc.count_substring(chosen, '"'), 1), 1)
            self._refuse(odd, first, "a quote that is not closed on its line", data)
        names = [str(number) for number in range(1, (self.declared.field_count or 0) + 1)]
        wrong: list[Any] = []

        def note(row: Any) -> str:
            wrong.append(row)
            return "error"

        text = pc.binary_join(pa.ListArray.from_arrays([0, len(chosen)], chosen), "\n")[0].as_buffer()
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(text),
                arrow_csv.ReadOptions(use_threads=False, block_size=max(1, text.size), column_names=names),
                arrow_csv.ParseOptions(
                    delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=note
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[str(number) for number in self._fields],
                    check_utf8=False,
                ),
            ).combine_chunks()
        except pa.ArrowInvalid:
            row = wrong[0] if wrong else None
            place = data[row.number - 1].as_py() if row is not None else data[0].as_py()
            told = f"{row.actual_columns} values instead of {len(names)}" if row else "cannot be read"
            raise self._fault(first + place, told) from None
        columns = []
        for name, is_amount, column in zip(self.columns, self._is_amount, table.columns, strict=True):
            values = column.combine_chunks()
            self._add(name, values)
            if is_amount:
                values = written_out(values, self.declared.implied_decimals)
            columns.append(pc.if_else(pc.equal(values, ""), None, values))
        return columns

    def _add(self, name: str, values: "pa.Array") -> None:
        """Add the column's values to the running total, if it is the one that the trailer totals."""
        import pyarrow as pa
        import pyarrow.compute as pc

        trailer = self.declared.trailer
        if trailer is None or not trailer.control_total or trailer.control_column != name:
            return
        is_amount = pc.match_substring_regex(values, _AMOUNT)
        is_blank = pc.equal(pc.utf8_trim(values, " "), "")
        self._unreadable_count += len(values) - int(pc.sum(pc.or_(is_amount, is_blank)).as_py() or 0)
        amounts = pc.utf8_trim(values.filter(is_amount), " ").cast(pa.decimal128(38, 6))
        self._total += pc.sum(amounts).as_py() or 0

    def _check_trailer(self) -> None:
        trailer = self.declared.trailer
        if trailer is None:
            return
        if not self._trailer_line:
            raise without_trailer(self.name, self._line)
        count = self._data_count
        if trailer.counts_all:
            count += self._other_count + 1 + (self.declared.header is not None)
        check_counts(
            stated_number(self._stated(trailer.record_count), f"field {trailer.record_count}", self.name),
            stated_number(self._stated(trailer.control_total), f"field {trailer.control_total}", self.name),
            Held(count, trailer.control_column, self._total, self._unreadable_count),
            self.name,
        )

    def _stated(self, place: object) -> str | None:
        """Return what the trailer says at a place; nothing where the layout names none."""
        if not isinstance(place, int):
            return None
        return self._trailer[place - 1] if place <= len(self._trailer) else ""

    def _refuse(self, is_wrong: "pa.Array", first: int, fault: str, places: "pa.Array | None" = None) -> None:
        """Raise P20WError at the first wrong line."""
        import pyarrow.compute as pc

        for place in pc.indices_nonzero(is_wrong)[:1].to_pylist():
            raise self._fault(first + (place if places is None else places[place].as_py()), fault)

    def _fault(self, line: int, fault: str) -> P20WError:
        return P20WError(f"{self.name}, line {line}: {fault}.", _RESEND)


def _whole_lines(file: Path | Arriving, name: str) -> Iterator[bytes]:
    """Yield pieces of whole lines; the last one may lack its line end."""
    rest = b""
    for chunk in read_chunks(file, name):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
    if rest:
        yield rest
