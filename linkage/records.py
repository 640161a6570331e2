"""The person record: the one shape in which every agency's identifiers reach linkage.

The Arrow schema, its checks and what a source's records can be belong here; how values are cleaned for comparison is
`standardise`'s business. Messages name columns and counts, never values: each value here identifies somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.engine import open_database
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

WAGE_SOURCES = ("ui",)
"""Sources without a birth date: their records are attached to persons, many to one."""

DUPLICATE_FREE_SOURCES = ("k12", "wioa", "bridge")
"""Sources that issue one identifier per person, so that a person can hold one record of each."""

SINGLE_RECORD_INSTITUTIONS = "postsecondary"
"""The source whose institutions, named before a `|` in its keys, issue one identifier per student each."""

_TEXT_COLUMNS = (
    "record_id",
    "source",
    "source_key",
    "ssn",
    "first_name",
    "middle_name",
    "last_name",
    "generation_code",
    "preferred_name",
    "sex",
    "zip_code",
    "city",
    "street_address",
    "birth_year",
    "age",
)
_DATE_COLUMNS = ("birthdate", "first_seen", "last_seen")
_LIST_COLUMNS = ("other_first_names", "other_last_names", "set_aside")
COLUMNS = (*_TEXT_COLUMNS, *_DATE_COLUMNS, *_LIST_COLUMNS)
_KEY_COLUMNS = ("record_id", "source", "source_key")
_TELLING = ("ssn", "first_name", "last_name", "birthdate")

_ONLY_SOURCE = "records"


def record_schema() -> pa.Schema:
    """Return the Arrow schema of a person record."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string(), nullable=name not in _KEY_COLUMNS) for name in _TEXT_COLUMNS]
    fields += [pa.field(name, pa.date32()) for name in _DATE_COLUMNS]
    fields += [pa.field(name, pa.list_(pa.string())) for name in _LIST_COLUMNS]
    return pa.schema(fields)


def decision_schema() -> pa.Schema:
    """Return the Arrow schema of people's decisions: pairs of records that must, or must not, be one person."""
    import pyarrow as pa

    return pa.schema([("record_id_l", pa.string()), ("record_id_r", pa.string())])


def check_decisions(table: pa.Table | None) -> pa.Table:
    """Return the pairs in the contract's columns, an empty table where there are none."""
    schema = decision_schema()
    if table is None:
        return schema.empty_table()
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise P20WError(
            f"The decisions lack the column {missing[0]}.", f"They need {', '.join(schema.names)}."
        )
    return table.select(schema.names).cast(schema)


def check_records(table: pa.Table) -> pa.Table:
    """Return the records in the contract's columns and types, or say what keeps them from being linked.

    Only record_id and one of first_name, last_name, ssn and birthdate must be there. Without a source all records are of
    one; without a source_key the record_id is it; any other column that is missing is not known.

    Raises:
        P20WError: What must be there is missing, a column is of another type, a key is empty or given twice.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    schema = record_schema()
    _check_columns(table)
    if "source" not in table.column_names:
        table = table.append_column("source", pa.repeat(pa.scalar(_ONLY_SOURCE), table.num_rows))
    if "source_key" not in table.column_names:
        table = table.append_column("source_key", table["record_id"])
    columns = []
    for field in schema:
        try:
            columns.append(
                table[field.name].cast(field.type)
                if field.name in table.column_names
                else pa.nulls(table.num_rows, field.type)
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise P20WError(
                f"The column {field.name} of the person records has a type or values that linkage cannot read.",
                f"It must be of the type {field.type}, a date as YYYY-MM-DD.",
            ) from None
    cast = pa.table(columns, names=schema.names)
    for name in _KEY_COLUMNS:
        if cast[name].null_count:
            raise P20WError(
                f"{cast[name].null_count} person records have no {name}.",
                "Every person record needs record_id, source and source_key.",
            )
    if pc.count_distinct(cast["record_id"]).as_py() != cast.num_rows:
        raise P20WError("Some record_id is given to several person records.", "Give one row per record_id.")
    return cast


def record_digests(records: pa.Table) -> pa.Table:
    """Return record_id and a 64-bit digest of all that linkage reads of each record."""
    # last_seen moves with every delivery and no rule of linkage reads it.
    table = records.drop_columns(["last_seen", "set_aside"])
    connection = open_database()
    try:
        connection.register("digested", table)
        return connection.execute(
            "select record_id, (hash(d) >> 1)::bigint as digest from digested as d"
        ).to_arrow_table()
    finally:
        connection.close()


def rows_of(table: pa.Table, column: str, records: pa.Table) -> pa.Table:
    """Return the rows of a table that name one of the records."""
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table[column], records["record_id"].combine_chunks()))


def _check_columns(table: pa.Table) -> None:
    if "record_id" not in table.column_names:
        raise P20WError(
            "Person records lack the column record_id.",
            "Give each record an id of its own. docs/linkage.md lists the columns that linkage reads.",
        )
    if not set(_TELLING) & set(table.column_names):
        raise P20WError(
            f"Person records lack all of {', '.join(_TELLING)}.",
            "Name the columns as the person-record contract in docs/linkage.md does.",
        )
