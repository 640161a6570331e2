"""The state's choices of indicator parameters, where the models can read them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "state_parameter",
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("indicator_code", "parameter", name=op.f("pk_state_parameter")),
        schema="control",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("state_parameter", schema="control")
