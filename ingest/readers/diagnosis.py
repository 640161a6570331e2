"""What is wrong with a delimited file that COPY refused: the line, the column and the kind of fault.

Belongs here: one slow reading of a file that has already failed. Must not come here: loading.
The rules of quoting are those of COPY: a quote always opens or closes, wherever it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.readers.delimited import DelimitedReader
from ingest.readers.stream import read_chunks
from warehouse.errors import P20WError

_RESEND = "Correct the file at its source and deliver it again; nothing of it was loaded."


@dataclass(frozen=True)
class _Record:
    """One record as delivered: the number of its first line, its bytes, whether its quotes are closed."""

    line: int
    content: bytes
    is_closed: bool


def explain(reader: DelimitedReader) -> P20WError | None:
    """Return the first fault of a delimited file, or None when every record can be read."""
    line_end = None
    for record in _records(reader):
        fault = _fault(record, reader)
        if fault is not None:
            return fault
        line_end = line_end or _line_end(record)
        if _line_end(record) not in ("", line_end):
            return _error(
                reader, record, None, f"its line end is not {line_end}, as that of the lines before"
            )
    return None


def _records(reader: DelimitedReader) -> Iterator[_Record]:
    """Yield the records behind the header, without the blank lines at the end of the file."""
    line, start, parts, quotes = 0, 0, [], 0
    blank: list[_Record] = []
    for physical in _lines(read_chunks(reader.file, reader.name)):
        line += 1
        if line <= reader.header_lines:
            continue
        start = start or line
        parts.append(physical)
        quotes += physical.count(b'"')
        if quotes % 2:
            continue
        record = _Record(start, b"".join(parts), True)
        start, parts, quotes = 0, [], 0
        if record.content.strip(b"\r\n"):
            yield from blank
            blank = []
            yield record
        else:
            blank.append(record)
    if parts:
        yield from blank
        yield _Record(start, b"".join(parts), False)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


def _line_end(record: _Record) -> str:
    if record.content.endswith(b"\r\n"):
        return "CR LF"
    return "LF" if record.content.endswith(b"\n") else ""


def _fault(record: _Record, reader: DelimitedReader) -> P20WError | None:
    content = record.content.removesuffix(b"\n").removesuffix(b"\r")
    nul = content.find(b"\0")
    if nul >= 0:
        return _error(reader, record, content[:nul], "a NUL byte, which text cannot hold")
    try:
        content.decode(reader.encoding)
    except UnicodeDecodeError as error:
        return _error(reader, record, content[: error.start], f"bytes that are not {reader.encoding}")
    if not record.is_closed:
        opened = content[: content.find(b'"')]
        return _error(reader, record, opened, "a quote that is never closed")
    if content == b"\\.":
        return _error(
            reader, record, None, "only a backslash and a period, which ends the data for PostgreSQL"
        )
    return _wrong_count(record, reader, content) or _stray_return(record, reader, content)


def _wrong_count(record: _Record, reader: DelimitedReader, content: bytes) -> P20WError | None:
    expected = len(reader.columns)
    count = _delimiters(content, reader) + 1
    if count < expected:
        name = _label(reader, count)
        return _error(
            reader, record, None, f"{count} values instead of {expected}: nothing for column {name}"
        )
    if count > expected:
        return _error(
            reader, record, None, f"{count} values instead of {expected}, one per column of the header"
        )
    return None


def _stray_return(record: _Record, reader: DelimitedReader, content: bytes) -> P20WError | None:
    unquoted = content.split(b'"')[::2]
    if any(b"\r" in part for part in unquoted):
        before = content[: content.find(b"\r")]
        return _error(reader, record, before, "a carriage return inside a value that is not in quotes")
    return None


def _delimiters(content: bytes, reader: DelimitedReader) -> int:
    """Count the delimiters outside quotes."""
    return sum(part.count(reader.delimiter.encode()) for part in content.split(b'"')[::2])


def _label(reader: DelimitedReader, place: int) -> str:
    """Return the layout's name of a column with the file's own, such as ssn (SOC_SEC)."""
    return f"{reader.columns[place]} ({reader.header_names[place]})"


def _error(reader: DelimitedReader, record: _Record, before: bytes | None, fault: str) -> P20WError:
    """Return the message; `before` is what stands in front of the fault, and so tells its column."""
    place = None if before is None else _delimiters(before, reader)
    column = f", column {_label(reader, place)}" if place is not None and place < len(reader.columns) else ""
    return P20WError(f"{reader.name}, line {record.line}{column}: {fault}.", _RESEND)
