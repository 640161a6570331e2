"""Empties tables that refuse to be emptied, so that each test begins with none of their rows."""

from warehouse.connection import Warehouse

RELEASES = (
    "published.release, published.indicator, published.indicator_cell, published.limitation, published.category,"
    " published.withdrawal, control.release"
)


def emptying(tables: str) -> str:
    """The statements, for a superuser: triggers are off while they run."""
    return (
        f"set local session_replication_role = replica; truncate {tables};"
        " set local session_replication_role = origin;"
    )


def forget_releases(warehouse: Warehouse) -> None:
    """Take away everything that was published."""
    warehouse.execute(emptying(RELEASES))
