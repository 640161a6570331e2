"""The Spark session: one that runs already, or one of a master that the state names. No query belongs here."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession


@contextmanager
def spark_session(master: str | None) -> Iterator[SparkSession]:
    """Give a session; one that was started here is stopped again.

    Args:
        master: Address such as `spark://host:7077`; None takes the session that is active, else Spark's own configuration.

    Raises:
        P20WError: Spark is not installed, or no master answers.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise P20WError(
            "Spark is not installed here.",
            "Install it with `pip install 'p20w[spark]'`, and Java 17, or set linkage.engine to duckdb.",
        ) from None
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    with warnings.catch_warnings():
        # Frames of pandas, which Spark warns about, are not used.
        warnings.simplefilter("ignore", FutureWarning)
        session = _start(SparkSession.builder, master)
    try:
        yield session
    finally:
        session.stop()


def _start(builder: SparkSession.Builder, master: str | None) -> SparkSession:
    configured = builder.appName("p20w linkage").config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        configured = configured.master(master)
    try:
        session = configured.getOrCreate()
    except Exception as error:
        raise P20WError(
            f"No Spark session could be started ({type(error).__name__}).",
            "Look whether Java 17 is installed and whether linkage.spark_master of the state's file answers.",
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    if session.sparkContext.master.startswith("local"):
        # Spark would take whatever `python3` is found first; on a cluster PYSPARK_PYTHON says.
        session.sparkContext.pythonExec = sys.executable
    return session
