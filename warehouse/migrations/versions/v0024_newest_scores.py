"""An agency's scorecard shows the newest scoring: what is no longer in force has no score any more."""

from alembic import op

revision = "0024"
down_revision = "0023"

_COLUMNS = "submitter, layout, period, dimension, numerator, denominator, score, scored_at"
# Of the newest scoring of all, not of the newest that an agency may see: whose last delivery was withdrawn has none.
_FUNCTION = """
create function quality.newest_scoring() returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select run_id from quality.scorecard order by scored_at desc limit 1)
"""
_VIEW = "create or replace view quality.agency_scorecard with (security_invoker = true) as"


def upgrade() -> None:
    """Apply."""
    op.execute(_FUNCTION)
    op.execute(
        f"{_VIEW} select {_COLUMNS} from quality.scorecard where run_id = (select quality.newest_scoring())"
    )


def downgrade() -> None:
    """Take back."""
    op.execute(
        f"{_VIEW} select distinct on (submitter, layout, period, dimension) {_COLUMNS} from quality.scorecard"
        " order by submitter, layout, period, dimension, scored_at desc"
    )
    op.execute("drop function quality.newest_scoring")
