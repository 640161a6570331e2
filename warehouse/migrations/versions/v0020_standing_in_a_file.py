"""What a linkage run leaves to the next one is a file of the home now: with it an increment touches only what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply."""
    op.drop_table("standing_pair", schema="identity")
    op.drop_table("standing_node", schema="identity")


def downgrade() -> None:
    """Take back."""
    op.create_table(
        "standing_node",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        schema="identity",
    )
    op.create_table(
        "standing_pair",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("record_id_l", sa.Uuid(), nullable=False),
        sa.Column("record_id_r", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        schema="identity",
    )
    for table, columns in (
        ("standing_node", ["linkage_run_id"]),
        ("standing_pair", ["linkage_run_id", "record_id_l"]),
        ("standing_pair", ["record_id_r"]),
    ):
        op.create_index(op.f(f"ix_{table}__{'_'.join(columns)}"), table, columns, schema="identity")
