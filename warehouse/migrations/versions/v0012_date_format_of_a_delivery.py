"""How a delivery writes its dates is known with the delivery: a layout comes in forms, and forms differ by state."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# The layouts had one form a year until now; their formats stand here as they were.
_FORMATS = {
    "k12": "case when layout_version = '2015' then 'MM/DD/YYYY' else 'YYYY-MM-DD' end",
    "postsecondary": "'YYYY-MM-DD'",
    "nsc": "'YYYYMMDD'",
    "wioa": "'YYYYMMDD'",
    "bridge": "'YYYYMMDD'",
}


def upgrade() -> None:
    """Apply."""
    op.add_column("delivery", sa.Column("date_format", sa.Text(), nullable=True), schema="control")
    for source, date_format in _FORMATS.items():
        op.execute(f"update control.delivery set date_format = {date_format} where layout like '{source}/%'")


def downgrade() -> None:
    """Take back."""
    op.drop_column("delivery", "date_format", schema="control")
