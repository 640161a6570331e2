"""What is expected when, and whether it came in time."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# The first whole delivery of a key counts, whatever the gate said: timeliness is about sending, not about quality. For
# what is missing, days count up to the day up to which the calendar was judged.
_TIMELINESS = """
create view control.delivery_timeliness with (security_invoker = true) as
select e.layout, e.submitter, e.period, e.due_on, r.received_on, r.accepted_on,
    case
        when r.received_on is not null then r.received_on - e.due_on
        when e.due_on < e.as_of then e.as_of - e.due_on
    end as days_late,
    case
        when r.received_on <= e.due_on then 'on_time'
        when r.received_on > e.due_on then 'late'
        when e.due_on < e.as_of then 'missing'
        else 'expected'
    end as status
from control.expected_delivery as e
left join (
    select d.layout, d.submitter, d.period,
        min((d.received_at at time zone 'UTC')::date) as received_on,
        min((d.decided_at at time zone 'UTC')::date) filter (where d.status in ('accepted', 'superseded')) as accepted_on
    from control.delivery as d
    where d.status not in ('withdrawn', 'failed') and not d.is_amendment
    group by d.layout, d.submitter, d.period
) as r using (layout, submitter, period)
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "expected_delivery",
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("layout", "submitter", "period", name=op.f("pk_expected_delivery")),
        schema="control",
    )
    op.execute(_TIMELINESS)


def downgrade() -> None:
    """Take back."""
    op.execute("drop view control.delivery_timeliness")
    op.drop_table("expected_delivery", schema="control")
