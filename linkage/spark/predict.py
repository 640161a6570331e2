"""Scoring candidate pairs on Spark: the same rules, settings and conditions as in DuckDB, and the same table `scored`.

Nodes go out and pairs worth keeping come back as Arrow; blocking and Splink run on the cluster. Cleaning and clustering, which
grow with the records only, stay with the caller.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from linkage.engine import scalar
from linkage.matching.blocking import affordable, hash_nodes, note_dear_rules, pairs_sql
from linkage.matching.predict import SCORED, evidence_settings, kept_sql, load_frequencies, probability_bits
from linkage.models.settings import profiles
from linkage.spark.functions import register_functions
from linkage.spark.session import spark_session
from linkage.spark.translate import settings_for_spark, to_spark

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

    from linkage.models.model import LinkModel

logger = logging.getLogger(__name__)


def predict_on_spark(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, *, review_floor: float, master: str | None
) -> None:
    """Score every candidate pair of `node` into `scored`, on Spark; `prior` must be there.

    Args:
        connection: A database with `node` and `prior`.
        model: The model.
        review_floor: Least probability worth keeping.
        master: The cluster; None takes the active session or Spark's own configuration.
    """
    connection.execute(SCORED)
    frequencies = load_frequencies(connection, model)
    with spark_session(master) as spark:
        register_functions(spark)
        for table in ("node", "prior", *frequencies.values()):
            _lend(connection, spark, table)
        hash_nodes(connection)
        note_dear_rules(connection)
        for name, profile in profiles().items():
            rules = affordable(connection, profile.blocking_rules)
            candidates = spark.sql(to_spark(pairs_sql(name, rules))).persist()
            candidates.createOrReplaceTempView("candidate")
            if not candidates.isEmpty():
                _score(connection, spark, model, name, frequencies, probability_bits(review_floor))
            candidates.unpersist()
        spark.catalog.clearCache()
    logger.info("scored pairs kept: %d", scalar(connection, "select count(*) from scored"))


def _lend(connection: duckdb.DuckDBPyConnection, spark: SparkSession, table: str) -> None:
    """Hand a table to the cluster, kept there for the whole run."""
    frame = spark.createDataFrame(connection.execute(f"from {table}").to_arrow_table())
    frame.persist().createOrReplaceTempView(table)


def _score(
    connection: duckdb.DuckDBPyConnection,
    spark: SparkSession,
    model: LinkModel,
    name: str,
    frequencies: dict[str, str],
    floor: float,
) -> None:
    from splink import Linker

    api = _splink_api(spark)
    settings = settings_for_spark(evidence_settings(model, name))
    linker = Linker(
        api.register("node", dataset_display_name="node"),
        settings,
        log_level=None,
        validate_settings=False,
    )
    for column, table in frequencies.items():
        linker.table_management.register_term_frequency_lookup(api.register(table), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("candidate"))
    scored = linker.inference.predict(warning_mode="never")
    try:
        kept = spark.sql(to_spark(kept_sql(name, floor, pairs=scored.physical_name, nodes="node"))).toArrow()
        connection.register("kept", kept)
        connection.execute("insert into scored select node_l, node_r, profile, evidence, is_apart from kept")
        connection.unregister("kept")
    finally:
        linker.table_management.invalidate_cache()


def _splink_api(spark: SparkSession) -> Any:
    """Return Splink's door to a session; its own writer of SQL cannot extend the compiled sqlglot, so the plain one writes."""
    import sqlglot
    from splink.backends.spark import SparkAPI

    class PlainSparkAPI(SparkAPI):  # type: ignore[misc]
        def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
            return str(sqlglot.transpile(sql, read="spark", write="spark")[0])

    # Lineage is cut in the executors' memory: no folder that all machines share is asked for.
    return PlainSparkAPI(
        spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False
    )
