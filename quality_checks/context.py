"""Great Expectations on a connection of ours: it sees what the transaction sees, and no address is told to it.

Belongs here: lending the connection, running a suite. Must not come here: rules, results.
"""

import logging
import threading
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from warehouse.errors import P20WError, redacted

# A context is not made for several threads.
_in_use = threading.Lock()

# Any other format keeps the values that failed, and those are people's.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


def validate(connection: psycopg.Connection[Any], query: sql.Composed, suite: Any) -> Any:
    """Return what a suite finds in the rows of a query that begins with select; raise P20WError when it cannot.

    The suite reads through this connection, inside its transaction: temporary tables and rows that are not
    committed yet are there, and nothing can wait for a lock that the caller holds.
    """
    with _in_use, redacted():
        try:
            return _validate(connection, query, suite)
        except Exception as error:
            if not type(error).__module__.startswith("great_expectations"):
                raise
            kind = type(error).__name__
    # Outside of the handler, so that nothing of the original hangs on to it: its text may quote rows.
    raise P20WError(
        f"Great Expectations could not run suite {suite.name} ({kind}).",
        "Run the step again; if it fails again, `p20w doctor` says whether the database can be reached.",
    )


def _validate(connection: psycopg.Connection[Any], query: sql.Composed, suite: Any) -> Any:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.batch import Batch
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.validator.validator import Validator

    context = _context()
    with _engine(connection).connect() as lent:
        engine = SqlAlchemyExecutionEngine(engine=lent.engine)
        # Without a temporary table every value would be read anew for each group of expectations.
        rows = SqlAlchemyBatchData(execution_engine=engine, query=query.as_string(), create_temp_table=True)
        validator = Validator(execution_engine=engine, batches=[Batch(data=rows)], data_context=context)
        try:
            results = validator.graph_validate(
                configurations=validator.process_expectations_for_validation(
                    suite.expectation_configurations
                ),
                runtime_configuration={"result_format": RESULT_FORMAT},
            )
        finally:
            _drop(connection, rows)
    return ExpectationSuiteValidationResult(
        success=all(result.success for result in results), results=results, suite_name=suite.name
    )


def _drop(connection: psycopg.Connection[Any], rows: Any) -> None:
    # A failed statement has ended the transaction, and with it the table.
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
        connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(rows.selectable.name)))


class _Lent:
    """A connection whose transaction the borrower can neither end nor close."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Leave the end of the transaction to its owner."""

    rollback = close = commit


def _engine(connection: psycopg.Connection[Any]) -> Any:
    import sqlalchemy
    from sqlalchemy.pool import StaticPool

    return sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: _Lent(connection),
        poolclass=StaticPool,
        use_native_hstore=False,
        hide_parameters=True,
    )


@cache
def _context() -> Any:
    import great_expectations
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    # Its log repeats the text of database errors, which quote rows; what failed is told by the suite's results.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    # Its own default would make a folder for pages that nobody asked for.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = great_expectations.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context
