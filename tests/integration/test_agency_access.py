"""A login of an agency sees what goes back to that agency, and nothing else of the warehouse."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ingest.sync import sync_catalogue
from quality_checks.access import agency_logins, grant_agency, revoke_agency
from quality_checks.gate import run_gate
from quality_checks.limitations import comment_columns, sync_limitations
from quality_checks.scores import write_scorecard
from quality_checks.sync import sync_rules
from tests.integration.quality_data import deliver, good_rows
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

Ask = Callable[[str, str], list[tuple[Any, ...]]]
LOGINS = {"north_manager": ["north"], "south_manager": ["south"], "both_manager": ["north", "south"]}
OWN = (
    "control.delivery",
    "quality.rule_result",
    "quality.rejected_row",
    "quality.noted_row",
    "quality.scorecard",
    "quality.agency_finding",
    "quality.agency_scorecard",
)


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    """Two cooperatives, each with a row set aside and a row that only warns."""
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    sync_limitations(warehouse, state)
    for submitter in ("north", "south"):
        rows = good_rows("k12/school", "2016", 60)
        rows[3]["school_name"] = None
        rows[5]["school_name"] = rows[4]["school_name"]
        deliver(warehouse, state, "k12/school", submitter, "2016", rows)
    run_gate(warehouse, "k12/school")
    write_scorecard(warehouse)
    return state


@pytest.fixture(scope="module")
def ask(warehouse: Warehouse, state: State) -> Iterator[Ask]:
    """Runs a query under a login of its own, over a connection of its own."""
    with _logins(warehouse):

        def run(login: str, query: str) -> list[tuple[Any, ...]]:
            url = psycopg.conninfo.make_conninfo(warehouse.url, user=login, password="secret")
            with psycopg.connect(url) as connection:
                return connection.execute(query.encode()).fetchall()

        yield run


@contextmanager
def _logins(warehouse: Warehouse) -> Iterator[None]:
    names = [*LOGINS, "stranger"]
    for name in names:
        warehouse.execute(sql.SQL("create role {} login password 'secret'").format(sql.Identifier(name)))
    for login, submitters in LOGINS.items():
        grant_agency(warehouse, login, submitters)
    try:
        yield
    finally:
        for name in names:
            warehouse.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(name)))


@pytest.mark.parametrize("table", OWN)
def test_an_agency_sees_its_own_rows_and_nobody_else_s(warehouse: Warehouse, ask: Ask, table: str) -> None:
    key = (
        "submitter"
        if "submitter" in _columns(warehouse, table)
        else ("(select d.submitter from control.delivery as d where d.delivery_id = t.delivery_id)")
    )
    everyone = warehouse.fetch_all(f"select {key}, count(*) from {table} as t group by 1 order by 1")
    assert [submitter for submitter, _ in everyone] == ["north", "south"]
    query = f"select {key}, count(*) from {table} as t group by 1 order by 1"
    assert ask("north_manager", query) == everyone[:1]
    assert ask("south_manager", query) == everyone[1:]
    assert ask("both_manager", query) == everyone


def _columns(warehouse: Warehouse, table: str) -> list[str]:
    return [
        row[0]
        for row in warehouse.fetch_all(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", [table]
        )
    ]


def test_an_agency_reads_no_other_table_of_the_vault_of_raw_or_of_control(
    warehouse: Warehouse, ask: Ask
) -> None:
    readable = ask(
        "north_manager",
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')"
        " and n.nspname not like 'pg\\_%' and has_schema_privilege(n.oid, 'usage')"
        " and has_table_privilege(c.oid, 'select') and n.nspname <> 'published'",
    )
    assert {name for (name,) in readable} == {
        *OWN, "control.agency_login", "quality.limitation", "quality.rule"
    }  # fmt: skip
    for table in ("raw.k12__school", "identity.membership", "control.pipeline_run"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask("north_manager", f"select * from {table}")


def test_an_agency_changes_nothing(ask: Ask) -> None:
    for statement in (
        "update control.agency_login set submitter = 'south' returning 1",
        "insert into control.agency_login values ('north_manager', 'south') returning 1",
        "delete from quality.rejected_row returning 1",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask("north_manager", statement)


def test_a_login_without_a_submitter_sees_no_row(warehouse: Warehouse, ask: Ask) -> None:
    warehouse.execute("grant p20w_agency to stranger")
    for table in OWN:
        assert ask("stranger", f"select count(*) from {table}") == [(0,)]


def test_a_limitation_of_one_submitter_is_for_that_submitter(ask: Ask) -> None:
    codes = "select limitation_code from quality.limitation order by 1"
    south, north = ask("south_manager", codes), ask("north_manager", codes)
    assert set(south) - set(north) == {("SOUTH_MIDDLE_NAMES",)}
    assert north


def test_the_steward_and_the_pipeline_s_roles_see_every_submitter(warehouse: Warehouse, ask: Ask) -> None:
    for role in ("p20w_auditor", "p20w_transformer", "p20w_loader"):
        with warehouse.connect() as connection:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            seen = connection.execute(
                "select count(distinct delivery_id) from quality.rejected_row"
            ).fetchone()
        assert seen == (2,)


def test_every_view_that_an_agency_reads_runs_as_its_reader(warehouse: Warehouse, state: State) -> None:
    assert warehouse.fetch_all(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where relkind = 'v' and n.nspname in ('quality', 'control')"
        " and not coalesce(reloptions @> array['security_invoker=true'], false)"
        " and has_table_privilege('p20w_agency', c.oid, 'select')"
    ) == []  # fmt: skip


def test_access_can_be_taken_back_and_a_login_that_rules_do_not_bind_is_refused(
    warehouse: Warehouse, ask: Ask
) -> None:
    grant_agency(warehouse, "stranger", ["south"])
    assert ask("stranger", "select count(*) from control.delivery") == [(1,)]
    assert ("stranger", "south") in agency_logins(warehouse)
    assert revoke_agency(warehouse, "stranger") == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask("stranger", "select count(*) from control.delivery")
    owner = warehouse.fetch_value("select current_user")
    with pytest.raises(P20WError, match="does not bind"):
        grant_agency(warehouse, owner, ["north"])
    with pytest.raises(P20WError, match="no login"):
        grant_agency(warehouse, "nobody_at_all", ["north"])


def test_scores_are_shares_with_their_counts(warehouse: Warehouse, state: State) -> None:
    scores = {
        row[0]: row[1:]
        for row in warehouse.fetch_all(
            "select dimension, numerator, denominator, round(score::numeric, 4)::float from quality.scorecard"
            " where submitter = 'north' and layout = 'k12/school' and period = '2016'"
        )
    }
    required = 5
    assert scores["completeness"] == (60 * required - 1, 60 * required, round(100 * 299 / 300, 4))
    # Two rules about repeated rows; one row repeats a name of its district.
    assert scores["uniqueness"][:2] == (119, 120)
    assert set(scores) == {"completeness", "validity", "consistency", "uniqueness"}


def test_scoring_again_without_news_writes_nothing(warehouse: Warehouse, state: State) -> None:
    before = warehouse.fetch_value("select count(*) from quality.scorecard")
    assert write_scorecard(warehouse).written == 0
    assert warehouse.fetch_value("select count(*) from quality.scorecard") == before


def test_a_limitation_is_written_on_its_column_once(warehouse: Warehouse, state: State) -> None:
    comment = (
        "select col_description('raw.k12__student'::regclass, attnum) from pg_attribute"
        " where attrelid = 'raw.k12__student'::regclass and attname = 'ssn'"
    )
    assert comment_columns(warehouse) > 0
    assert warehouse.fetch_value(comment).startswith("Known limitation: Schools may ask")
    assert comment_columns(warehouse) == 0
