"""Blocks of fixed-width records as byte matrices, with header and trailer records split off.

Belongs here: record lengths, line ends, record types. Must not come here: columns and their values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.layout_form import LayoutVersion
from ingest.readers.arriving import Arriving
from ingest.readers.stream import read_chunks
from ingest.readers.trailer import without_trailer
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

_BLOCK = 1 << 20
_NEWLINE, _RETURN = 10, 13
_RESEND = "Correct the file at its source and deliver it again; nothing of it was loaded."


@dataclass(frozen=True)
class Block:
    """Neighbouring records: all of them, the data records among them, and the trailer if it is here.

    Attributes:
        records: one row of bytes per record.
        data: the rows that hold data.
        lowest: the lowest byte at each place over all records.
        highest: the highest one.
        first_line: where the first record stands.
        trailer: the trailer record; empty where it is not here.
        passed_over: records that hold neither.
    """

    records: "Bytes"
    data: "Bytes"
    lowest: "Bytes"
    highest: "Bytes"
    first_line: int
    trailer: bytes
    passed_over: int = 0


def read_blocks(file: Path | Arriving, declared: LayoutVersion, name: str) -> Iterator[Block]:
    """Yield a file's records in blocks of a bounded size; raise P20WError at a wrong length or type."""
    length = declared.record_length or 0
    line = 1
    stride = 0
    trailer_line = 0
    for piece in _whole_lines(file, name, _size(length)):
        stride = stride or _stride(piece, length, name)
        records, lowest = _as_records(piece, stride, length, line, name)
        block = _split(records, lowest, declared, line, name)
        if trailer_line and records.shape[0]:
            raise P20WError(
                f"{name}, line {line}: a record behind the trailer of line {trailer_line}.", _RESEND
            )
        line += records.shape[0]
        if block.trailer:
            trailer_line = line - 1
        yield block
    if declared.trailer and not trailer_line:
        raise without_trailer(name, line - 1)


def _size(length: int) -> int:
    """Return about one block of bytes that holds whole records, whichever line end they have."""
    both = (length + 1) * (length + 2)
    return both * (_BLOCK // both) or _BLOCK


def _whole_lines(file: Path | Arriving, name: str, size: int) -> Iterator[bytes]:
    """Yield pieces that end with a line end, about one block each; a missing last line end is added."""
    rest = b""
    is_empty = True
    for chunk in read_chunks(file, name, size):
        is_empty = False
        # Only the last piece may end with blank lines, or without a line end.
        if rest.endswith(b"\n") and chunk[0] not in (_NEWLINE, _RETURN):
            yield rest
            rest = chunk
            continue
        rest += chunk
        end = rest.rfind(b"\n", 0, -2) + 1
        if end and len(rest) > len(chunk):
            yield rest[:end]
            rest = rest[end:]
    if is_empty:
        raise P20WError(f"{name} is empty.", "Deliver the file again.")
    last = rest.rstrip(b"\r\n")
    # Nothing may follow the trailer: the last line is looked at by itself.
    if begin := last.rfind(b"\n") + 1:
        yield last[:begin]
    if last := last[begin:]:
        yield last + (b"\r\n" if b"\r\n" in rest else b"\n")


def _stride(piece: bytes, length: int, name: str) -> int:
    """Return the bytes from one record to the next, line end included, as the first line shows them."""
    first = piece.find(b"\n")
    if first == length:
        return length + 1
    if first == length + 1 and piece[first - 1] == _RETURN:
        return length + 2
    raise _wrong_length(piece, 1, length, name)


def _as_records(piece: bytes, stride: int, length: int, line: int, name: str) -> tuple["Bytes", "Bytes"]:
    """Return the records without their line ends, and the lowest byte at each place."""
    import numpy as np

    if len(piece) == length + 1 and stride == length + 2:
        # The last line alone, which came without a line end.
        piece = piece[:-1] + b"\r\n"
    if len(piece) % stride == 0:
        lines = np.frombuffer(piece, np.uint8).reshape(-1, stride)
        ends = lines[:, length:]
        ends_right = bool((ends[:, -1] == _NEWLINE).all()) and (
            stride == length + 1 or bool((ends[:, 0] == _RETURN).all())
        )
        records = lines[:, :length]
        lowest = records.min(axis=0)
        # A line end inside is looked for only where some byte is as low.
        if ends_right and (int(lowest.min()) > _NEWLINE or not (records == _NEWLINE).any()):
            return records, lowest
    raise _wrong_length(piece, line, length, name, has_return=stride == length + 2)


def _wrong_length(
    piece: bytes, line: int, length: int, name: str, has_return: bool | None = None
) -> P20WError:
    """Return the message about the first line of a piece that is not as long as a record."""
    for offset, content in enumerate(piece.removesuffix(b"\n").split(b"\n")):
        actual = len(content.removesuffix(b"\r"))
        if actual != length:
            return P20WError(
                f"{name}, line {line + offset} is {actual} bytes long; a record has {length}.", _RESEND
            )
        if has_return is not None and content.endswith(b"\r") != has_return:
            return P20WError(
                f"{name}, line {line + offset} ends otherwise than the lines before it.", _RESEND
            )
    return P20WError(f"{name} has records of different lengths.", _RESEND)


def _split(records: "Bytes", lowest: "Bytes", declared: LayoutVersion, line: int, name: str) -> Block:
    """Part the data records from a header in the first line and a trailer in the last."""
    data, first_line, trailer = records, line, b""
    passed_over = 0
    if declared.record_type is not None:
        if declared.header and line == 1:
            if not _has_type(data[:1], declared.header.record_type).all():
                raise P20WError(
                    f"{name}, line 1 is not a header record ({declared.header.record_type}).", _RESEND
                )
            data, first_line = data[1:], 2
        if declared.trailer and data.shape[0] and _has_type(data[-1:], declared.trailer.record_type).all():
            trailer, data = data[-1].tobytes(), data[:-1]
        is_data = _data_records(data, declared, declared.record_type, first_line, name)
        if not is_data.all():
            passed_over = int((~is_data).sum())
            data = data[is_data]
    return Block(records, data, lowest, records.max(axis=0), line, trailer, passed_over)


def _data_records(
    records: "Bytes", declared: LayoutVersion, record_type: str, first_line: int, name: str
) -> "npt.NDArray[np.bool_]":
    """Return which records hold data; raise P20WError at one of an unknown type."""
    is_data = _has_type(records, record_type)
    is_known = is_data.copy()
    for other in declared.other_record_types:
        is_known |= _has_type(records, other)
    if not is_known.all():
        wrong = int((~is_known).argmax())
        raise P20WError(
            f"{name}, line {first_line + wrong} does not begin with the record type {record_type}.", _RESEND
        )
    return is_data


def _has_type(records: "Bytes", record_type: str) -> "npt.NDArray[np.bool_]":
    import numpy as np

    wanted = np.frombuffer(record_type.encode("ascii"), np.uint8)
    return np.asarray((records[:, : len(wanted)] == wanted).all(axis=1))
