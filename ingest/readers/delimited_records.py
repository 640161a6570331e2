"""Delimited records: lines told apart by their first value, the columns by number; Arrow parses, block by block.

Belongs here: record types, numbers of values, the trailer. Must not come here: files with a line of names (delimited).
A record is one line: a line end within quotes is refused. A value is null where nothing stands, quoted or not.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.arriving import Arriving
from ingest.readers.edges import EdgeWatch
from ingest.readers.implied_decimals import written_out
from ingest.readers.reader import Reader
from ingest.readers.stream import read_ahead, read_lines
from ingest.readers.trailer import Held, check_counts, counted_records, stated_number, without_trailer
from ingest.readers.typed_text import as_csv, in_pieces
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
        self._edges = EdgeWatch(self.delimiter)
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
        return sql.SQL("format csv, encoding 'UTF8', delimiter {}").format(sql.Literal(self.delimiter))

    def chunks(self) -> Iterator[bytes]:
        """Yield the data records as lines of text; raise P20WError at the first wrong record."""
        return in_pieces(read_ahead(self._blocks()))

    def _blocks(self) -> Iterator[bytes]:
        for piece in read_lines(self.file, self.name):
            first = self._line + 1
            text = self._decoded(piece)
            is_plain = self._is_plain(text)
            columns = self._plain_values(text) if is_plain else self._values(text, first)
            if columns:
                block = as_csv(columns, self.columns, self.delimiter, is_plain=is_plain)
                self._edges.pass_by(block)
                yield block
        if not self._line:
            raise P20WError(f"{self.name} is empty.", "Deliver the file again.")
        self._check_trailer()

    def _decoded(self, piece: bytes) -> bytes:
        """Return a piece in UTF-8."""
        if (nul := piece.find(b"\0")) >= 0:
            raise self._fault(
                self._line + 1 + piece.count(b"\n", 0, nul), "a NUL byte, which text cannot hold"
            )
        if piece.isascii():
            return piece
        try:
            text = piece.decode(self.declared.encoding)
        except UnicodeDecodeError as error:
            line = self._line + 1 + piece.count(b"\n", 0, error.start)
            raise self._fault(line, f"bytes that are not {self.declared.encoding}") from None
        return (text if self._line else text.removeprefix(_BYTE_ORDER_MARK)).encode()

    def _is_plain(self, text: bytes) -> bool:
        """Return whether a piece holds data records alone, without quotes or backslashes and with plain line ends, as most do."""
        if self._blank_line or self._trailer_line or any(byte in text for byte in (b'"', b"\\", b"\r")):
            return False
        begin = (self.declared.record_type + self.delimiter).encode() if self.declared.record_type else b""
        # A header would not begin so; what follows the last line end is nothing.
        return (
            text.endswith(b"\n")
            and text.startswith(begin)
            and text.count(b"\n" + begin) + 1 == text.count(b"\n")
            and not (self.declared.header and not self._line)
        )

    def _plain_values(self, text: bytes) -> "list[pa.Array]":
        first = self._line + 1
        lines = text.count(b"\n")
        self._line += lines
        self._data_count += lines
        return self._parsed(text, lambda row: first + row)

    def _values(self, text: bytes, first: int) -> "list[pa.Array]":
        """Return the columns of the data records among the lines of a piece."""
        import pyarrow as pa
        import pyarrow.compute as pc

        lines = self._lines(text)
        data = self._data_lines(lines, first)
        if not len(data):
            return []
        chosen = lines.take(data)
        if b'"' in text:
            odd = pc.equal(pc.bit_wise_and(pc.count_substring(chosen, '"'), 1), 1)
            self._refuse(odd, first, "a quote that is not closed on its line", data)
        joined = pc.binary_join(pa.ListArray.from_arrays([0, len(chosen)], chosen), "\n")[0].as_buffer()
        return self._parsed(joined, lambda row: first + int(data[row].as_py()))

    def _lines(self, text: bytes) -> "pa.Array":
        """Return the lines of a piece without their ends."""
        import pyarrow as pa
        import pyarrow.compute as pc

        lines = pc.split_pattern(pa.array([text.removesuffix(b"\n").decode()], pa.string()), "\n").flatten()
        if b"\r" in text:
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
        if behind := self._blank_line or self._trailer_line:
            for last in pc.indices_nonzero(is_known)[-1:].to_pylist():
                if first + last > behind:
                    raise self._behind(first + last, behind)
        data = pc.indices_nonzero(is_data)
        self._data_count += len(data)
        self._other_count += int(pc.sum(is_known).as_py() or 0) - len(data)
        return data

    def _take_odd(self, line: str, number: int) -> None:
        """Take a line that is no known record: the trailer, or blank lines behind everything."""
        trailer = self.declared.trailer
        try:
            values = next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            # A value longer than the parser takes stands in no trailer.
            values = []
        behind = self._blank_line or self._trailer_line
        if not line:
            self._blank_line = self._blank_line or number
        elif behind:
            raise self._behind(number, behind)
        elif trailer and values[:1] == [trailer.record_type]:
            self._trailer, self._trailer_line = values, number
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

    def _has_type(self, lines: "pa.Array", record_type: str) -> "pa.Array":
        import pyarrow.compute as pc

        plain = pc.starts_with(lines, record_type + self.delimiter)
        quoted = pc.starts_with(lines, f'"{record_type}"{self.delimiter}')
        return pc.or_(pc.or_(plain, quoted), pc.equal(lines, record_type))

    def _parsed(self, text: "bytes | pa.Buffer", line_of: Callable[[int], int]) -> "list[pa.Array]":
        """Return the columns of data records that stand one behind the other, null where nothing stands.

        `line_of` gives the line of a record, counted from 0.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [str(number) for number in range(1, (self.declared.field_count or 0) + 1)]
        wrong: list[Any] = []

        def note(row: Any) -> str:
            wrong.append(row)
            return "error"

        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(text),
                arrow_csv.ReadOptions(use_threads=False, block_size=max(1, len(text)), column_names=names),
                arrow_csv.ParseOptions(
                    delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=note
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[str(number) for number in self._fields],
                    check_utf8=False,
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            ).combine_chunks()
        except pa.ArrowInvalid:
            row = wrong[0] if wrong else None
            told = f"{row.actual_columns} values instead of {len(names)}" if row else "cannot be read"
            raise self._fault(line_of(row.number - 1 if row else 0), told) from None
        columns = []
        for name, is_amount, column in zip(self.columns, self._is_amount, table.columns, strict=True):
            values = column.combine_chunks()
            self._add(name, values)
            columns.append(written_out(values, self.declared.implied_decimals) if is_amount else values)
        return columns

    def _add(self, name: str, values: "pa.Array") -> None:
        """Add the column's values to the running total, if it is the one that the trailer totals."""
        import pyarrow as pa
        import pyarrow.compute as pc

        trailer = self.declared.trailer
        if trailer is None or not trailer.control_total or trailer.control_column != name:
            return
        is_amount = pc.fill_null(pc.match_substring_regex(values, _AMOUNT), fill_value=False)
        is_blank = pc.equal(pc.utf8_trim(pc.fill_null(values, ""), " "), "")
        self._unreadable_count += len(values) - int(pc.sum(pc.or_(is_amount, is_blank)).as_py() or 0)
        amounts = pc.utf8_trim(values.filter(is_amount), " ").cast(pa.decimal128(38, 6))
        self._total += pc.sum(amounts).as_py() or 0

    def _check_trailer(self) -> None:
        trailer = self.declared.trailer
        if trailer is None:
            return
        if not self._trailer_line:
            raise without_trailer(self.name, self._line)
        count = counted_records(self.declared, self._data_count, self._other_count)
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
