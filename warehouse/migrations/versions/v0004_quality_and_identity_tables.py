"""What rules find, and what linkage writes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "edge",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("record_id_l", sa.Uuid(), nullable=False),
        sa.Column("record_id_r", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("match_weight", sa.Double(), nullable=True),
        sa.Column("match_probability", sa.Double(), nullable=True),
        schema="identity",
    )
    op.create_index(
        op.f("ix_edge__linkage_run_id_record_id_l"),
        "edge",
        ["linkage_run_id", "record_id_l"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "membership",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("linkage_run_id", "record_id", name=op.f("pk_membership")),
        schema="identity",
    )
    op.create_index(
        op.f("ix_membership__linkage_run_id_person_id"),
        "membership",
        ["linkage_run_id", "person_id"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("first_linkage_run_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into is not null)", name=op.f("ck_person__merged_into")
        ),
        sa.CheckConstraint("status in ('active', 'merged', 'retired')", name=op.f("ck_person__status")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        schema="identity",
    )
    op.create_table(
        "person_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_person_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "event in ('assign', 'merge', 'split')",
            name=op.f("ck_person_event__event"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_person_event")),
        schema="identity",
    )
    op.create_index(
        op.f("ix_person_event__person_id"), "person_event", ["person_id"], unique=False, schema="identity"
    )
    op.create_table(
        "review_item",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("record_id_l", sa.Uuid(), nullable=False),
        sa.Column("record_id_r", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("match_weight", sa.Double(), nullable=True),
        schema="identity",
    )
    op.create_index(
        op.f("ix_review_item__linkage_run_id"),
        "review_item",
        ["linkage_run_id"],
        unique=False,
        schema="identity",
    )
    op.create_table(
        "rejected_row",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", "row_number", "rule_code", name=op.f("pk_rejected_row")),
        schema="quality",
    )
    op.create_table(
        "rule",
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("tolerance", sa.Double(), nullable=True),
        sa.CheckConstraint("severity in ('reject', 'hold', 'warn')", name=op.f("ck_rule__severity")),
        sa.PrimaryKeyConstraint("rule_code", name=op.f("pk_rule")),
        schema="quality",
    )
    op.create_index(op.f("ix_rule__layout"), "rule", ["layout"], unique=False, schema="quality")
    op.create_table(
        "validation_result",
        sa.Column("validation_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("statistics", JSONB(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("validation_id", name=op.f("pk_validation_result")),
        schema="quality",
    )
    op.create_index(
        op.f("ix_validation_result__suite_run_at"),
        "validation_result",
        ["suite", "run_at"],
        unique=False,
        schema="quality",
    )
    op.create_table(
        "rule_result",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("evaluated_count", sa.BigInteger(), nullable=False),
        sa.Column("failed_count", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column(
            "evaluated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["control.delivery.delivery_id"],
            name=op.f("fk_rule_result__delivery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("delivery_id", "rule_code", name=op.f("pk_rule_result")),
        schema="quality",
    )
    # Everything downstream reads the live run only; a candidate run becomes visible by a change of status.
    op.execute(
        """
        create view identity.person_crosswalk with (security_invoker = true) as
        select membership.record_id, membership.person_id
        from identity.membership
        inner join control.linkage_run using (linkage_run_id)
        where linkage_run.status = 'live'
        """
    )


def downgrade() -> None:
    """Take back."""
    op.execute("drop view identity.person_crosswalk")
    op.drop_table("rule_result", schema="quality")
    op.drop_table("validation_result", schema="quality")
    op.drop_table("rule", schema="quality")
    op.drop_table("rejected_row", schema="quality")
    op.drop_table("review_item", schema="identity")
    op.drop_table("person_event", schema="identity")
    op.drop_table("person", schema="identity")
    op.drop_table("membership", schema="identity")
    op.drop_table("edge", schema="identity")
