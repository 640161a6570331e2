"""Releases and stewards' decisions cannot be emptied either: what refuses a changed or deleted row lets a truncate pass."""

from alembic import op

revision = "0032"
down_revision = "0031"

_TABLES = {
    "published": ("release", "indicator", "indicator_cell", "limitation", "category", "withdrawal"),
    "identity": ("decision",),
}


def upgrade() -> None:
    """Apply."""
    for schema, tables in _TABLES.items():
        for table in tables:
            op.execute(
                f"create trigger never_emptied before truncate on {schema}.{table}"
                f" for each statement execute function {schema}.refuse_change()"
            )


def downgrade() -> None:
    """Take back."""
    for schema, tables in _TABLES.items():
        for table in tables:
            op.execute(f"drop trigger never_emptied on {schema}.{table}")
