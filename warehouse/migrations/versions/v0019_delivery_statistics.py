"""What a delivery is compared with: its counts by column and code, and in words what a comparison found."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_FINDING = """
create or replace view quality.agency_finding with (security_invoker = true) as
select delivery.delivery_id, delivery.submitter, delivery.layout, delivery.period, delivery.sequence,
    delivery.file_name, delivery.status, result.rule_code, rule.column_name, rule.kind, rule.severity,
    rule.sentence, rule.repair, result.evaluated_count, result.failed_count, {detail} as detail
from quality.rule_result as result
inner join quality.rule as rule using (rule_code)
inner join control.delivery as delivery using (delivery_id)
where result.failed_count > 0
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("rule_result", sa.Column("detail", sa.Text(), nullable=True), schema="quality")
    op.create_table(
        "delivery_statistic",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("measure in ('filling', 'code')", name=op.f("ck_delivery_statistic__measure")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["control.delivery.delivery_id"],
            name=op.f("fk_delivery_statistic__delivery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint(
            "delivery_id", "column_name", "measure", "category", name=op.f("pk_delivery_statistic")
        ),
        schema="quality",
    )
    op.execute(_FINDING.format(detail="result.detail"))


def downgrade() -> None:
    """Take back."""
    # A column of a view cannot be taken away by replacing it; without its words the view is as before.
    op.execute(_FINDING.format(detail="null::text"))
    op.drop_table("delivery_statistic", schema="quality")
    op.drop_column("rule_result", "detail", schema="quality")
