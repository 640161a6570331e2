"""Column names as JSON, not as an array: dbt's unit tests cannot make up a row of a table with an array."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Apply."""
    op.execute("alter table control.delivery alter plain_numbers type jsonb using to_jsonb(plain_numbers)")


def downgrade() -> None:
    """Take back."""
    # A conversion may hold no query, and what was seen while loading is a help only.
    op.execute("alter table control.delivery alter plain_numbers type text[] using null::text[]")
