"""Which reader takes a file.

Belongs here: the choice, and the look at a file's beginning that recognition needs. Must not come here: formats.
"""

from pathlib import Path

from ingest.catalogue import Layout, LayoutVersion
from ingest.readers.arriving import Arriving, whole
from ingest.readers.containers import kind_of
from ingest.readers.delimited import DelimitedReader, header_names
from ingest.readers.delimited_records import DelimitedRecordsReader
from ingest.readers.fixed_width import FixedWidthReader
from ingest.readers.reader import Reader
from ingest.readers.stream import read_chunks
from warehouse.errors import P20WError

_LONGEST_RECORD = 1 << 14
_RECORDS = {"fixed_width": "records of fixed width", "delimited_records": "delimited records"}


def open_reader(file: Path | Arriving, layout: Layout, version: str, name: str) -> Reader:
    """Return the reader for the content of a file and the form it has; `name` is what messages call the file."""
    kind = kind_of(file, name)
    form = layout.versions[version].format
    if kind in ("parquet", "xlsx"):
        if form != "delimited":
            raise P20WError(
                f"{name} is a table; {layout.key} comes as {_RECORDS[form]} in form {version}.",
                "Deliver those, or a table with the column names of another variant of the layout.",
            )
        if kind == "parquet":
            from ingest.readers.parquet import ParquetReader

            return ParquetReader(whole(file), layout, version, name)
        from ingest.readers.workbook import WorkbookReader

        return WorkbookReader(whole(file), layout, version, name)
    if form == "fixed_width":
        return FixedWidthReader(file, layout, version, name)
    if form == "delimited_records":
        return DelimitedRecordsReader(file, layout, version, name)
    return DelimitedReader(file, layout, version, name)


def header_of(path: Path, declared: LayoutVersion) -> list[str]:
    """Return the names of a file's columns, as far as they can be read at all."""
    kind = kind_of(path, path.name)
    if kind == "parquet":
        from ingest.readers.parquet import column_names

        return column_names(path, path.name)
    if kind == "xlsx":
        from ingest.readers.workbook import first_row

        return first_row(path, path.name)
    return header_names(path, declared.delimiter or ",", declared.encoding)


def first_record(path: Path) -> bytes:
    """Return the first line of a file without its line end, or what there is of a longer one."""
    start = b""
    for chunk in read_chunks(path, path.name, _LONGEST_RECORD):
        start += chunk
        if b"\n" in start or len(start) >= _LONGEST_RECORD:
            break
    return start.partition(b"\n")[0].removesuffix(b"\r")
