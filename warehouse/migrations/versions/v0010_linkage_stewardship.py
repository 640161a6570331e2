"""Linkage that people steer: decisions, runs with checks and a way back, confidence levels, measures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

_NOW = sa.text("now()")


def upgrade() -> None:
    """Apply."""
    _extend_runs()
    _extend_identity()
    _add_decisions()
    op.create_table(
        "membership_at",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("linkage_run_id", "threshold", "record_id", name=op.f("pk_membership_at")),
        schema="identity",
    )
    op.create_table(
        "linkage_measure",
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "linkage_run_id", "measure", "dimension", "category", name=op.f("pk_linkage_measure")
        ),
        schema="identity",
    )
    # A level keeps only what differs, so the whole crosswalk of a level is the default with these rows laid over it.
    op.execute(
        """
        create view identity.person_crosswalk_at with (security_invoker = true) as
        select level.threshold, membership.record_id, coalesce(other.person_id, membership.person_id) as person_id
        from control.linkage_run
        cross join lateral (
            select cast(value as double precision) as threshold
            from jsonb_array_elements_text(coalesce(linkage_run.counts -> 'thresholds', '[]'::jsonb)) as listed (value)
        ) as level
        inner join identity.membership on membership.linkage_run_id = linkage_run.linkage_run_id
        left join identity.membership_at as other
            on other.linkage_run_id = linkage_run.linkage_run_id and other.threshold = level.threshold
            and other.record_id = membership.record_id
        where linkage_run.status = 'live'
        """
    )


def _extend_runs() -> None:
    for column in (
        sa.Column("mode", sa.Text(), server_default=sa.text("'full'"), nullable=False),
        sa.Column("mode_reason", sa.Text(), nullable=True),
        sa.Column("based_on", sa.Uuid(), nullable=True),
    ):
        op.add_column("linkage_run", column, schema="control")
    op.create_check_constraint(
        op.f("ck_linkage_run__mode"), "linkage_run", "mode in ('full', 'incremental')", schema="control"
    )
    op.create_table(
        "linkage_run_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("linkage_run_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("replaced", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "event in ('live', 'failed', 'restored')", name=op.f("ck_linkage_run_event__event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_linkage_run_event")),
        schema="control",
    )
    op.create_index(
        op.f("ix_linkage_run_event__linkage_run_id"),
        "linkage_run_event",
        ["linkage_run_id"],
        schema="control",
    )


def _extend_identity() -> None:
    op.add_column(
        "edge",
        sa.Column("is_link", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        schema="identity",
    )
    op.add_column("edge", sa.Column("reason", sa.Text(), nullable=True), schema="identity")
    op.add_column("person", sa.Column("last_linkage_run_id", sa.Uuid(), nullable=True), schema="identity")
    op.add_column("person_event", sa.Column("cause", JSONB(), nullable=True), schema="identity")
    _person_event_check("assign", "merge", "split", "retire", "revive")
    op.create_index(
        op.f("ix_person_event__linkage_run_id"), "person_event", ["linkage_run_id"], schema="identity"
    )


def _person_event_check(*events: str) -> None:
    op.drop_constraint(op.f("ck_person_event__event"), "person_event", schema="identity")
    listed = ", ".join(f"'{event}'" for event in events)
    op.create_check_constraint(
        op.f("ck_person_event__event"), "person_event", f"event in ({listed})", schema="identity"
    )


def _add_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id_l", sa.Uuid(), nullable=False),
        sa.Column("record_id_r", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("steward", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint("kind in ('must', 'cannot', 'note', 'undo')", name=op.f("ck_decision__kind")),
        sa.CheckConstraint("record_id_l < record_id_r", name=op.f("ck_decision__pair")),
        sa.CheckConstraint("(kind = 'undo') = (undoes is not null)", name=op.f("ck_decision__undoes")),
        sa.CheckConstraint("length(trim(steward)) > 0", name=op.f("ck_decision__steward")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["identity.decision.decision_id"], name=op.f("fk_decision__decision")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        schema="identity",
    )
    op.create_index(
        op.f("ix_decision__record_id_l_record_id_r"),
        "decision",
        ["record_id_l", "record_id_r"],
        schema="identity",
    )
    op.create_index(op.f("ix_decision__record_id_r"), "decision", ["record_id_r"], schema="identity")
    op.create_index("uq_decision__undoes", "decision", ["undoes"], unique=True, schema="identity")
    # Whoever decided something must find it as it was written; taking back is a row of its own.
    op.execute(
        """
        create function identity.refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'decisions are only ever added' using errcode = '42501';
        end
        $$
        """
    )
    op.execute(
        "create trigger decision_is_append_only before update or delete on identity.decision"
        " for each row execute function identity.refuse_change()"
    )
    # Of several decisions about one pair the newest holds, until it is taken back or runs out.
    op.execute(
        """
        create view identity.decision_in_force with (security_invoker = true) as
        select distinct on (record_id_l, record_id_r)
            decision_id, kind, record_id_l, record_id_r, reason, steward, expires_on, at
        from identity.decision
        where kind in ('must', 'cannot') and (expires_on is null or expires_on > current_date)
            and not exists (select from identity.decision as undo where undo.undoes = decision.decision_id)
        order by record_id_l, record_id_r, decision_id desc
        """
    )


def downgrade() -> None:
    """Take back."""
    op.execute("drop view identity.decision_in_force")
    op.execute("drop view identity.person_crosswalk_at")
    for table in ("decision", "linkage_measure", "membership_at"):
        op.drop_table(table, schema="identity")
    op.execute("drop function identity.refuse_change()")
    op.drop_index(op.f("ix_person_event__linkage_run_id"), "person_event", schema="identity")
    op.execute("delete from identity.person_event where event in ('retire', 'revive')")
    _person_event_check("assign", "merge", "split")
    for table, column in (
        ("person_event", "cause"),
        ("person", "last_linkage_run_id"),
        ("edge", "reason"),
        ("edge", "is_link"),
    ):
        op.drop_column(table, column, schema="identity")
    op.drop_table("linkage_run_event", schema="control")
    op.drop_constraint(op.f("ck_linkage_run__mode"), "linkage_run", schema="control")
    for column in ("based_on", "mode_reason", "mode"):
        op.drop_column("linkage_run", column, schema="control")
