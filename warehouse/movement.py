"""Bulk data into PostgreSQL by COPY, on the caller's transaction.

Rows are never inserted one by one. Reading in bulk is `Warehouse.fetch_arrow`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from psycopg import sql

from warehouse.errors import P20WError, redacted

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

_ROWS_PER_CHUNK = 50_000


def copy_stream(
    connection: psycopg.Connection[Any], chunks: Iterable[bytes | memoryview], statement: sql.Composable
) -> int:
    """Send chunks of bytes through a COPY FROM STDIN statement; the number of rows it took."""
    with redacted(), connection.cursor() as cursor:
        with cursor.copy(sql.Composed([statement])) as copy:
            for chunk in chunks:
                copy.write(chunk)
        return cursor.rowcount


def copy_arrow(connection: psycopg.Connection[Any], table: pa.Table, schema: str, relation: str) -> int:
    """Append an Arrow table to the relation's columns of the same names; the number of rows."""
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(schema, relation), sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    )
    return copy_stream(connection, _csv_chunks(_flat(table)), statement)


def _csv_chunks(table: pa.Table) -> Iterable[memoryview]:
    import pyarrow as pa
    from pyarrow import csv

    # Text is always quoted and a null never is, so an empty text stays apart from a null.
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in table.to_batches(max_chunksize=_ROWS_PER_CHUNK):
        buffer = pa.BufferOutputStream()
        csv.write_csv(batch, buffer, options)
        yield memoryview(buffer.getvalue())


def _flat(table: pa.Table) -> pa.Table:
    """Columns that CSV cannot hold, as text that PostgreSQL reads."""
    import pyarrow as pa

    for index, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            flat = table.column(index).cast(column.type.value_type)
        elif pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            flat = pa.chunked_array(
                [_array_literals(chunk) for chunk in table.column(index).chunks], pa.string()
            )
        elif pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
            raise P20WError(
                f"Column {column.name} has the type {column.type}, which COPY cannot carry.",
                "Convert it to text before copying.",
            )
        else:
            continue
        table = table.set_column(index, column.name, flat)
    return table


def _array_literals(lists: pa.ListArray) -> pa.Array:
    """PostgreSQL's spelling of arrays, with every element in quotation marks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(lists.flatten(), pa.string())
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"')):
        texts = pc.replace_substring(texts, plain, escaped)
    quoted = pc.fill_null(pc.binary_join_element_wise('"', texts, '"', ""), "NULL")
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(pc.cast(lengths, pa.int32()))])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, quoted), ",")
    literals = pc.binary_join_element_wise("{", joined, "}", "")
    return pc.if_else(lists.is_valid(), literals, pa.scalar(None, pa.string()))
