"""Encoded deliveries: which person an agency's record number is, where the agency sends no identifiers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "encoded_delivery",
        sa.Column(
            "encoded_delivery_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("schema_digest", sa.Text(), nullable=False),
        sa.Column("flip_share", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("encoded_delivery_id", name=op.f("pk_encoded_delivery")),
        sa.UniqueConstraint("agency", name=op.f("uq_encoded_delivery")),
        schema="identity",
    )
    op.create_table(
        "encoded_match",
        sa.Column("encoded_delivery_id", sa.Uuid(), nullable=False),
        sa.Column("record_number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("dice", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("status in ('link', 'review', 'none')", name=op.f("ck_encoded_match__status")),
        sa.CheckConstraint(
            "(status = 'none') = (record_id is null)", name=op.f("ck_encoded_match__record_id")
        ),
        sa.ForeignKeyConstraint(
            ["encoded_delivery_id"],
            ["identity.encoded_delivery.encoded_delivery_id"],
            name=op.f("fk_encoded_match__encoded_delivery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("encoded_delivery_id", "record_number", name=op.f("pk_encoded_match")),
        schema="identity",
    )
    # The matched record's person is asked of the live run: merges and splits carry over.
    op.execute(
        """
        create view identity.encoded_crosswalk with (security_invoker = true) as
        select encoded_delivery.agency, encoded_match.record_number, person_crosswalk.person_id, encoded_match.dice
        from identity.encoded_match
        inner join identity.encoded_delivery using (encoded_delivery_id)
        inner join identity.person_crosswalk using (record_id)
        where encoded_match.status = 'link'
        """
    )


def downgrade() -> None:
    """Take back."""
    op.execute("drop view identity.encoded_crosswalk")
    op.drop_table("encoded_match", schema="identity")
    op.drop_table("encoded_delivery", schema="identity")
