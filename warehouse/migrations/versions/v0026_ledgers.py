"""Three logs to which rows are only ever added, each row sealed with the hash of the one before it.

The access log says who was given a way to the data, the disclosure log what left the warehouse and for whom
(34 CFR 99.32), the override log which finding of a rule a person set aside.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"

_CHECKS = {
    "access_log": None,
    "disclosure_log": "coalesce(length(trim(detail ->> 'recipient')), 0) > 0"
    " and coalesce(length(trim(detail ->> 'interest')), 0) > 0",
    "override_log": "coalesce(length(trim(detail ->> 'reason')), 0) > 0",
}
# Who writes in the course of a step; a person's own commands write as the owner.
_WRITERS = "p20w_owner, p20w_loader, p20w_linker, p20w_publisher"

# A snapshot from before the lock would not see the newest entry: such a transaction is refused, not let fail at times.
# The lock is one for all logs: two transactions that write two of them in different orders would wait for each other
# for ever. The function runs as its owner, since a writer may read no entry.
_SEAL = """
create function control.seal_log_entry() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    last_hash text;
    last_position bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an entry of control.% needs a transaction that is read committed', tg_table_name;
    end if;
    perform pg_advisory_xact_lock(8104930182047265112);
    execute format('select position, hash from control.%I order by position desc limit 1', tg_table_name)
        into last_position, last_hash;
    new.position := coalesce(last_position, 0) + 1;
    new.at := clock_timestamp();
    new.login := session_user;
    new.previous_hash := coalesce(last_hash, '');
    new.hash := encode(sha256(convert_to(jsonb_build_array(
        tg_table_name, new.position, to_char(new.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), new.login,
        new.actor, new.action, new.subject, new.detail, new.previous_hash
    )::text, 'UTF8')), 'hex');
    return new;
end
$$
"""
_REFUSE = """
create function control.refuse_log_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'rows of control.% are only ever added', tg_table_name
        using errcode = 'insufficient_privilege';
end
$$
"""
_TOLERANT = """
do $do$
begin
    {statement};
exception
    when insufficient_privilege or undefined_object then
        raise notice 'left to the administrator: %', sqlerrm;
end
$do$
"""


def upgrade() -> None:
    """Apply."""
    op.execute(_SEAL)
    op.execute(_REFUSE)
    for name, check in _CHECKS.items():
        checks = [sa.CheckConstraint(check, name=op.f(f"ck_{name}__detail"))] if check else []
        op.create_table(
            name,
            sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("login", sa.Text(), nullable=False),
            sa.Column("actor", sa.Text(), nullable=False),
            sa.Column("action", sa.Text(), nullable=False),
            sa.Column("subject", sa.Text(), nullable=False),
            sa.Column("detail", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
            sa.Column("previous_hash", sa.Text(), nullable=False),
            sa.Column("hash", sa.Text(), nullable=False),
            sa.CheckConstraint("length(trim(actor)) > 0", name=op.f(f"ck_{name}__actor")),
            *checks,
            sa.PrimaryKeyConstraint("position", name=op.f(f"pk_{name}")),
            schema="control",
        )
        _guard(f"control.{name}")


def _guard(table: str) -> None:
    op.execute(
        f"create trigger seal before insert on {table} for each row execute function control.seal_log_entry()"
    )
    op.execute(
        f"create trigger keep before update or delete or truncate on {table}"
        " for each statement execute function control.refuse_log_change()"
    )
    for trigger in ("seal", "keep"):
        # Also in a session that plays a replica, where ordinary triggers are silent.
        op.execute(f"alter table {table} enable always trigger {trigger}")
    # Default privileges of the schema gave more to those who write in it.
    _tolerant(f"revoke all on {table} from {_WRITERS}, p20w_transformer")
    _tolerant(
        f"grant insert (actor, action, subject, detail), select (position, hash) on {table} to {_WRITERS}"
    )
    _tolerant(f"grant select on {table} to p20w_owner, p20w_auditor")
    # Whoever publishes sees which releases it has told of.
    if table == "control.disclosure_log":
        _tolerant(f"grant select on {table} to p20w_publisher")


def downgrade() -> None:
    """Take back."""
    for name in _CHECKS:
        op.drop_table(name, schema="control")
    op.execute("drop function control.seal_log_entry()")
    op.execute("drop function control.refuse_log_change()")


def _tolerant(statement: str) -> None:
    op.execute(_TOLERANT.format(statement=statement))
