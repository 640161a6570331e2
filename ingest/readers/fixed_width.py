"""Fixed-width files: records of one length, cut into columns block by block with numpy.

Belongs here: from records to the text that COPY takes. Must not come here: the meaning of values.
Blanks behind a value are filling and are cut off; a value of blanks alone is null; blanks in front are kept.
Amounts get their point, for its place is the form's and not the value's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.delimited import POSTGRES_ENCODINGS
from ingest.readers.implied_decimals import written_out
from ingest.readers.record_blocks import Block, read_blocks
from ingest.readers.stream import read_ahead
from ingest.readers.trailer import ControlTotal, check_trailer
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

_SPACE, _TAB, _NEWLINE, _RETURN, _BACKSLASH = b" \t\n\r\\"
# Windows leaves these five codes of its code page without a character.
_UNDEFINED_IN_WINDOWS_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


class FixedWidthReader:
    """A fixed-width file with its layout, ready for COPY."""

    def __init__(self, path: Path, layout: Layout, version: str, name: str) -> None:
        self.path, self.layout, self.version, self.name = path, layout, version, name
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

    @property
    def first_line(self) -> int | None:
        """Line of the file with the first data record; None when other records stand between, so that lines cannot be counted."""
        if self._passed_over:
            return None
        return 2 if self.declared.header else 1

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

    def chunks(self) -> Iterator[bytes]:
        """Yield the data records as tab-separated text; raise P20WError at the first wrong record."""
        return read_ahead(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        import numpy as np

        trailer = b""
        for block in read_blocks(self.path, self.declared, self.name):
            self._check_characters(block)
            self._passed_over += block.passed_over
            if block.data.shape[0]:
                # One position of all records side by side: numpy is fast along long rows only.
                places = np.ascontiguousarray(block.data.T)
                self._record_count += places.shape[1]
                self._total.add(places)
                yield self._as_text(places)
            trailer = block.trailer or trailer
        check_trailer(trailer, self.declared, self._record_count, self._total, self.name)

    def _as_text(self, places: "Bytes") -> bytes:
        """Return the columns of the records, separated by tabs, without the blanks behind each value."""
        import numpy as np

        filled = places != _SPACE
        used = filled.any(axis=1)
        count = places.shape[1]
        tab = np.full((1, count), _TAB, np.uint8)
        always = np.ones((1, count), np.bool_)
        values, kept, is_value = [], [], []
        for (first, last), is_amount in zip(self._spans, self._is_amount, strict=True):
            if is_amount:
                amount, counts = written_out(places[first:last], self.declared.implied_decimals)
                values += [amount, tab]
                kept += [counts, always]
                is_value += [True] * amount.shape[0] + [False]
                continue
            # Most fields are wider than what any record of the block holds in them.
            width = last - first - int(np.argmax(used[first:last][::-1])) if used[first:last].any() else 0
            values += [places[first : first + width], tab]
            kept += [_within_value(filled[first : first + width]), always]
            is_value += [True] * width + [False]
        values[-1] = np.full((1, count), _NEWLINE, np.uint8)
        out = np.ascontiguousarray(np.concatenate(values).T)
        mask = np.ascontiguousarray(np.concatenate(kept).T)
        flat = out[mask]
        if not any((flat == byte).any() for byte in (_BACKSLASH, _RETURN)) and not _has_tab(places):
            return bytes(flat)
        special = np.isin(out, (_BACKSLASH, _TAB, _RETURN)) & np.array(is_value)
        return _escaped(flat, special[mask])

    def _check_characters(self, block: Block) -> None:
        """Raise P20WError at the first byte that is no character of the file's encoding."""
        import numpy as np

        lowest, highest = int(block.records.min(initial=_SPACE)), int(block.records.max(initial=_SPACE))
        if lowest and highest < 0x80:
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


def _within_value(filled: "npt.NDArray[np.bool_]") -> "npt.NDArray[np.bool_]":
    """Return, for each place of a column, in which records it stands before or at the last filled one."""
    import numpy as np

    within = np.ones(filled.shape, np.bool_)
    so_far = np.zeros(filled.shape[1], np.bool_)
    for place in range(filled.shape[0] - 1, -1, -1):
        so_far |= filled[place]
        if so_far.all():
            break
        within[place] = so_far
    return within


def _has_tab(places: "Bytes") -> bool:
    return bool((places == _TAB).any())


def _escaped(flat: "Bytes", special: "npt.NDArray[np.bool_]") -> bytes:
    """Return the bytes with a backslash in front of each special one."""
    import numpy as np

    ends = np.cumsum(special.astype(np.int64) + 1) - 1
    out = np.empty(int(ends[-1]) + 1, np.uint8)
    out[ends] = flat
    out[ends[special] - 1] = _BACKSLASH
    return out.tobytes()
