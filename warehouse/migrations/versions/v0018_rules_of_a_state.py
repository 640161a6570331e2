"""Whether a rule is the package's, changed by the state or its own; and the state's reason where it is switched off."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "rule", sa.Column("origin", sa.Text(), nullable=False, server_default="package"), schema="quality"
    )
    op.add_column("rule", sa.Column("switched_off", sa.Text(), nullable=True), schema="quality")


def downgrade() -> None:
    """Take back."""
    op.drop_column("rule", "switched_off", schema="quality")
    op.drop_column("rule", "origin", schema="quality")
