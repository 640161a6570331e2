"""Fixed-width files: records of one length, cut into columns block by block with Arrow.

Belongs here: from records to the text that COPY takes. Must not come here: the meaning of values.
Blanks behind a value are filling and are cut off; a value of blanks alone is null; blanks in front are kept.
Amounts get their point, for its place is the form's and not the value's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.arriving import Arriving
from ingest.readers.delimited import POSTGRES_ENCODINGS
from ingest.readers.implied_decimals import written_out
from ingest.readers.reader import Reader
from ingest.readers.record_blocks import Block, read_blocks
from ingest.readers.stream import read_ahead
from ingest.readers.trailer import ControlTotal, Held, check_trailer, counted_records
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Bytes = npt.NDArray[np.uint8]

_SPACE, _BACKSLASH = 32, 92
# Longer ones may be no number that the warehouse reads.
_LONGEST_NUMBER = {"integer": 9, "decimal": 60}
# Windows leaves these five codes of its code page without a character.
_UNDEFINED_IN_WINDOWS_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


class FixedWidthReader(Reader):
    """A fixed-width file with its layout, ready for COPY."""

    def __init__(self, file: Path | Arriving, layout: Layout, version: str, name: str) -> None:
        self.file, self.layout, self.version, self.name = file, layout, version, name
        self.declared = layout.versions[version]
        placed = [(column, column.position_in(version)) for column in layout.columns_in(version)]
        self.columns = [column.name for column, _ in placed]
        self._spans = [(place[0] - 1, place[1]) for _, place in placed if place is not None]
        self._is_amount = [
            column.type == "decimal" and self.declared.implied_decimals > 0 for column, _ in placed
        ]
        self._record_count = 0
        self._passed_over = 0
        self._total = ControlTotal(layout, version)
        self._is_trimmed = True
        self._plain = {
            column.name
            for column, place in placed
            if place and place[1] - place[0] < _LONGEST_NUMBER.get(column.type, 0)
        }

    @property
    def first_line(self) -> int | None:
        """Line of the file with the first data record; None when other records stand between, so that lines cannot be counted."""
        if self._passed_over:
            return None
        return 2 if self.declared.header else 1

    @property
    def is_trimmed(self) -> bool:
        """Whether no value in the chunks so far begins with a blank; none ends with one."""
        return self._is_trimmed

    @property
    def plain_numbers(self) -> list[str]:
        """Number columns whose values in the chunks so far are digits alone, with no more than a decimal point."""
        return sorted(self._plain)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Each column of the record with its place, for such a file has no header line."""
        return [
            (name, f"{name} ({first + 1}-{last})")
            for name, (first, last) in zip(self.columns, self._spans, strict=True)
        ]

    @property
    def copy_options(self) -> sql.Composable:
        """Options of the COPY statement that takes the chunks."""
        encoding = POSTGRES_ENCODINGS[self.declared.encoding]
        return sql.SQL("format text, null '', encoding {}").format(sql.Literal(encoding))

    def chunks(self) -> Iterator[memoryview]:
        """Yield the data records as tab-separated text; raise P20WError at the first wrong record."""
        return read_ahead(self._chunks())

    def _chunks(self) -> Iterator[memoryview]:
        trailer = b""
        for block in read_blocks(self.file, self.declared, self.name):
            self._check_characters(block)
            self._passed_over += block.passed_over
            if block.data.shape[0]:
                self._record_count += block.data.shape[0]
                self._total.add(block.data)
                yield self._as_text(block)
            trailer = block.trailer or trailer
        column = self._total.column.name if self._total.column else None
        count = counted_records(self.declared, self._record_count, self._passed_over)
        held = Held(count, column, self._total.value, self._total.unreadable_count)
        check_trailer(trailer, self.declared, held, self.name)

    def _as_text(self, block: Block) -> memoryview:
        """Return the columns of the records, separated by tabs, without the blanks behind each value."""
        import pyarrow as pa
        import pyarrow.compute as pc

        texts: list[pa.Array | pa.Scalar] = []
        # What parts a column from the one before goes in front of it: joining costs most, and blank columns need none.
        before = ""
        for number, place in enumerate(self._spans):
            if not _is_blank(block, place):
                texts.append(self._column(block, number, before))
                before = ""
            before += "\t"
        texts.append(pa.scalar(before[:-1] + "\n"))
        if len(texts) == 1:
            return memoryview(texts[0].as_py().encode() * block.data.shape[0])
        return _bytes_of(pc.binary_join_element_wise(*texts, ""))

    def _column(self, block: Block, number: int, before: str) -> "pa.Array":
        """Return one column as COPY takes it, each value with the same text before it."""
        import pyarrow.compute as pc

        place, is_amount = self._spans[number], self._is_amount[number]
        is_special, is_number = _has_special(block, place), self.columns[number] in self._plain
        if is_amount or is_special or is_number:
            values = _without_blanks_behind(block, place, "")
            if is_number and not _are_plain(values, is_amount):
                self._plain.discard(self.columns[number])
            if is_amount:
                values = written_out(values, self.declared.implied_decimals)
            values = pc.binary_replace_slice(_escaped(values) if is_special else values, 0, 0, before)
        else:
            values = _without_blanks_behind(block, place, before)
        if self._is_trimmed and block.lowest[place[0]] <= _SPACE:
            self._is_trimmed = not pc.any(pc.starts_with(values, before + " ")).as_py()
        return values

    def _check_characters(self, block: Block) -> None:
        """Raise P20WError at the first byte that is no character of the file's encoding."""
        import numpy as np

        if int(block.lowest.min()) and int(block.highest.max()) < 0x80:
            return
        wrong = block.records == 0
        if self.declared.encoding == "ascii":
            wrong |= block.records >= 0x80
        else:
            wrong |= np.isin(block.records, _UNDEFINED_IN_WINDOWS_1252)
        if not wrong.any():
            return
        row, place = (int(index) for index in np.argwhere(wrong)[0])
        fault = (
            "a NUL byte" if block.records[row, place] == 0 else f"a byte that is not {self.declared.encoding}"
        )
        raise P20WError(
            f"{self.name}, line {block.first_line + row}, {self._label(place)}: {fault}.",
            "Correct the file at its source and deliver it again; nothing of it was loaded.",
        )

    def _label(self, place: int) -> str:
        for name, (first, last) in zip(self.columns, self._spans, strict=True):
            if first <= place < last:
                return f"column {name} (positions {first + 1}-{last})"
        return f"position {place + 1}"


