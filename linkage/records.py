"""The person record: the one shape in which every agency's identifiers reach linkage.

The Arrow schema and its checks belong here; how values are cleaned for comparison is `standardise`'s business.
Messages name columns and counts, never values: each value here identifies somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.errors import P20WError

if TYPE_CHECKING:
    import pyarrow as pa

SPINE_SOURCES = ("k12", "postsecondary", "wioa", "bridge")
"""Sources whose records carry a name and a birth date: clusters of persons are built from these."""

WAGE_SOURCES = ("ui",)
"""Sources without a birth date: their records are attached to persons, many to one."""

DUPLICATE_FREE_SOURCES = ("k12", "wioa", "bridge")
"""Sources that issue one identifier per person, so that a person can hold one record of each."""

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
)
_DATE_COLUMNS = ("birthdate", "first_seen", "last_seen")
_LIST_COLUMNS = ("other_first_names", "other_last_names", "set_aside")
COLUMNS = (*_TEXT_COLUMNS, *_DATE_COLUMNS, *_LIST_COLUMNS)
_KEY_COLUMNS = ("record_id", "source", "source_key")


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

    Raises:
        P20WError: A column is missing or of another type, a key is empty or given twice, a source is unknown.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    schema = record_schema()
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise P20WError(
            f"Person records lack the column {missing[0]}.",
            "Build identity.person_record again: linkage reads every column of the person-record contract.",
        )
    try:
        cast = table.select(schema.names).cast(pa.schema([field.with_nullable(True) for field in schema]))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise P20WError(
            "A column of the person records has a type that linkage cannot read.",
            f"Expected types: {', '.join(f'{field.name} {field.type}' for field in schema)}.",
        ) from None
    for name in _KEY_COLUMNS:
        if cast[name].null_count:
            raise P20WError(
                f"{cast[name].null_count} person records have no {name}.",
                "Every person record needs record_id, source and source_key.",
            )
    if pc.count_distinct(cast["record_id"]).as_py() != cast.num_rows:
        raise P20WError("Some record_id is given to several person records.", "Give one row per record_id.")
    unknown = set(pc.unique(cast["source"]).to_pylist()) - {*SPINE_SOURCES, *WAGE_SOURCES}
    if unknown:
        raise P20WError(
            f"Person records name {len(unknown)} source(s) that linkage does not know.",
            f"Known sources: {', '.join((*SPINE_SOURCES, *WAGE_SOURCES))}.",
        )
    return cast
