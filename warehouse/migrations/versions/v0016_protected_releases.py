"""Releases over all sums: crosses of two, codes of shown cells, rules and coverage beside the numbers, withdrawals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"

_CELL_KEY = ["release_id", "indicator_code", "indicator_version", "cohort_period"]
_WITHIN = ["within_dimension", "within_category"]
_TABLES = ("release", "indicator", "indicator_cell", "limitation", "category", "withdrawal")


def upgrade() -> None:
    """Apply."""
    op.add_column("release", sa.Column("rules", JSONB(), nullable=True), schema="published")
    op.add_column("indicator", sa.Column("coverage", sa.Text(), nullable=True), schema="published")
    for column, default in zip(_WITHIN, ("'state'", "'all'"), strict=True):
        op.add_column(
            "indicator_cell",
            sa.Column(column, sa.Text(), nullable=False, server_default=sa.text(default)),
            schema="published",
        )
    _cell_key([*_CELL_KEY, *_WITHIN, "dimension", "category"])
    _checks(
        "suppression_code in ('none', 'top', 'bottom', 'bin', 'primary', 'complementary')",
        "suppression_code not in ('primary', 'complementary') or num_nonnulls(shown_count, shown_value) = 0",
    )
    release = sa.ForeignKeyConstraint(
        ["release_id"],
        ["published.release.release_id"],
        name=op.f("fk_category__release"),
        ondelete="cascade",
    )
    op.create_table(
        "category",
        sa.Column("release_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("dimension", "category", "category_label", "parent_dimension", "parent_category")
        ),
        sa.Column("adds_up", sa.Boolean(), nullable=False),
        release,
        sa.PrimaryKeyConstraint("release_id", "dimension", "category", name=op.f("pk_category")),
        schema="published",
    )
    op.create_table(
        "withdrawal",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["published.release.release_id"],
            name=op.f("fk_withdrawal__release"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_withdrawal")),
        schema="published",
    )
    # What is published is in other people's hands: a correction is a new release, never a change of an old one.
    op.execute(
        "create function published.refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$"
        " begin raise exception 'a release never changes' using errcode = 'integrity_constraint_violation'; end $$"
    )
    for table in _TABLES:
        op.execute(
            f"create trigger never_changes before update or delete on published.{table}"
            " for each statement execute function published.refuse_change()"
        )


def downgrade() -> None:
    """Take back."""
    for table in _TABLES:
        op.execute(f"drop trigger never_changes on published.{table}")
    op.execute("drop function published.refuse_change()")
    op.drop_table("withdrawal", schema="published")
    op.drop_table("category", schema="published")
    op.execute("delete from published.indicator_cell where within_dimension <> 'state'")
    op.execute(
        "update published.indicator_cell set suppression_code = 'none' where suppression_code in ('top', 'bottom', 'bin')"
    )
    _checks(
        "suppression_code in ('none', 'primary', 'complementary')",
        "suppression_code = 'none' or num_nonnulls(shown_count, shown_value) = 0",
    )
    _cell_key([*_CELL_KEY, "dimension", "category"])
    for column in _WITHIN:
        op.drop_column("indicator_cell", column, schema="published")
    op.drop_column("indicator", "coverage", schema="published")
    op.drop_column("release", "rules", schema="published")


def _cell_key(columns: list[str]) -> None:
    op.drop_constraint(op.f("pk_indicator_cell"), "indicator_cell", schema="published")
    op.create_primary_key(op.f("pk_indicator_cell"), "indicator_cell", columns, schema="published")


def _checks(code: str, hidden: str) -> None:
    for name, condition in (("suppression_code", code), ("hidden_is_empty", hidden)):
        op.drop_constraint(op.f(f"ck_indicator_cell__{name}"), "indicator_cell", schema="published")
        op.create_check_constraint(
            op.f(f"ck_indicator_cell__{name}"), "indicator_cell", condition, schema="published"
        )
