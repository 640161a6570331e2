"""A local code may mean another standard code in other years."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    for name, value in (("first_year", "1900"), ("last_year", "9999")):
        op.add_column(
            "code_map",
            sa.Column(name, sa.Integer(), server_default=sa.text(value), nullable=False),
            schema="control",
        )
    _key("code_set", "submitter", "local_code", "first_year")


def downgrade() -> None:
    """Take back; the next synchronisation fills the table again."""
    op.execute("delete from control.code_map")
    _key("code_set", "submitter", "local_code")
    op.drop_column("code_map", "last_year", schema="control")
    op.drop_column("code_map", "first_year", schema="control")


def _key(*columns: str) -> None:
    op.drop_constraint(op.f("pk_code_map"), "code_map", schema="control")
    op.create_primary_key(op.f("pk_code_map"), "code_map", list(columns), schema="control")
