"""A role for research extracts; what it may do is the intent of access, which every migration ends with."""

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Apply: the role is made when the intent is settled."""


def downgrade() -> None:
    """Take back: nothing but the intent tells of the role."""
