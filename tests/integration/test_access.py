"""Who may do what: the database agrees with the intent on either server, and whoever takes a duty can do no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg import sql

from warehouse.access.compare import VERBS, deviations, intended, rights
from warehouse.access.intent import EVERY, GRANTS, LINKAGE_TABLES, LINKAGE_VIEWS, ROLES, SCHEMAS, verbs_of
from warehouse.access.logins import give_login, login_name
from warehouse.access.settle import settle
from warehouse.connection import Warehouse, acting
from warehouse.errors import P20WError
from warehouse.migration import migrate
from warehouse.server import EmbeddedServer
from warehouse.tables.base import Base

pytestmark = pytest.mark.slow

# As dbt makes them: relations that are there only after a build.
BUILT = {
    "steward": (
        "staging.stg_k12__enrollments",
        "staging.record_key",
        "identity.stg_ui__wages",
        "identity.person_record",
        "identity.source_record",
    ),
    "transformer": (
        "staging.person_key",
        "core.dim_person",
        "core.dim_school",
        "core.fct_k12_enrollment",
        "core.fct_wage",
        "indicators.cube",
        "indicators.outcome",
        "marts.high_school_feedback",
    ),
    "loader": ("raw.k12__student",),
}
WITH_SCHOOL = ("core.fct_k12_enrollment", "core.dim_school")


def build(warehouse: Warehouse) -> None:
    """Make the relations as the steps do, in the name of their roles, each with what a post-hook does."""
    for role, relations in BUILT.items():
        for relation in relations:
            columns = "person_id uuid, source_key text, value text" + (
                ", school_id text, district_id text" if relation in WITH_SCHOOL else ""
            )
            with warehouse.under(role).connect() as connection:
                connection.execute(f"create table {relation} ({columns})".encode())
                if role != "loader":
                    connection.execute("select control.settle_relation(%s, %s)", relation.split("."))


@pytest.fixture(scope="module", params=["warehouse", "older_warehouse"])
def built(request: pytest.FixtureRequest) -> Warehouse:
    warehouse: Warehouse = request.getfixturevalue(request.param)
    build(warehouse)
    return warehouse


def test_the_database_agrees_with_the_intent(built: Warehouse) -> None:
    with built.connect() as connection:
        assert deviations(connection) == []
        assert rights(connection) == intended(connection)


def test_each_role_can_do_with_each_table_what_is_meant_and_nothing_else(built: Warehouse) -> None:
    """The matrix of role, table and verb, asked of the database itself by somebody who acts as the role."""
    for role in ROLES:
        rows = built.under(role).fetch_all(
            "select n.nspname, c.relname, c.relowner::regrole::text, v.verb,"
            " has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, v.verb)"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join unnest(%s::text[]) as v (verb)"
            " where n.nspname = any(%s) and (c.relkind in ('r', 'p') or c.relkind = 'v' and v.verb = 'select')",
            [list(VERBS), list(SCHEMAS)],
        )
        assert len({(schema, relation) for schema, relation, *_ in rows}) > 60
        wrong = [
            f"{role}: {verb} {schema}.{relation} is {may}"
            for schema, relation, owner, verb, may in rows
            if may != (owner == f"p20w_{role}" or verb in verbs_of(role, schema, relation))
        ]
        assert wrong == []


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        ("linker", "raw.k12__student"),
        ("linker", "core.fct_wage"),
        ("linker", "staging.stg_k12__enrollments"),
        ("linker", "identity.stg_ui__wages"),
        ("transformer", "identity.person_record"),
        ("transformer", "identity.source_record"),
        ("transformer", "identity.stg_ui__wages"),
        ("transformer", "identity.nsc_request_member"),
        ("transformer", "raw.k12__student"),
        ("publisher", "core.dim_person"),
        ("publisher", "core.fct_k12_enrollment"),
        ("publisher", "indicators.outcome"),
        ("publisher", "identity.person_crosswalk"),
        ("loader", "identity.person_record"),
        ("loader", "core.dim_person"),
        ("analyst", "identity.person_crosswalk"),
        ("analyst", "staging.person_key"),
        ("auditor", "core.dim_person"),
        ("extractor", "identity.person_crosswalk"),
        ("extractor", "staging.person_key"),
        ("extractor", "raw.k12__student"),
    ],
)
def test_a_duty_sees_no_table_of_another(built: Warehouse, role: str, forbidden: str) -> None:
    with pytest.raises(P20WError, match="permission denied"):
        built.under(role).fetch_all(f"select * from {forbidden}")


def test_each_duty_can_read_and_write_what_it_needs(built: Warehouse) -> None:
    built.under("linker").fetch_all("select * from identity.person_record, identity.membership")
    built.under("transformer").fetch_all("select * from identity.person_crosswalk, staging.record_key")
    built.under("publisher").fetch_all("select * from indicators.cube, published.release")
    built.under("linker").execute("insert into control.linkage_run (status) values ('candidate')")
    with pytest.raises(P20WError, match="permission denied"):
        built.under("transformer").execute("delete from control.linkage_run")


def test_whoever_may_read_a_view_may_read_what_it_reads(built: Warehouse) -> None:
    """A view runs as its reader."""
    views = built.fetch_all(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'v' and n.nspname = any(%s)",
        [list(SCHEMAS)],
    )
    assert len(views) >= 7
    for role in ROLES:
        for schema, view in views:
            if verbs_of(role, schema, view):
                built.under(role).fetch_all(f"select * from {schema}.{view} limit 1")


def test_a_relation_made_anew_has_its_privileges_and_policies_again(built: Warehouse) -> None:
    with built.under("transformer").connect() as connection:
        connection.execute("alter table core.fct_k12_enrollment rename to old_enrollment")
        connection.execute("create table core.fct_k12_enrollment (like core.old_enrollment)")
        connection.execute("select control.settle_relation('core', 'fct_k12_enrollment')")
        connection.execute("drop table core.old_enrollment")
        connection.execute("create view core.of_a_view as select value from core.dim_person")
        connection.execute("select control.settle_relation('core', 'of_a_view')")
    with built.connect() as connection:
        assert deviations(connection) == []
    with built.under("transformer").connect() as connection:
        connection.execute("drop view core.of_a_view")


def test_what_a_step_makes_is_open_to_its_readers_at_once(built: Warehouse) -> None:
    """Default privileges: seeds have no hook."""
    with built.under("transformer").connect() as connection:
        connection.execute("create table core.a_seed as select 1 as value")
    assert built.under("analyst").fetch_value("select value from core.a_seed") == 1
    with built.connect() as connection:
        assert deviations(connection) == []
    built.under("transformer").execute("drop table core.a_seed")


def test_stray_rights_owners_views_and_functions_are_named_and_put_right(built: Warehouse) -> None:
    for statement, said in (
        ("grant select on identity.person_record to p20w_analyst", None),
        (
            "grant usage on schema identity to p20w_analyst",
            "analyst may, but should not, select identity.person_record",
        ),
        (
            "revoke select on core.dim_person from p20w_analyst",
            "analyst should, but may not, select core.dim_person",
        ),
        (
            "create view core.leaky as select * from identity.person_record",
            "the view core.leaky runs as its owner",
        ),
        ("alter table core.fct_wage owner to p20w_linker", "core.fct_wage belongs to p20w_linker"),
        (
            "drop policy educator on core.fct_k12_enrollment",
            "core.fct_k12_enrollment lacks the policy educator",
        ),
        (
            "create function control.leaky() returns int language sql security definer as 'select 1'",
            "the function control.leaky() runs as its owner",
        ),
    ):
        built.execute(statement)
        with built.connect() as connection:
            found = deviations(connection)
        if said:
            assert any(said in deviation for deviation in found), (said, found)
    built.execute("drop function control.leaky()")
    with built.connect() as connection:
        assert settle(connection) == []
        assert deviations(connection) == []
    built.execute("drop view core.leaky")


def test_every_table_of_the_migrations_is_somebody_s(built: Warehouse) -> None:
    named = {(grant.schema, relation) for grant in GRANTS for relation in grant.relations}
    there = {(str(table.schema), table.name) for table in Base.metadata.tables.values()}
    vault = {name for schema, name in there if schema == "identity"}
    assert vault == {*LINKAGE_TABLES, "research_extract_code"}
    views = built.fetch_all(
        "select relname from pg_class where relkind = 'v' and relnamespace = 'identity'::regnamespace"
    )
    assert {name for (name,) in views} == set(LINKAGE_VIEWS)
    made = {relation for relations in BUILT.values() for relation in relations}
    migrated = {schema for schema, _ in there}
    unknown = {
        f"{schema}.{relation}"
        for schema, relation in named - there
        if relation != EVERY and schema in migrated - {"identity"} and f"{schema}.{relation}" not in made
    }
    views_of_ours = built.fetch_all("select oid::regclass::text from pg_class where relkind = 'v'")
    assert unknown <= {name for (name,) in views_of_ours}


def test_a_connection_keeps_its_role_when_it_is_used_again(built: Warehouse) -> None:
    loader = built.under("loader")
    for _ in range(3):
        with loader.connect() as connection:
            assert connection.execute("select current_user").fetchone() == ("p20w_loader",)
            connection.execute("set work_mem = '5MB'")
    with loader.connect() as connection:
        connection.execute("reset role")
        connection.execute("set role none")
    assert loader.fetch_value("select current_user") == "p20w_loader"
    assert loader.fetch_arrow("select current_user::text as name").to_pydict() == {"name": ["p20w_loader"]}
    with loader.engine().connect() as alchemy:
        assert alchemy.execute(sqlalchemy.text("select current_user")).scalar_one() == "p20w_loader"
    assert built.fetch_value("select current_user") == built.settings()["user"]


def test_a_block_may_act_as_another_and_comes_back(built: Warehouse) -> None:
    with built.under("publisher").connect() as connection:
        with acting(connection, "steward"):
            assert connection.execute("select current_user").fetchone() == ("p20w_steward",)
        assert connection.execute("select current_user").fetchone() == ("p20w_publisher",)
    assert built.under("publisher").fetch_value("select current_user") == "p20w_publisher"


@contextmanager
def managed(server: EmbeddedServer, rights_: str) -> Iterator[Warehouse]:
    """A database of a login that is no superuser but owns it, on a server where no role of ours is known yet."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create role manager login password 'manager' {rights_}".encode())
        connection.execute("create database managed owner manager")
    url = psycopg.conninfo.make_conninfo(server.url("managed"), user="manager", password="manager")
    warehouse = Warehouse(server.home, url, is_embedded=False)
    try:
        yield warehouse
    finally:
        warehouse.close()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("drop database managed with (force)")
            for name in [*(f"p20w_{role}" for role in ROLES), "manager"]:
                connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


