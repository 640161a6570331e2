"""What a linkage run leaves to the next one, so that a new delivery alone is scored."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply."""
    # Every weighed pair is kept as a standing pair; an edge holds a person together.
    op.drop_column("edge", "is_link", schema="identity")
    op.drop_column("edge", "reason", schema="identity")
    op.add_column("membership", sa.Column("digest", sa.BigInteger(), nullable=True), schema="identity")
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


def downgrade() -> None:
    """Take back."""
    op.drop_table("standing_pair", schema="identity")
    op.drop_table("standing_node", schema="identity")
    op.drop_column("membership", "digest", schema="identity")
    op.add_column("edge", sa.Column("reason", sa.Text(), nullable=True), schema="identity")
    op.add_column(
        "edge",
        sa.Column("is_link", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        schema="identity",
    )
