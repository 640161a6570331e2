"""Numbers after disclosure control."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "release",
        sa.Column("release_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release")),
        schema="published",
    )
    op.create_table(
        "indicator",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("indicator_version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("numerator", sa.Text(), nullable=True),
        sa.Column("denominator", sa.Text(), nullable=True),
        sa.Column("exclusions", sa.Text(), nullable=True),
        sa.Column("sources", sa.Text(), nullable=True),
        sa.Column("lag", sa.Text(), nullable=True),
        sa.Column("citation", sa.Text(), nullable=True),
        sa.Column("caveats", sa.Text(), nullable=True),
        sa.CheckConstraint("unit in ('percent', 'usd')", name=op.f("ck_indicator__unit")),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["published.release.release_id"],
            name=op.f("fk_indicator__release"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "indicator_code", "indicator_version", name=op.f("pk_indicator")
        ),
        schema="published",
    )
    op.create_table(
        "indicator_cell",
        sa.Column("release_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("indicator_version", sa.Text(), nullable=False),
        sa.Column("cohort_period", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("category_label", sa.Text(), nullable=False),
        sa.Column("shown_count", sa.Text(), nullable=True),
        sa.Column("shown_value", sa.Text(), nullable=True),
        sa.Column("suppression_code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "suppression_code in ('none', 'primary', 'complementary')",
            name=op.f("ck_indicator_cell__suppression_code"),
        ),
        sa.CheckConstraint(
            "suppression_code = 'none' or num_nonnulls(shown_count, shown_value) = 0",
            name=op.f("ck_indicator_cell__hidden_is_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id", "indicator_code", "indicator_version"],
            [
                "published.indicator.release_id",
                "published.indicator.indicator_code",
                "published.indicator.indicator_version",
            ],
            name=op.f("fk_indicator_cell__indicator"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint(
            "release_id",
            "indicator_code",
            "indicator_version",
            "cohort_period",
            "dimension",
            "category",
            name=op.f("pk_indicator_cell"),
        ),
        schema="published",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("indicator_cell", schema="published")
    op.drop_table("indicator", schema="published")
    op.drop_table("release", schema="published")
