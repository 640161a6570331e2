"""Person records into comparable nodes, in order: clean, recognise sources, fold, lend names.

Everything is DuckDB SQL over whole tables. What makes a link is not decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.matching.aliases import ALIASES
from linkage.matching.cleaning import (
    CLEAN,
    DUMMY_SSN,
    RECORD,
    ROOTS,
    SCHOOL_YEARS,
    macros,
    register_nicknames,
)
from linkage.matching.nodes import NODE, NODE_OF, SHARED_SSN, SPLIT_FOLDS
from linkage.matching.relatives import look_for_relatives
from linkage.matching.sources import make_roles
from linkage.records import check_decisions, record_digests

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb
    import pyarrow as pa


_DROP_PARTS = "; ".join(
    f"drop table {table}" for table in ("cleaned", "name_set", "given_name", "family_name", "middle_name")
)

# What the records say of people stands in `person` now, cleaned; of millions of records both would fill the memory.
_KEYS_ALONE = (
    "create or replace table record as select record, record_id, source, source_key, digest from record"
)


def _decided(name: str) -> str:
    return f"""
    create or replace table decided_{name} as
    select distinct l.record as record_l, r.record as record_r from decision_{name} as d
    join record as l on l.record_id = d.record_id_l join record as r on r.record_id = d.record_id_r
    where l.record <> r.record;
    """


def standardise(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    must_link: pa.Table | None = None,
    cannot_link: pa.Table | None = None,
    single_record_sources: Collection[str] | None = None,
    digests: pa.Table | None = None,
) -> None:
    """Make the tables `record`, `person`, `node_of`, `node`, `spine` and `wages` from checked person records.

    People's decisions, pairs of record ids, become `decided_together` and `decided_apart`; those about records that are
    not here are left out.
    """
    connection.execute(macros())
    register_nicknames(connection)
    connection.register("person_record", records)
    connection.register("record_digest", record_digests(records) if digests is None else digests)
    connection.execute(SCHOOL_YEARS)
    connection.execute(RECORD)
    connection.unregister("person_record")
    connection.unregister("record_digest")
    note_decisions(connection, must_link, cannot_link)
    clean(connection)
    connection.execute(DUMMY_SSN.format(people="person"))
    make_roles(connection, single_record_sources)
    fold(connection)
    look_for_relatives(connection)


def note_decisions(
    connection: duckdb.DuckDBPyConnection, must_link: pa.Table | None, cannot_link: pa.Table | None
) -> None:
    """Make `decided_together` and `decided_apart` of `record` and people's decisions."""
    for name, pairs in (("together", must_link), ("apart", cannot_link)):
        connection.register(f"decision_{name}", check_decisions(pairs))
        connection.execute(_decided(name))
        connection.unregister(f"decision_{name}")


def clean(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `person` from `record`."""
    for statement in (CLEAN, ROOTS, _DROP_PARTS, _KEYS_ALONE):
        connection.execute(statement)


def fold(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `node_of`, `node`, `spine` and `wages` from `person`."""
    for statement in (NODE_OF, SPLIT_FOLDS, NODE, SHARED_SSN, ALIASES):
        connection.execute(statement)
