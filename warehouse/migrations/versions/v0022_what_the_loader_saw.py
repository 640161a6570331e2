"""What is seen of a delivery's values while they are loaded: rules trim and test only what is not known already."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Apply."""
    op.add_column("delivery", sa.Column("is_trimmed", sa.Boolean(), nullable=True), schema="control")
    op.add_column("delivery", sa.Column("plain_numbers", ARRAY(sa.Text()), nullable=True), schema="control")


def downgrade() -> None:
    """Take back."""
    op.drop_column("delivery", "plain_numbers", schema="control")
    op.drop_column("delivery", "is_trimmed", schema="control")
