"""Releases read who counts in several cohorts; what they may do is the intent of access, which every migration ends with."""

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Apply: the privilege is given when the intent is settled, and again when dbt has made the table."""


def downgrade() -> None:
    """Take back: nothing but the intent tells of the privilege."""