@pytest.fixture(params=["newest", "oldest"])
def fresh_server(request: pytest.FixtureRequest, server_home: Any) -> Iterator[EmbeddedServer]:
    """A server that has seen no warehouse."""
    from pathlib import Path

    binaries = Path("/usr/lib/postgresql/15/bin") if request.param == "oldest" else None
    if binaries is not None and not (binaries / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    server = EmbeddedServer(server_home(), binaries=binaries, settings={"fsync": "off"})
    server.start()
    yield server
    server.remove()


def test_a_login_that_owns_the_database_needs_no_superuser_but_the_right_to_make_roles(
    fresh_server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    with managed(fresh_server, "nocreaterole") as warehouse:
        migrate(warehouse)
        assert warehouse.under("loader") is warehouse
        assert "may not act as p20w_loader" in caplog.text
        with warehouse.connect() as connection:
            assert "the role p20w_loader is missing" in deviations(connection)
    with managed(fresh_server, "createrole") as warehouse:
        migrate(warehouse)
        build(warehouse)
        with warehouse.connect() as connection:
            assert deviations(connection) == []
        with pytest.raises(P20WError, match="permission denied"):
            warehouse.under("transformer").fetch_all("select * from identity.person_record")
        assert warehouse.under("linker").fetch_value("select current_user") == "p20w_linker"
        # In a new session: the setting belongs to the database.
        with psycopg.connect(warehouse.url) as connection:
            assert connection.execute("show search_path").fetchone() == ("pg_catalog, pg_temp",)
        _one_duty_each(warehouse)


def _one_duty_each(warehouse: Warehouse) -> None:
    """A login that is given out is a member of one group, reads what that may read, and ends with its renewal."""
    name = login_name(warehouse, "analyst")
    url = give_login(warehouse, "analyst", name, days=3)
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from dim_person").fetchone() == (0,)
        for refused in ("identity.person_record", "staging.person_key", "control.release"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select * from {refused}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("set role p20w_steward")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connection.transaction():
            connection.execute("create temp table t (a int)")
    renewed = give_login(warehouse, "analyst", name, days=3)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    psycopg.connect(renewed).close()
    warehouse.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
