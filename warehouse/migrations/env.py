"""How Alembic runs here: on the connection that `warehouse.migration` hands over, in its transaction."""

from alembic import context

from warehouse.tables import (
    access,
    control,
    governance,
    identity,
    ledger,
    published,
    quality,
    retention,
    stewardship,
)
from warehouse.tables.base import Base

# Importing the modules registers their tables.
_REGISTERED = (access, control, governance, identity, ledger, published, quality, retention, stewardship)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table_schema="control",
    include_schemas=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
