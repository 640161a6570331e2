"""A file of person records (CSV or Parquet) in the columns of the contract, whatever their types.

Reading and typing belong here; what the columns mean is `records`' business. Messages name columns, never values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.engine import open_database
from linkage.records import COLUMNS, check_records, record_schema
from warehouse.errors import P20WError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pyarrow as pa

_DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)


@dataclass(frozen=True)
class PersonFile:
    """A file's records in the contract, the extra columns asked for, and the names of those not read."""

    records: pa.Table
    extras: pa.Table
    ignored: tuple[str, ...]


def read_person_file(path: Path, extras: tuple[str, ...] = ()) -> PersonFile:
    """Read a CSV or Parquet file; its columns are named as in docs/linkage.md, in any case and order.

    Args:
        path: The file; `.parquet` is Parquet, everything else CSV with a header.
        extras: Columns to hand back beside the records: truth, groups.
    """
    connection = open_database()
    try:
        names = _load(connection, path)
        missing = [column for column in extras if column not in names]
        if missing:
            raise P20WError(
                f"{path.name} has no column {missing[0]}.", f"Its columns are {', '.join(sorted(names))}."
            )
        lower = {name.lower(): name for name in names}
        known = [column for column in COLUMNS if column in lower]
        typed = [_typed(column, lower[column]) for column in known]
        if "record_id" not in known:
            typed.append("row_number() over ()::varchar as record_id")
        table = connection.execute(f"select {', '.join(typed)} from file_row").to_arrow_table()
        kept = ", ".join(f'"{column}"' for column in dict.fromkeys(extras)) or "null as none"
        beside = connection.execute(f"select {kept} from file_row").to_arrow_table()
    finally:
        connection.close()
    ignored = [name for name in names if name.lower() not in COLUMNS and name not in extras]
    return PersonFile(check_records(table), beside, tuple(ignored))


def _load(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    import duckdb

    if not path.is_file():
        raise P20WError(f"There is no file {path.name}.", "Name a CSV or Parquet file of person records.")
    read = (
        "read_parquet(?)"
        if path.suffix.lower() in (".parquet", ".pq")
        else "read_csv(?, header = true, all_varchar = true, sample_size = -1)"
    )
    try:
        # One order of rows, so that the records and what stands beside them fit together.
        connection.execute("set preserve_insertion_order = true")
        connection.execute(f"create table file_row as from {read}", [str(path)])
    except duckdb.Error:
        raise P20WError(
            f"{path.name} cannot be read as {'Parquet' if 'parquet' in read else 'CSV'}.",
            "Give a Parquet file, or a CSV file with one header line, in UTF-8.",
        ) from None
    return [row[0] for row in connection.execute("describe file_row").fetchall()]


def _typed(column: str, given: str) -> str:
    kind = str(record_schema().field(column).type)
    text = f"nullif(trim(\"{given}\"::varchar), '')"
    if kind.startswith("date"):
        tried = ", ".join(f"try_strptime({text}, '{form}')::date" for form in _DATE_FORMATS)
        return f"coalesce({tried}) as {column}"
    if kind.startswith("list"):
        # A Parquet list keeps its items; text holds them between semicolons or bars.
        bare = f"regexp_replace(coalesce({text}, ''), '^\\[|\\]$|[''\"]', '', 'g')"
        return f"list_filter(regexp_split_to_array({bare}, ' *[;|,] *'), lambda x: x <> '') as {column}"
    if column in ("birth_year", "age", "zip_code", "ssn"):
        # Numbers read as floating point elsewhere come back with a fraction.
        return f"regexp_replace({text}, '\\.0$', '') as {column}"
    return f"{text} as {column}"