def _is_blank(block: Block, place: tuple[int, int]) -> bool:
    """Return whether no record has a value there; much of a record is reserved for what is seldom sent."""
    lowest, highest = block.lowest[slice(*place)], block.highest[slice(*place)]
    return bool((lowest == _SPACE).all() and (highest == _SPACE).all())


def _without_blanks_behind(block: Block, place: tuple[int, int], before: str) -> "pa.Array":
    """Return one column of the records as texts, each with the same text before it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    field = block.data[:, slice(*place)]
    count, width = field.shape[0], len(before) + field.shape[1]
    content = np.empty((count, width), np.uint8)
    content[:, : len(before)] = np.frombuffer(before.encode(), np.uint8)
    content[:, len(before) :] = field
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    texts = pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(content))
    # Where every record fills the last byte there is nothing to cut off.
    return texts if block.lowest[place[1] - 1] > _SPACE else pc.ascii_rtrim(texts, " ")


def _are_plain(values: "pa.Array", is_amount: bool) -> bool:
    """Return whether each value is blank or made of digits alone; amounts may stand behind blanks."""
    import pyarrow.compute as pc

    digits = pc.ascii_ltrim(values, " ") if is_amount else values
    return bool(pc.all(pc.or_(pc.ascii_is_decimal(digits), pc.equal(digits, ""))).as_py())


def _bytes_of(texts: "pa.Array") -> memoryview:
    """Return texts one behind the other."""
    _, places, content = texts.buffers()
    return memoryview(content)[: memoryview(places).cast("i")[len(texts)]]


def _has_special(block: Block, place: tuple[int, int]) -> bool:
    """Return whether a value may hold a byte that COPY would not take as it is."""
    lowest, highest = block.lowest[slice(*place)], block.highest[slice(*place)]
    if int(lowest.min()) < _SPACE:
        return True
    return int(highest.max()) >= _BACKSLASH and bool((block.data[:, slice(*place)] == _BACKSLASH).any())


def _escaped(values: "pa.Array") -> "pa.Array":
    """Return the texts with a backslash in front of each special byte."""
    import pyarrow.compute as pc

    for special in ("\\", "\t", "\r"):
        values = pc.replace_substring(values, special, "\\" + special)
    return values
