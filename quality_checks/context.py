"""Great Expectations' way to the warehouse: one in-memory context per process, told the address only while it works.

Belongs here: making the context and handing out batches. Must not come here: rules, results.
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
from warehouse.errors import redacted

# Great Expectations substitutes it into the connection string. An address with a socket is refused when it
# is written there directly, and in this way the password is in no configuration either.
_ADDRESS = "P20W_GX_DATABASE_URL"
_SETTINGS = " ".join(f"-c {name}={value}" for name, value in PLANNER_SETTINGS.items())

# A context is not made for several threads, and the address is the whole process's.
_in_use = threading.Lock()


@contextmanager
def open_batch(warehouse: Warehouse, name: str, query: sql.Composed) -> Iterator[Any]:
    """Yield the rows of a query as a batch that a suite can be run on.

    Args:
        warehouse: where the rows are.
        name: what the batch is called while it is open.
        query: begins with select.
    """
    with _in_use, _address(warehouse), redacted():
        source = _data_source(warehouse.url)
        asset = source.add_query_asset(name=name, query=query.as_string())
        try:
            yield asset.add_batch_definition_whole_table("delivered").get_batch()
        finally:
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
    return _context().data_sources.add_postgres(name=name, connection_string=f"${{{_ADDRESS}}}")


@cache
def _context() -> Any:
    # Read at import; older versions would report usage to their maker.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
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
