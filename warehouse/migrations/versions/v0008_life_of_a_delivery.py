"""What a delivery went through: its statuses over time, amendments, who decided; and the rows in force at any time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# By a trigger, so that no statement can change a status without leaving its time. Not now(): a transaction that
# waited for another would be dated before it.
_REMEMBER = """
create function control.remember_delivery_status() returns trigger language plpgsql as $body$
begin
    insert into control.delivery_status (delivery_id, status, at) values (new.delivery_id, new.status, clock_timestamp());
    return null;
end
$body$;
create trigger remember_status_of_new after insert on control.delivery
    for each row execute function control.remember_delivery_status();
create trigger remember_status after update of status on control.delivery
    for each row when (old.status is distinct from new.status) execute function control.remember_delivery_status();
insert into control.delivery_status (delivery_id, status, at)
select delivery_id, event, at from control.delivery_event
where event in ('loaded', 'accepted', 'held', 'superseded') and delivery_id is not null order by event_id;
"""

_IN_FORCE = """
create function control.deliveries_in_force(as_of timestamptz)
returns table (delivery_id bigint, layout text, submitter text, period text, sequence integer, is_amendment boolean)
language sql stable as $body$
    select d.delivery_id, d.layout, d.submitter, d.period, d.sequence, d.is_amendment
    from control.delivery as d
    join (
        select distinct on (s.delivery_id) s.delivery_id, s.status
        from control.delivery_status as s where s.at <= as_of
        order by s.delivery_id, s.status_id desc
    ) as known on known.delivery_id = d.delivery_id
    where known.status = 'accepted'
$body$;
"""

# Rows that a rule set aside never change after a delivery was accepted, so only the deliveries depend on the time.
_ROWS = """
create function control.rows_in_force(of_table anyelement, as_of timestamptz)
returns setof anyelement language plpgsql stable as $body$
declare
    raw_table regclass := pg_typeof(of_table)::text::regclass;
    ids bigint[];
begin
    select array_agg(d.delivery_id) into ids
    from control.deliveries_in_force(as_of) as d
    join pg_class as c on c.oid = raw_table and d.layout = regexp_replace(c.relname, '__', '/');
    return query execute format($query$
        select r.* from %%s as r
        where r.delivery_id = any($1)
          and not exists (
            select from quality.rejected_row as x
            where x.delivery_id = r.delivery_id and x.row_number = r.row_number)
          and not exists (
            select from quality.replaced_row as x
            where x.delivery_id = r.delivery_id and x.row_number = r.row_number and x.amended_by = any($1))
    $query$, raw_table) using ids;
end
$body$;
"""


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "delivery",
        sa.Column("is_amendment", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="control",
    )
    op.add_column("delivery_event", sa.Column("actor", sa.Text(), nullable=True), schema="control")
    # What was withdrawn may be delivered again, if somebody says so.
    op.drop_constraint("uq_delivery", "delivery", schema="control")
    op.create_index(
        "uq_delivery__content",
        "delivery",
        ["layout", "submitter", "period", "sha256"],
        unique=True,
        schema="control",
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index("ix_delivery__sha256", "delivery", ["sha256"], schema="control")
    op.create_table(
        "delivery_status",
        sa.Column("status_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["control.delivery.delivery_id"],
            name=op.f("fk_delivery_status__delivery"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("status_id", name=op.f("pk_delivery_status")),
        schema="control",
    )
    op.create_index(
        op.f("ix_delivery_status__delivery_id"), "delivery_status", ["delivery_id"], schema="control"
    )
    op.create_table(
        "replaced_row",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amended_by", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "row_number", "amended_by", name=op.f("pk_replaced_row")),
        schema="quality",
    )
    op.create_index(op.f("ix_replaced_row__amended_by"), "replaced_row", ["amended_by"], schema="quality")
    for statement in (_REMEMBER, _IN_FORCE, _ROWS):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take back; refused by the database where withdrawn content has come again."""
    op.execute("drop function control.rows_in_force")
    op.execute("drop function control.deliveries_in_force")
    op.execute("drop trigger remember_status on control.delivery")
    op.execute("drop trigger remember_status_of_new on control.delivery")
    op.execute("drop function control.remember_delivery_status")
    op.drop_table("replaced_row", schema="quality")
    op.drop_table("delivery_status", schema="control")
    op.drop_index("ix_delivery__sha256", "delivery", schema="control")
    op.drop_index("uq_delivery__content", "delivery", schema="control")
    op.create_unique_constraint(
        "uq_delivery", "delivery", ["layout", "submitter", "period", "sha256"], schema="control"
    )
    op.drop_column("delivery_event", "actor", schema="control")
    op.drop_column("delivery", "is_amendment", schema="control")
