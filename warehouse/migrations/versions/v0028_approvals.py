"""Approvals of changes by agencies; they, and what happened to research extracts, are only ever added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"

_ONLY_ADDED = ("approval", "research_extract_event")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("kind in ('layout', 'rule', 'parameter')", name=op.f("ck_approval__kind")),
        sa.CheckConstraint("origin in ('installation', 'agency')", name=op.f("ck_approval__origin")),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approval")),
        schema="control",
    )
    op.create_index(op.f("ix_approval__subject"), "approval", ["subject"], schema="control")
    for table in _ONLY_ADDED:
        op.execute(
            f"create trigger never_changes before update or delete or truncate on control.{table}"
            " for each statement execute function control.refuse_log_change()"
        )


def downgrade() -> None:
    """Take back."""
    for table in _ONLY_ADDED:
        op.execute(f"drop trigger never_changes on control.{table}")
    op.drop_table("approval", schema="control")
