"""Destructions and their tombstones: what was destroyed is known by its checksum and cannot come back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "destruction",
        sa.Column("destruction_id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("certificate_sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("destruction_id", name=op.f("pk_destruction")),
        schema="control",
    )
    op.create_table(
        "destroyed_content",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("destruction_id", sa.Integer(), nullable=False),
        sa.Column(
            "destroyed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["destruction_id"],
            ["control.destruction.destruction_id"],
            name=op.f("fk_destroyed_content__destruction"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_destroyed_content")),
        schema="control",
    )
    for column in ("sha256", "destruction_id"):
        op.create_index(
            op.f(f"ix_destroyed_content__{column}"), "destroyed_content", [column], schema="control"
        )
    op.execute(
        "create trigger keep before update or delete or truncate on control.destroyed_content"
        " for each statement execute function control.refuse_log_change()"
    )
    op.execute("alter table control.destroyed_content enable always trigger keep")


def downgrade() -> None:
    """Take back."""
    op.drop_table("destroyed_content", schema="control")
    op.drop_table("destruction", schema="control")
