"""Schemas, group roles without login, and who may read or write what.

Tables of dbt are covered by default privileges, since they do not exist yet.
"""

from alembic import op

revision = "0001"
down_revision = None

SCHEMAS = ("raw", "quality", "staging", "identity", "core", "indicators", "marts", "published", "control")
ROLES = ("owner", "loader", "linker", "transformer", "analyst", "agency", "publisher", "auditor")
READERS = {
    "loader": ("control",),
    "linker": ("staging", "control"),
    "transformer": ("raw", "quality", "control"),
    "analyst": ("core", "indicators", "marts", "published"),
    "agency": ("published",),
    "publisher": ("core", "indicators", "marts", "control"),
    "auditor": ("quality", "control", "published"),
}
WRITERS = {
    "owner": SCHEMAS,
    "loader": ("raw", "quality", "control"),
    "linker": ("identity", "control"),
    "transformer": ("staging", "identity", "core", "indicators", "marts"),
    "publisher": ("published", "control"),
}

# On a managed server the user may be allowed less than an owner; what it may not do is left to its
# administrator, and `p20w doctor` names it. Two databases of one server share their roles, hence the races.
_TOLERANT = """
do $do$
begin
    {statement};
exception
    when insufficient_privilege or duplicate_object or unique_violation or undefined_object then
        raise notice 'left to the administrator: %', sqlerrm;
end
$do$
"""


def upgrade() -> None:
    """Apply."""
    for schema in SCHEMAS:
        op.execute(f"create schema if not exists {schema}")
        op.execute(f"revoke all on schema {schema} from public")
    _tolerant("revoke all on schema public from public")
    _tolerant("execute format('alter database %I set timezone to ''UTC''', current_database())")
    _tolerant("execute format('alter database %I set datestyle to ''ISO, YMD''', current_database())")
    for role in ROLES:
        _tolerant(
            f"if not exists (select 1 from pg_roles where rolname = 'p20w_{role}') "
            f"then create role p20w_{role} nologin; end if"
        )
    for role, schemas in READERS.items():
        for schema in schemas:
            _grant(role, schema, "usage", "select")
    for role, schemas in WRITERS.items():
        for schema in schemas:
            _grant(role, schema, "usage, create", "select, insert, update, delete, truncate, references")


def downgrade() -> None:
    """Take back; the roles stay, since other databases of the server may use them."""
    for schema in SCHEMAS:
        if schema != "control":
            op.execute(f"drop schema if exists {schema} cascade")


def _grant(role: str, schema: str, on_schema: str, on_tables: str) -> None:
    _tolerant(
        f"grant {on_schema} on schema {schema} to p20w_{role}; "
        f"alter default privileges in schema {schema} grant {on_tables} on tables to p20w_{role}"
    )


def _tolerant(statement: str) -> None:
    op.execute(_TOLERANT.format(statement=statement))
