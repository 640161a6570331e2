"""The door to DuckDB and Splink: opening a private database, making a quiet linker.

Every Splink object is made here, so that a new Splink version is met in one place. No SQL about persons belongs here.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb
    from splink import Linker

logger = logging.getLogger(__name__)


def open_database(
    *, threads: int | None = None, spill: Path | None = None, memory_gb: float | None = None
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that writes nothing to disk unless a spill folder is named."""
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("set enable_progress_bar = false")
    # Spilled blocks hold names and SSNs: only a folder inside the home, named by the caller, may receive them.
    connection.execute("set temp_directory = ?", [str(spill) if spill else ""])
    connection.execute("set preserve_insertion_order = false")
    if threads is not None:
        connection.execute(f"set threads = {int(threads)}")
    if memory_gb is not None:
        connection.execute(f"set memory_limit = '{float(memory_gb)}GB'")
    return connection


def make_linker(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, str], settings: dict[str, Any]
) -> Linker:
    """Return a Splink linker over existing tables (`{source name: table}`), logging instead of printing."""
    from splink import DuckDBAPI, Linker

    # Without any handler Python prints warnings of a library to stderr.
    splink_logger = logging.getLogger("splink")
    if not splink_logger.handlers:
        splink_logger.addHandler(logging.NullHandler())
    api = DuckDBAPI(connection)
    frames = [api.register(table, dataset_display_name=name) for name, table in tables.items()]
    return Linker(frames if len(frames) > 1 else frames[0], settings, log_level=None, validate_settings=False)


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """Return the single value of a query and leave no open result behind."""
    return connection.execute(sql).fetchall()[0][0]


@contextmanager
def score_candidates(
    connection: duckdb.DuckDBPyConnection,
    settings: dict[str, Any],
    frequency_tables: Mapping[str, str],
    *,
    nodes: str = "node",
) -> Iterator[str]:
    """Score the pairs of the table `candidate` over `node`; gives the name of Splink's table for the while.

    Args:
        connection: A database with `node` and `candidate` (match_key, join_key_l, join_key_r).
        settings: Splink settings of one profile.
        frequency_tables: By column, the table of name frequencies to use instead of counting the records at hand.
        nodes: Another table that holds the nodes of the pairs, so that the others are not touched.
    """
    # Splink copies every column of the nodes on both sides of the pairs: it gets those that are compared.
    connection.execute(
        f"create or replace temp view compared_node as select {', '.join(_compared(settings))} from {nodes}"
    )
    linker = make_linker(connection, {"node": "compared_node"}, settings)
    api = linker._db_api
    for column, table in frequency_tables.items():
        linker.table_management.register_term_frequency_lookup(api.register(table), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("candidate"))
    scored = linker.inference.predict(warning_mode="never")
    try:
        yield scored.physical_name
    finally:
        scored.drop_table_from_database_and_remove_from_cache()
        linker.table_management.invalidate_cache()


def _compared(settings: dict[str, Any]) -> list[str]:
    """Return the id and the columns that the conditions of the levels read; all columns where Splink is to show them."""
    if settings["retain_matching_columns"]:
        return ["*"]
    conditions = " ".join(
        level["sql_condition"]
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
    )
    return ["unique_id", *sorted(set(re.findall(r"\b(\w+)_[lr]\b", conditions)))]
