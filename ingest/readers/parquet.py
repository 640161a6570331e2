"""Parquet files: read by batches of rows, each column turned into text as a whole.

Belongs here: Parquet's types. Must not come here: the notation of values (typed_text), the meaning of columns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.catalogue import Column
from ingest.readers.containers import Limit
from ingest.readers.typed_text import (
    LONGEST_WHOLE,
    TypedReader,
    as_csv,
    not_a_date,
    number_text,
)
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 14
_LARGEST_GROUP = 1 << 30


class ParquetReader(TypedReader):
    """A Parquet file, matched with its layout and ready for COPY."""

    def read_header(self) -> list[str]:
        """Return the names of the file's columns."""
        return column_names(self.path, self.name)

    def lines(self) -> Iterator[bytes]:
        """Yield blocks of lines as COPY reads them."""
        import pyarrow as pa

        limit = Limit(self.path.stat().st_size, self.name)
        row = 0
        try:
            with _opened(self.path, self.name) as file:
                for batch in file.iter_batches(_ROWS):
                    arrays = [
                        self._text(*pair, row) for pair in zip(self.matched, batch.columns, strict=True)
                    ]
                    lines = as_csv(arrays, self.columns)
                    limit.add(len(lines))
                    row += batch.num_rows
                    yield lines
        except (pa.ArrowException, OSError):
            raise _damaged(self.name) from None

    def _text(self, column: Column, values: "pa.Array", row: int) -> "pa.Array":
        import pyarrow as pa
        import pyarrow.types as is_

        if is_.is_dictionary(values.type):
            values = values.dictionary_decode()
        kind = values.type
        where = f"{self.name}, from row {row + 1}"
        if is_.is_null(kind):
            return pa.nulls(len(values), pa.string())
        if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
            return values.cast(pa.string())
        if is_.is_integer(kind) or is_.is_decimal(kind) or is_.is_boolean(kind):
            return values.cast(pa.string())
        if is_.is_floating(kind):
            return self._numbers(column, values, where)
        if is_.is_date(kind) or is_.is_timestamp(kind):
            if column.type != "date":
                raise not_a_date(column, where)
            return self._days(column, values, where)
        raise P20WError(
            f"{self.name}: column {column.name} is stored as {kind}, which is no single value.",
            "Store it as text, number, truth value or date.",
        )

    def _numbers(self, column: Column, values: "pa.Array", where: str) -> "pa.Array":
        import pyarrow as pa
        import pyarrow.compute as pc

        values = values.cast(pa.float64())
        whole = pc.equal(pc.floor(values), values)
        if pc.any(pc.invert(pc.is_finite(values))).as_py():
            raise P20WError(
                f"{where}: column {column.name} holds what is no finite number.", "Leave missing values null."
            )
        if pc.all(pc.and_(whole, pc.less(pc.abs(values), LONGEST_WHOLE))).as_py():
            return values.cast(pa.int64()).cast(pa.string())
        return pa.array([None if v is None else number_text(v) for v in values.to_pylist()], pa.string())

    def _days(self, column: Column, values: "pa.Array", where: str) -> "pa.Array":
        import pyarrow as pa
        import pyarrow.compute as pc

        days: Any = values
        if pa.types.is_timestamp(values.type):
            days = pc.floor_temporal(values, unit="day")
            if values.type.tz is not None or pc.any(pc.not_equal(days, values)).as_py():
                raise P20WError(
                    f"{where}: column {column.name} holds a time of day or a time zone, not a date alone.",
                    "Store the column as dates.",
                )
        return pc.strftime(days.cast(pa.timestamp("s")), format=self.pattern)


def column_names(path: Path, name: str) -> list[str]:
    """Return the names of a Parquet file's columns."""
    with _opened(path, name) as file:
        return list(file.schema_arrow.names)


def _opened(path: Path, name: str) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, memory_map=False, pre_buffer=False, buffer_size=1 << 20)
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    except (pa.ArrowException, OSError):
        raise _damaged(name) from None
    if any(group.total_byte_size > _LARGEST_GROUP for group in groups):
        file.close()
        raise P20WError(
            f"{name} has a row group of more than {_LARGEST_GROUP >> 30} GiB.",
            "Write it with smaller row groups.",
        )
    return file


def _damaged(name: str) -> P20WError:
    return P20WError(f"{name} is a damaged, incomplete or encrypted Parquet file.", "Deliver the file again.")
