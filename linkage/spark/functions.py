"""DuckDB's own text functions for Spark SQL: Arrow batches go through a DuckDB in the worker, so that levels are the same.

The workers need duckdb and pyarrow beside Spark, not this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage.matching.cleaning import macros
from linkage.spark.translate import BORROWED, PREFIX, RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession


def register_functions(spark: SparkSession) -> None:
    """Make the functions of `translate.BORROWED` known to a session."""
    from pyspark.sql.functions import arrow_udf

    prepared = macros()
    for name, arguments in BORROWED.items():
        function = _borrowed(name, len(arguments), prepared)
        spark.udf.register(f"{PREFIX}{name}", arrow_udf(function, RESULTS.get(name, "boolean")))


def _borrowed(name: str, count: int, prepared: str) -> Callable[..., Any]:
    """Return a function of Arrow columns; a closure, which travels to the workers whole."""
    columns = [f"c{place}" for place in range(count)]
    query = f"select {name}({', '.join(columns)}) as found from batch"
    kept: dict[str, Any] = {}

    def answer(*arrays):  # type: ignore[no-untyped-def] # Spark reads annotations and would take Any for a type
        import duckdb
        import pyarrow as pa

        if "connection" not in kept:
            kept["connection"] = duckdb.connect(":memory:", config={"threads": "1"})
            kept["connection"].execute(prepared)
        kept["connection"].register("batch", pa.table(list(arrays), names=columns))
        found = kept["connection"].execute(query).to_arrow_table()["found"].combine_chunks()
        kept["connection"].unregister("batch")
        return found

    return answer
