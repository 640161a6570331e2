"""Research extracts: requests, what happened to them, and the codes of their people in the vault."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "research_extract",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_research_extract")),
        schema="control",
    )
    op.create_table(
        "research_extract_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint(
            "event in ('counted', 'approved', 'refused', 'built', 'destroyed')",
            name=op.f("ck_research_extract_event__event"),
        ),
        sa.CheckConstraint(
            "(event in ('approved', 'refused')) = (agency is not null)",
            name=op.f("ck_research_extract_event__agency"),
        ),
        sa.ForeignKeyConstraint(
            ["project"],
            ["control.research_extract.project"],
            name=op.f("fk_research_extract_event__research_extract"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_research_extract_event")),
        schema="control",
    )
    op.create_index(
        op.f("ix_research_extract_event__project"), "research_extract_event", ["project"], schema="control"
    )
    op.create_table(
        "research_extract_code",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project", "person_id", name=op.f("pk_research_extract_code")),
        schema="identity",
    )
    op.create_index(
        "uq_research_extract_code__person_code",
        "research_extract_code",
        ["person_code"],
        unique=True,
        schema="identity",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("research_extract_code", schema="identity")
    op.drop_table("research_extract_event", schema="control")
    op.drop_table("research_extract", schema="control")
