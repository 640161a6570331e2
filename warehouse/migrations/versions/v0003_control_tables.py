"""Deliveries, codes, runs and releases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "code",
        sa.Column("code_set", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_set", "code", name=op.f("pk_code")),
        schema="control",
    )
    op.create_table(
        "code_map",
        sa.Column("code_set", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("local_code", sa.Text(), nullable=False),
        sa.Column("standard_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_set", "submitter", "local_code", name=op.f("pk_code_map")),
        schema="control",
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("layout_version", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("accepted_count", sa.BigInteger(), nullable=True),
        sa.Column("quarantined_count", sa.BigInteger(), nullable=True),
        sa.Column("rejected_count", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('loaded', 'accepted', 'held', 'superseded', 'withdrawn', 'failed')",
            name=op.f("ck_delivery__status"),
        ),
        sa.CheckConstraint(
            "row_count = accepted_count + quarantined_count + rejected_count",
            name=op.f("ck_delivery__rows_reconcile"),
        ),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_delivery__sequence")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("layout", "submitter", "period", "sha256", name=op.f("uq_delivery")),
        schema="control",
    )
    op.create_index(
        op.f("ix_delivery__layout_status"), "delivery", ["layout", "status"], unique=False, schema="control"
    )
    op.create_table(
        "linkage_run",
        sa.Column("linkage_run_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "status in ('candidate', 'live', 'retired', 'failed')", name=op.f("ck_linkage_run__status")
        ),
        sa.PrimaryKeyConstraint("linkage_run_id", name=op.f("pk_linkage_run")),
        schema="control",
    )
    op.create_index(
        "uq_linkage_run__live",
        "linkage_run",
        ["status"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("status = 'live'"),
    )
    op.create_table(
        "pipeline_run",
        sa.Column("run_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("summary", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_pipeline_run")),
        schema="control",
    )
    op.create_table(
        "release",
        sa.Column("release_id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("versions", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "status in ('draft', 'published', 'withdrawn')",
            name=op.f("ck_release__status"),
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release")),
        schema="control",
    )
    op.create_table(
        "delivery_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["control.delivery.delivery_id"],
            name=op.f("fk_delivery_event__delivery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_delivery_event")),
        schema="control",
    )
    op.create_index(
        op.f("ix_delivery_event__delivery_id"),
        "delivery_event",
        ["delivery_id"],
        unique=False,
        schema="control",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("delivery_event", schema="control")
    op.drop_table("release", schema="control")
    op.drop_table("pipeline_run", schema="control")
    op.drop_table("linkage_run", schema="control")
    op.drop_table("delivery", schema="control")
    op.drop_table("code_map", schema="control")
    op.drop_table("code", schema="control")
