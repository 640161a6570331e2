"""What an agency gets back: lines of its own file, scorecards, known limitations, requests to the Clearinghouse.

Row-level security lets a login of the role p20w_agency see the rows of its own submitters and of nobody else.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

_STAFF = "p20w_owner, p20w_loader, p20w_linker, p20w_transformer, p20w_publisher, p20w_auditor"
_OWN = "submitter in (select submitter from control.agency_login where login_role = current_user)"
_OWN_DELIVERY = f"delivery_id in (select delivery_id from control.delivery where {_OWN})"
# The rows of each table that an agency's login may see; the tables behind a view are named here too, for a
# view with security_invoker shows what its caller may see.
_VISIBLE = {
    "control.agency_login": "login_role = current_user",
    "control.delivery": _OWN,
    "quality.limitation": f"submitter is null or {_OWN}",
    "quality.noted_row": _OWN_DELIVERY,
    "quality.rejected_row": _OWN_DELIVERY,
    "quality.rule_result": _OWN_DELIVERY,
    "quality.scorecard": _OWN,
}
_VIEWS = {
    # One row per delivery and rule that some of its rows broke.
    "quality.agency_finding": """
        select delivery.delivery_id, delivery.submitter, delivery.layout, delivery.period, delivery.sequence,
            delivery.file_name, delivery.status, result.rule_code, rule.column_name, rule.kind, rule.severity,
            rule.sentence, rule.repair, result.evaluated_count, result.failed_count
        from quality.rule_result as result
        inner join quality.rule as rule using (rule_code)
        inner join control.delivery as delivery using (delivery_id)
        where result.failed_count > 0
    """,
    # The newest score of each submitter, layout, period and dimension.
    "quality.agency_scorecard": """
        select distinct on (submitter, layout, period, dimension)
            submitter, layout, period, dimension, numerator, denominator, score, scored_at
        from quality.scorecard
        order by submitter, layout, period, dimension, scored_at desc
    """,
}

# A server whose administrator keeps the roles to himself is left without them, and then nobody but the owner reads.
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
    op.add_column("delivery", sa.Column("first_line", sa.Integer(), nullable=True), schema="control")
    op.add_column("delivery", sa.Column("headers", JSONB(), nullable=True), schema="control")
    op.add_column("rule", sa.Column("repair", sa.Text(), nullable=True), schema="quality")
    op.add_column("rejected_row", sa.Column("line_number", sa.BigInteger(), nullable=True), schema="quality")
    _create_tables()
    for name, query in _VIEWS.items():
        op.execute(f"create view {name} with (security_invoker = true) as {query}")
    for table, condition in _VISIBLE.items():
        op.execute(f"alter table {table} enable row level security")
        _tolerant(f"create policy staff on {table} to {_STAFF} using (true) with check (true)")
        _tolerant(f"create policy agency on {table} for select to p20w_agency using ({condition})")
    for name in ("quality.rule", *_VISIBLE, *_VIEWS):
        _tolerant(f"grant select on {name} to p20w_agency")
    for schema in ("control", "quality"):
        _tolerant(f"grant usage on schema {schema} to p20w_agency")
    # A release carries the limitations of its indicators.
    _tolerant("grant usage on schema quality to p20w_publisher")
    _tolerant("grant select on quality.limitation to p20w_publisher")


def _create_tables() -> None:
    op.create_table(
        "agency_login",
        sa.Column("login_role", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("login_role", "submitter", name=op.f("pk_agency_login")),
        schema="control",
    )
    op.create_table(
        "noted_row",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("line_number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", "row_number", "rule_code", name=op.f("pk_noted_row")),
        schema="quality",
    )
    op.create_table(
        "scorecard",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "dimension in ('timeliness', 'completeness', 'validity', 'consistency', 'uniqueness', 'linkability')",
            name=op.f("ck_scorecard__dimension"),
        ),
        sa.CheckConstraint(
            "numerator between 0 and denominator and denominator > 0", name=op.f("ck_scorecard__is_share")
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "submitter", "layout", "period", "dimension", name=op.f("pk_scorecard")
        ),
        schema="quality",
    )
    op.create_index(
        op.f("ix_scorecard__submitter_scored_at"),
        "scorecard",
        ["submitter", "scored_at"],
        unique=False,
        schema="quality",
    )
    op.create_table(
        "limitation",
        sa.Column("limitation_code", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("submitter", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "subject_type in ('layout_column', 'core_column', 'indicator')",
            name=op.f("ck_limitation__subject_type"),
        ),
        sa.PrimaryKeyConstraint("limitation_code", "subject_type", "subject", name=op.f("pk_limitation")),
        schema="quality",
    )
    op.create_table(
        "limitation",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column("limitation_code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("until", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["published.release.release_id"],
            name=op.f("fk_limitation__release"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "indicator_code", "limitation_code", name=op.f("pk_limitation")
        ),
        schema="published",
    )
    op.create_table(
        "nsc_request",
        sa.Column("request_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("requested_by", sa.Text(), server_default=sa.text("current_user"), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("inquiry_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_nsc_request")),
        schema="identity",
    )
    op.create_table(
        "nsc_request_member",
        sa.Column("return_key", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("student_id_state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["identity.nsc_request.request_id"],
            name=op.f("fk_nsc_request_member__nsc_request"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("return_key", name=op.f("pk_nsc_request_member")),
        schema="identity",
    )


def downgrade() -> None:
    """Take back."""
    for name in _VIEWS:
        op.execute(f"drop view {name}")
    # Policies look into tables that go away below: they go first.
    for table in _VISIBLE:
        op.execute(f"drop policy if exists staff on {table}")
        op.execute(f"drop policy if exists agency on {table}")
        op.execute(f"alter table {table} disable row level security")
    for schema, table in (
        ("identity", "nsc_request_member"),
        ("identity", "nsc_request"),
        ("published", "limitation"),
        ("quality", "limitation"),
        ("quality", "scorecard"),
        ("quality", "noted_row"),
        ("control", "agency_login"),
    ):
        op.drop_table(table, schema=schema)
    op.drop_column("rejected_row", "line_number", schema="quality")
    op.drop_column("rule", "repair", schema="quality")
    op.drop_column("delivery", "headers", schema="control")
    op.drop_column("delivery", "first_line", schema="control")


def _tolerant(statement: str) -> None:
    op.execute(_TOLERANT.format(statement=statement))
