"""What the rules about a linkage run and about the numbers before a release found."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "plausibility_result",
        sa.Column("gate_run_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("evaluated_count", sa.BigInteger(), nullable=False),
        sa.Column("failed_count", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column(
            "evaluated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("gate in ('linkage', 'release')", name=op.f("ck_plausibility_result__gate")),
        sa.CheckConstraint("severity in ('hold', 'warn')", name=op.f("ck_plausibility_result__severity")),
        sa.PrimaryKeyConstraint("gate_run_id", "rule_code", name=op.f("pk_plausibility_result")),
        schema="quality",
    )
    op.create_index(
        op.f("ix_plausibility_result__gate_evaluated_at"),
        "plausibility_result",
        ["gate", "evaluated_at"],
        schema="quality",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("plausibility_result", schema="quality")
