"""Delimited files: the header is read here, everything behind it goes to COPY as it is.

Belongs here: where the data begin, in which order their columns come. Must not come here: parsing of rows,
which is PostgreSQL's work; explaining what is wrong with a row is the work of `diagnosis`.
"""

from collections.abc import Iterator
from pathlib import Path

from psycopg import sql

from ingest.catalogue import Layout
from ingest.readers.arriving import Arriving
from ingest.readers.edges import EdgeWatch
from ingest.readers.headers import HeadedReader, match_header, split_header
from ingest.readers.plain_lines import PlainLines
from ingest.readers.stream import read_ahead, read_chunks
from warehouse.errors import P20WError

_LONGEST_HEADER = 1 << 18
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What PostgreSQL calls the encodings of the layouts.
POSTGRES_ENCODINGS = {"utf-8": "UTF8", "windows-1252": "WIN1252", "ascii": "UTF8"}
# Before version 18 PostgreSQL takes such a line for the end of the data, and drops the rest in silence.
_END_MARKERS = (b"\n\\.\n", b"\n\\.\r\n")
_KEPT = 4


class MisreadLineError(Exception):
    """A line that COPY would take otherwise than the layout says: an end marker, or a byte that is not ASCII."""


class DelimitedReader(HeadedReader):
    """A delimited file, matched with its layout and ready for COPY."""

    def __init__(self, file: Path | Arriving, layout: Layout, version: str, name: str) -> None:
        declared = layout.versions[version]
        self.file, self.layout, self.version, self.name = file, layout, version, name
        self.delimiter = declared.delimiter or ","
        self.encoding = declared.encoding
        header = read_header_bytes(file, name)
        self.header_length = len(header)
        self.header_lines = header.count(b"\n")
        self.header_names = split_header(_decoded(header, self.encoding, name), self.delimiter)
        if not self.header_names:
            raise P20WError(f"{name}, line 1 is blank.", "The first line must be the header.")
        self.columns = [c.name for c in match_header(self.header_names, layout, version, name)]
        self._edges = EdgeWatch(self.delimiter)

    @property
    def first_line(self) -> int:
        """Line of the file on which the first row begins."""
        return self.header_lines + 1

    @property
    def is_trimmed(self) -> bool:
        """Whether no value in the chunks so far is an empty text, or begins or ends with a blank."""
        return self._edges.is_trimmed

    @property
    def copy_options(self) -> sql.Composable:
        """Options of a COPY statement that takes all chunks."""
        return sql.SQL("format csv, delimiter {}, encoding {}").format(
            sql.Literal(self.delimiter), sql.Literal(POSTGRES_ENCODINGS[self.encoding])
        )

    def chunks(self) -> Iterator[bytes]:
        """Yield everything behind the header, without blank lines at the end of the file."""
        return _without_final_blank_lines(_guarded(self._data()))

    def parts(self) -> Iterator[tuple[sql.Composable, Iterator[bytes | memoryview]]]:
        """Yield the same in one or two parts, each with the options of its COPY statement; use up each in turn."""
        lines = PlainLines(self.chunks())
        encoding = sql.Literal(POSTGRES_ENCODINGS[self.encoding])
        own = sql.SQL("format text, null '', delimiter {}, encoding {}")
        yield own.format(sql.Literal(self.delimiter), encoding), lines.first()
        if (rest := lines.rest()) is not None:
            yield self.copy_options, rest

    def _data(self) -> Iterator[bytes]:
        left = self.header_length
        for chunk in read_ahead(read_chunks(self.file, self.name)):
            # PostgreSQL has no encoding that ends at 127.
            if self.encoding == "ascii" and not chunk.isascii():
                raise MisreadLineError
            data = chunk[left:] if left else chunk
            left = max(0, left - len(chunk))
            if data:
                self._edges.pass_by(data)
                yield data


def read_header_bytes(file: Path | Arriving, name: str) -> bytes:
    """Return the first line of a file with its line end, which may be missing when nothing follows."""
    start = b""
    for chunk in read_chunks(file, name):
        start += chunk
        if start.startswith(_UTF16_MARKS):
            raise P20WError(f"{name} is in UTF-16.", "Save it in the encoding of its layout.")
        end = _line_end(start)
        if end is not None:
            return start[:end]
        if len(start) > _LONGEST_HEADER:
            break
    if not start:
        raise P20WError(f"{name} is empty.", "Deliver the file again, with at least its header.")
    if b"\r" in start.rstrip(b"\r\n"):
        raise P20WError(
            f"{name} ends its lines with carriage returns alone.", "Save it with line feeds as line ends."
        )
    if len(start) > _LONGEST_HEADER:
        raise P20WError(f"{name} has no line end in its first {_LONGEST_HEADER} bytes.", "Is it a text file?")
    return start


def header_names(path: Path, delimiter: str, encoding: str) -> list[str]:
    """Return the names in the first line of a file, as far as it can be read at all."""
    line = read_header_bytes(path, path.name)
    return split_header(line.removeprefix(_UTF8_MARK).decode(encoding, errors="replace"), delimiter)


def _line_end(start: bytes) -> int | None:
    """Return the place behind the first line feed that no quotes surround."""
    end = start.find(b"\n")
    while end >= 0 and start.count(b'"', 0, end) % 2:
        end = start.find(b"\n", end + 1)
    return end + 1 if end >= 0 else None


def _decoded(header: bytes, encoding: str, name: str) -> str:
    if header.startswith(_UTF8_MARK) and encoding != "utf-8":
        raise P20WError(
            f"{name} is marked as UTF-8; its layout expects {encoding}.",
            f"Save it as {encoding}, or correct the layout file.",
        )
    try:
        return header.decode(encoding)
    except UnicodeDecodeError as error:
        raise P20WError(
            f"{name}, line 1: byte {error.start + 1} is not {encoding}.",
            f"Save the file as {encoding}, or correct the layout file.",
        ) from None


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass chunks on; stop at a line that PostgreSQL would take for the end of the data."""
    tail = b"\n"
    for chunk in chunks:
        # The search for one byte is nearly free, and few files hold a backslash at all.
        if b"\\" in chunk or b"\\" in tail:
            seen = tail + chunk
            if any(marker in seen for marker in _END_MARKERS):
                raise MisreadLineError
        tail = (tail + chunk)[-_KEPT:] if len(chunk) < _KEPT else chunk[-_KEPT:]
        yield chunk
    if tail.endswith((b"\n\\.", b"\n\\.\r")):
        raise MisreadLineError


def _without_final_blank_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Pass chunks on, with at most one line end behind the last line that holds anything."""
    held = b""
    has_content = False
    for chunk in chunks:
        content = chunk.rstrip(b"\r\n")
        if content:
            yield held + content
            has_content = True
            held = chunk[len(content) :]
        else:
            held += chunk
    if has_content and held:
        yield held[: held.find(b"\n") + 1] or held
