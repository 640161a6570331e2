"""What the intent of access needs in the database: its copy, the function that makes it true for one relation.

dbt makes its relations anew; each calls the function when it stands, so that privileges, policies and the mark of a view
that runs as its reader survive a rebuild. All else is `warehouse.access`, which every migration ends with.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"

# A role that the administrator has not made yet is passed over. Only what lacks is changed: an unchanged relation takes no lock.
_SETTLE = """
create function control.settle_relation(of_schema text, of_relation text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    target constant regclass := to_regclass(format('%I.%I', of_schema, of_relation));
    found record;
    entry record;
begin
    if target is null then
        return;
    end if;
    select relkind, relowner, relrowsecurity, reloptions into found from pg_class where oid = target;
    for entry in
        select role_name, string_agg(distinct verb, ', ') as verbs from control.access_grant
        where schema_name = of_schema and relation_name in ('*', of_relation)
            and to_regrole(role_name) is not null and to_regrole(role_name)::oid <> found.relowner
            and (verb = 'select' or found.relkind in ('r', 'p'))
            and not has_table_privilege(role_name, target, verb)
        group by role_name
    loop
        execute format('grant %s on %s to %I', entry.verbs, target, entry.role_name);
    end loop;
    if found.relkind = 'v' and not coalesce(found.reloptions @> array['security_invoker=true'], false) then
        execute format('alter view %s set (security_invoker = true)', target);
    end if;
    if found.relkind not in ('r', 'p') or not exists (
        select from control.access_policy where schema_name = of_schema and relation_name = of_relation
    ) then
        return;
    end if;
    if not found.relrowsecurity then
        execute format('alter table %s enable row level security', target);
    end if;
    for entry in
        select substr(role_name, 6) as policy, role_name as roles, condition from control.access_policy
        where schema_name = of_schema and relation_name = of_relation and to_regrole(role_name) is not null
        union all
        select 'staff', string_agg(distinct quote_ident(role_name), ', '), null from control.access_grant as g
        where schema_name = of_schema and relation_name in ('*', of_relation) and to_regrole(role_name) is not null
            and role_name not in (select p.role_name from control.access_policy as p)
        having count(*) > 0
    loop
        if exists (select from pg_policy where polrelid = target and polname = entry.policy) then
            continue;
        elsif entry.condition is null then
            execute format('create policy staff on %s to %s using (true) with check (true)', target, entry.roles);
        else
            execute format('create policy %I on %s for select to %I using (%s)',
                entry.policy, target, entry.roles, entry.condition);
        end if;
    end loop;
end
$$
"""

# They run as their caller, whose enrollments are those of its own schools.
_OWN_SCHOOLS = """
create function control.own_schools() returns setof text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select school.school_id from core.dim_school as school
    inner join control.educator_login as login
        on login.organization_level = 'school' and login.organization_id = school.school_id
        or login.organization_level = 'district' and login.organization_id = school.district_id
    where login.login_role = current_user;
end
$$
"""
_OWN_LEARNERS = """
create function control.own_learners() returns setof uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query select enrollment.person_id from core.fct_k12_enrollment as enrollment;
end
$$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "access_grant",
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("relation_name", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "role_name", "schema_name", "relation_name", "verb", name=op.f("pk_access_grant")
        ),
        schema="control",
    )
    op.create_table(
        "access_policy",
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("relation_name", sa.Text(), nullable=False),
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("schema_name", "relation_name", "role_name", name=op.f("pk_access_policy")),
        schema="control",
    )
    op.create_table(
        "educator_login",
        sa.Column("login_role", sa.Text(), nullable=False),
        sa.Column("organization_level", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "organization_level in ('school', 'district')", name=op.f("ck_educator_login__organization_level")
        ),
        sa.PrimaryKeyConstraint(
            "login_role", "organization_level", "organization_id", name=op.f("pk_educator_login")
        ),
        schema="control",
    )
    op.create_table(
        "access_snapshot",
        sa.Column("snapshot_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("rights", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_access_snapshot")),
        schema="control",
    )
    for function in (_SETTLE, _OWN_SCHOOLS, _OWN_LEARNERS):
        op.execute(function)
    # It held source keys in the vault; it is built in staging now.
    op.execute("drop table if exists identity.person_key cascade")


def downgrade() -> None:
    """Take back; the privileges stay as they are."""
    op.execute("drop function control.settle_relation(text, text)")
    # Conditions of policies call these.
    op.execute("drop function control.own_schools() cascade")
    op.execute("drop function control.own_learners() cascade")
    for name in ("access_grant", "access_policy", "access_snapshot", "educator_login"):
        op.drop_table(name, schema="control")
