"""Great Expectations' way to the warehouse: one in-memory context per process, told the address only while it works.

Belongs here: making the context, running a suite in it. Must not come here: rules, results.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from psycopg import sql

from quality_checks.batch import PLANNER_SETTINGS
from warehouse.connection import Warehouse
from warehouse.errors import P20WError, redacted

# Great Expectations substitutes it into the connection string. An address with a socket is refused when it
# is written there directly, and in this way the password is in no configuration either.
_ADDRESS = "P20W_GX_DATABASE_URL"
# The gate waits for this connection while it holds locks of its own, which no server can see as a deadlock.
_CONNECTION = {**PLANNER_SETTINGS, "lock_timeout": "60s"}
_SETTINGS = " ".join(f"-c {name}={value}" for name, value in _CONNECTION.items())

# A context is not made for several threads, and the address is the whole process's.
_in_use = threading.Lock()

# Any other format keeps the values that failed, and those are people's.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


def validate(warehouse: Warehouse, query: sql.Composed, suite: Any) -> Any:
    """Return what a suite finds in the rows of a query that begins with select; raise P20WError when it cannot."""
    with _in_use, _address(warehouse), redacted():
        try:
            return _validate(_data_source(warehouse.url), query.as_string(), suite)
        except Exception as error:
            if not type(error).__module__.startswith("great_expectations"):
                raise
            kind = type(error).__name__
    # Outside of the handler, so that nothing of the original hangs on to it: its text may quote rows.
    raise P20WError(
        f"Great Expectations could not run suite {suite.name} ({kind}).",
        "Run the step again; if it fails again, `p20w doctor` says whether the database can be reached.",
    )


def _validate(source: Any, query: str, suite: Any) -> Any:
    import great_expectations

    context = _context()
    rows = source.add_query_asset(name=suite.name, query=query)
    try:
        definition = great_expectations.ValidationDefinition(
            name=suite.name,
            data=rows.add_batch_definition_whole_table("delivered"),
            suite=context.suites.add(suite),
        )
        return context.validation_definitions.add(definition).run(result_format=RESULT_FORMAT)
    finally:
        _forget(suite.name, source)


def _forget(name: str, source: Any) -> None:
    """Leave nothing of a run behind: neither in the context nor, with the connection, in the database."""
    context = _context()
    if any(definition.name == name for definition in context.validation_definitions.all()):
        context.validation_definitions.delete(name)
    if any(suite.name == name for suite in context.suites.all()):
        context.suites.delete(name)
    source.delete_asset(name)
    source.get_execution_engine().close()


@contextmanager
def _address(warehouse: Warehouse) -> Iterator[None]:
    import sqlalchemy

    url = sqlalchemy.make_url(warehouse.sqlalchemy_url())
    given = str(url.query.get("options", ""))
    url = url.update_query_dict({"options": f"{given} {_SETTINGS}".strip()})
    os.environ[_ADDRESS] = url.render_as_string(hide_password=False)
    try:
        yield
    finally:
        del os.environ[_ADDRESS]


@cache
def _data_source(url: str) -> Any:
    """Return a data source for this address, in the one context of the process."""
    name = f"warehouse_{len(_context().data_sources.all())}"
    # Without a temporary table every row would be fetched to learn the names of the columns, and its values
    # read anew for each group of expectations. The table goes with the connection, when the batch is closed.
    return _context().data_sources.add_postgres(
        name=name, connection_string=f"${{{_ADDRESS}}}", create_temp_table=True
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
