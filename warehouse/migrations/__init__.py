"""Alembic's environment and the versions of the schema. Models are in `warehouse.tables`."""
