"""What a run leaves to the next one: its cleaned records, nodes, scores, clusters and questions, in one DuckDB file.

With it the next run cleans, scores and clusters only what is new, changed or touched. The file holds names and SSNs: it belongs
in a folder that only the warehouse's account reads. What is done with it is decided in `increment`.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb
    import pyarrow as pa

UNREADABLE = "what the live run kept cannot be read"

_UNALTERED = (
    "person", "node_of", "node", "scored", "judged", "cannot_link", "dear_rule", "final_edge", "review", "nickname_root", "prior",
    "wage_source", "single_source", "relatives", "school_years", "dummy_ssn", "decided_together", "decided_apart",
)  # fmt: skip
_TABLES = {
    "record": "select record, record_id, source, source_key, digest from record",
    "member": "select m.node, m.cluster, coalesce(c.component, m.cluster) as component from member as m"
    " left join component as c using (cluster)",
    # All that is known of a node in one number: what did not change is found without reading it.
    "node_digest": "select unique_id, hash(n) as digest from node as n",
    **{name: f"from {name}" for name in _UNALTERED},
}


def save_standing(connection: duckdb.DuckDBPyConnection, file: Path, terms: Mapping[str, Any]) -> None:
    """Keep a whole run in a file; `terms` are what a later run must share to build on it."""
    with _written(connection, file):
        for name, query in _TABLES.items():
            connection.execute(f"create table kept.{name} as {query}")
        connection.execute("create table kept.terms as select ? as terms", [_told(terms)])


@contextmanager
def standing_copy(
    connection: duckdb.DuckDBPyConnection, standing: Path, file: Path | None, terms: Mapping[str, Any]
) -> Iterator[str | None]:
    """Attach a copy of an earlier run's file as `kept`, to be changed; it is left in `file`, or nowhere.

    Gives why the file cannot be built on, or None. The file is left behind only if the block ends without an exception.
    """
    why = _reason_against(connection, standing, _told(terms))
    if why is not None:
        yield why
        return
    target = file or standing.with_suffix(".passing")
    with _written(connection, target, standing):
        yield None
    if file is None:
        target.unlink()


def _reason_against(connection: duckdb.DuckDBPyConnection, standing: Path, terms: str) -> str | None:
    import duckdb

    if not standing.exists():
        return "the live run kept no scores"
    try:
        connection.execute(f"attach {_quoted(standing)} as earlier (read_only)")
        kept = connection.execute("select terms from earlier.terms").fetchall()
        connection.execute("detach earlier")
    except duckdb.Error:
        connection.execute("detach database if exists earlier")
        return UNREADABLE
    return None if kept == [(terms,)] else "the model or a threshold changed"


@contextmanager
def _written(connection: duckdb.DuckDBPyConnection, file: Path, copied: Path | None = None) -> Iterator[None]:
    """Attach `file` under another name, which becomes its own when all is written."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    writing = file.with_suffix(".new")
    writing.unlink(missing_ok=True)
    if copied is not None:
        shutil.copyfile(copied, writing)
    try:
        # No other program reads the file: the newest way of storing is the smallest, and a third cheaper.
        connection.execute(f"attach {_quoted(writing)} as kept (storage_version 'latest')")
        writing.chmod(0o600)
        yield
        connection.execute("detach kept")
        writing.replace(file)
    finally:
        writing.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _told(terms: Mapping[str, Any]) -> str:
    # What a table of the file is made of belongs to the terms: an earlier version's file lacks what this one looks for.
    return json.dumps(dict(terms) | {"tables": _TABLES}, sort_keys=True)


def standing_pairs(standing: Path, left: list[str], right: list[str]) -> pa.Table:
    """Return what a run weighed of the pairs between two sets of records: record_id_l, record_id_r, evidence, is_apart."""
    import duckdb
    import pyarrow as pa

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach {_quoted(standing)} as kept (read_only)")
        for name, records in (("left_id", left), ("right_id", right)):
            connection.register(name, pa.table({"record_id": pa.array(records, pa.string())}))
        return connection.execute(_PAIRS).to_arrow_table()


_PAIRS = """
with l as (
    select r.record_id, n.node from kept.record as r semi join left_id using (record_id) join kept.node_of as n using (record)
),
r as (
    select r.record_id, n.node from kept.record as r semi join right_id using (record_id) join kept.node_of as n using (record)
)
select l.record_id as record_id_l, r.record_id as record_id_r, s.evidence, s.is_apart
from l join kept.scored as s on s.node_l = l.node join r on r.node = s.node_r
union all
select l.record_id, r.record_id, s.evidence, s.is_apart
from l join kept.scored as s on s.node_r = l.node join r on r.node = s.node_l
order by evidence desc, record_id_l, record_id_r
"""
