import datetime
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.migration import alembic_config, current_version, migrate, needs_migration
from warehouse.schema_version import HEAD
from warehouse.server import EmbeddedServer
from warehouse.tables.base import Base

FORMATS = {"YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "MM/DD/YYYY": "%m/%d/%Y"}
SHAPES = {"YYYYMMDD": r"\d{8}", "YYYY-MM-DD": r"\d{4}-\d\d-\d\d", "MM/DD/YYYY": r"\d\d/\d\d/\d{4}"}

years = st.integers(1890, 2110).map("{:04d}".format)
two_digits = st.integers(0, 40).map("{:02d}".format)
written_dates = st.one_of(
    st.dates(datetime.date(1890, 1, 1), datetime.date(2110, 1, 1)).flatmap(
        lambda day: st.sampled_from([day.strftime(form) for form in FORMATS.values()])
    ),
    st.builds("{}{}{}".format, years, two_digits, two_digits),
    st.builds("{}-{}-{}".format, years, two_digits, two_digits),
    st.builds("{}/{}/{}".format, two_digits, two_digits, years),
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=12),
)


def _expected_date(value: str, form: str) -> datetime.date | None:
    if not re.fullmatch(SHAPES[form], value.strip(" "), re.ASCII):
        return None
    try:
        day = datetime.datetime.strptime(value.strip(" "), FORMATS[form]).date()
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2100 else None


@settings(max_examples=40, deadline=None)
@given(values=st.lists(written_dates, min_size=1, max_size=60), form=st.sampled_from(sorted(FORMATS)))
def test_dates_are_read_exactly_where_the_calendar_has_them(
    warehouse: Warehouse, values: list[str], form: str
) -> None:
    rows = warehouse.fetch_all(
        "select value, control.is_date(value, %(form)s), control.to_date(value, %(form)s) "
        "from unnest(%(values)s::text[]) as value",
        {"values": values, "form": form},
    )
    for value, is_date, day in rows:
        expected = _expected_date(value, form)
        assert (is_date, day) == (expected is not None, expected), repr(value)


@pytest.mark.parametrize(
    ("value", "is_real"),
    [("19000229", False), ("20000229", True), ("20230229", False), ("20240229", True), ("21000229", False)],
)
def test_leap_years_follow_the_centuries(warehouse: Warehouse, value: str, is_real: bool) -> None:
    assert warehouse.fetch_value("select control.is_date(%s, 'YYYYMMDD')", [value]) is is_real


def test_nothing_and_an_unknown_format_are_no_date(warehouse: Warehouse) -> None:
    row = warehouse.fetch_all(
        "select control.is_date(null, 'YYYYMMDD'), control.to_date(null, 'YYYYMMDD'), "
        "control.is_date('', 'YYYYMMDD'), control.is_date('20200101', 'DDMMYYYY'), "
        "control.to_date('20200101', 'DDMMYYYY')"
    )[0]
    assert row == (False, None, False, False, None)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.integers(-(2**33), 2**33).map(str),
            st.decimals(min_value=-(10**20), max_value=10**20, places=3).map(str),
            st.sampled_from(["NaN", "Infinity", "1e5", "0x1F", "1_000", "+", ".", "-.5", "5.", " 7 "]),
            st.from_regex(r"\A[+-]?[0-9]{0,20}[.]?[0-9]{0,4}\Z"),
            st.text("0123456789.+-eE ,$", max_size=8),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_counts_as_a_number_can_be_read_as_one(warehouse: Warehouse, values: list[str]) -> None:
    rows = warehouse.fetch_all(
        "select value, control.is_integer(value), control.to_integer(value), "
        "control.is_decimal(value), control.to_decimal(value) from unnest(%s::text[]) as value",
        [values],
    )
    for value, is_integer, integer, is_decimal, decimal in rows:
        plain = re.fullmatch(r"[+-]?\d+", value.strip(" "))
        fits = plain is not None and -(2**31) <= int(value) < 2**31 and len(value.strip(" ")) <= 18
        assert (is_integer, integer) == (fits, int(value) if fits else None), repr(value)
        assert is_decimal == (decimal is not None)
        if re.fullmatch(r"[+-]?(\d{1,30}([.]\d{0,30})?|[.]\d{1,30})", value.strip(" ")):
            assert float(decimal) == float(value)


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("536-90-4399", "536904399"),
        ("536904399", "536904399"),
        (" 536 90 4399 ", "536904399"),
        ("000-12-3456", None),
        ("666-12-3456", None),
        ("900-12-3456", None),
        ("987-65-4320", None),
        ("536-00-4399", None),
        ("536-90-0000", None),
        ("111111111", None),
        ("123456789", None),
        ("078-05-1120", None),
        ("219-09-9999", None),
        ("53690439", None),
        ("5369043990", None),
        ("53690439O", None),
        ("", None),
        (None, None),
    ],
)
def test_a_social_security_number_is_kept_only_if_it_can_have_been_issued(
    warehouse: Warehouse, value: str | None, cleaned: str | None
) -> None:
    row = warehouse.fetch_all(
        "select control.is_valid_ssn(%(v)s::text), control.clean_ssn(%(v)s::text)", {"v": value}
    )[0]
    assert row == (cleaned is not None, cleaned)


def test_quarters_are_numbered_without_gaps(warehouse: Warehouse) -> None:
    numbers = warehouse.fetch_all(
        "select control.quarter_index(day::date) "
        "from generate_series(date '2014-01-01', date '2025-10-01', '3 months') as day order by day"
    )
    assert [row[0] for row in numbers] == list(range(2014 * 4, 2014 * 4 + len(numbers)))
    assert warehouse.fetch_value("select control.quarter_index('2016-09-30')") == 2016 * 4 + 2


def test_the_functions_are_pasted_into_the_query_that_calls_them(warehouse: Warehouse) -> None:
    warehouse.execute("create table marts.texts (value text)")
    plan = "\n".join(
        row[0]
        for row in warehouse.fetch_all(
            "explain (verbose, costs off) select control.is_date(value, 'YYYYMMDD'), "
            "control.to_date(value, 'YYYYMMDD'), control.is_integer(value), control.to_decimal(value), "
            "control.clean_ssn(value) from marts.texts"
        )
    )
    assert "control." not in plan


@pytest.mark.parametrize("fixture", ["warehouse", "older_warehouse"])
def test_the_models_describe_exactly_what_the_migrations_made(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    warehouse: Warehouse = request.getfixturevalue(fixture)
    ours = {table.schema for table in Base.metadata.tables.values()}

    def is_ours(item: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
        schema = getattr(item, "schema", None) if kind == "table" else item.table.schema  # type: ignore[attr-defined]
        return schema in ours and not (kind == "table" and name == "alembic_version")

    with warehouse.engine().connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "include_object": is_ours, "compare_server_default": True},
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("fixture", ["warehouse", "older_warehouse"])
def test_every_check_of_the_models_is_in_the_database(fixture: str, request: pytest.FixtureRequest) -> None:
    warehouse: Warehouse = request.getfixturevalue(fixture)
    made = {
        row[0]
        for row in warehouse.fetch_all(
            "select conname from pg_constraint where contype = 'c' and connamespace::regnamespace::text = any(%s)",
            [["control", "quality", "identity", "published"]],
        )
    }
    declared = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sqlalchemy.CheckConstraint)
    }
    assert made == declared


def test_migrations_can_be_taken_back_and_applied_again(postgres_server: EmbeddedServer) -> None:
    with _fresh_database(postgres_server, "there_and_back") as warehouse:
        migrate(warehouse)
        with warehouse.engine().begin() as connection:
            configuration = alembic_config()
            configuration.attributes["connection"] = connection
            command.downgrade(configuration, "base")
        migrate(warehouse)
        with warehouse.connect() as plain:
            assert not needs_migration(plain)


@pytest.mark.parametrize("fixture", ["postgres_server", "older_postgres_server"])
def test_two_openers_at_once_migrate_one_after_the_other(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    server: EmbeddedServer = request.getfixturevalue(fixture)
    with _fresh_database(server, "two_openers") as first:
        second = Warehouse(first.home, first.url, is_embedded=True)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(migrate, (first, second)))
        second.close()
        with first.connect() as connection:
            assert current_version(connection) == HEAD


def test_a_database_of_a_newer_program_is_left_alone(postgres_server: EmbeddedServer) -> None:
    with _fresh_database(postgres_server, "from_the_future") as warehouse:
        migrate(warehouse)
        warehouse.execute("update control.alembic_version set version_num = '9999'")
        with pytest.raises(P20WError, match="version 9999, which is newer"):
            migrate(warehouse)


def test_the_crosswalk_shows_the_live_run_only_and_one_run_is_live(warehouse: Warehouse) -> None:
    run = "insert into control.linkage_run (status) values ('{}') returning linkage_run_id"
    for status in ("live", "candidate"):
        with warehouse.connect() as connection:
            row = connection.execute(run.format(status).encode()).fetchone()
            assert row is not None
            connection.execute(
                "insert into identity.membership values (%s, gen_random_uuid(), gen_random_uuid())", [row[0]]
            )
    assert warehouse.fetch_value("select count(*) from identity.person_crosswalk") == 1
    with pytest.raises(P20WError, match="uq_linkage_run__live"):
        warehouse.fetch_value(run.format("live"))


def test_counts_of_a_delivery_must_add_up(warehouse: Warehouse) -> None:
    with pytest.raises(P20WError, match="rows_reconcile"):
        warehouse.execute(
            "insert into control.delivery (layout, submitter, period, sha256, file_name, status, row_count, "
            "accepted_count, quarantined_count, rejected_count) "
            "values ('k12/student', 'north', '2016', 'x', 'f', 'accepted', 10, 8, 1, 0)"
        )


def test_an_analyst_reads_what_dbt_makes_later_and_never_identities(warehouse: Warehouse) -> None:
    warehouse.execute("create table core.dim_later as select 1 as a")
    warehouse.execute("create table identity.source_later as select 1 as a")
    with warehouse.connect() as connection:
        connection.execute("set local role p20w_analyst")
        assert connection.execute("select a from core.dim_later").fetchone() == (1,)
    with (
        pytest.raises(P20WError, match="permission denied for schema identity"),
        warehouse.connect() as connection,
    ):
        connection.execute("set local role p20w_analyst")
        connection.execute("select a from identity.source_later")


def test_nobody_may_use_the_public_schema(warehouse: Warehouse) -> None:
    with (
        pytest.raises(P20WError, match="permission denied for schema public"),
        warehouse.connect() as connection,
    ):
        connection.execute("set local role p20w_owner")
        connection.execute("create table public.scratch (a int)")


def test_a_user_who_may_not_make_roles_can_still_migrate(postgres_server: EmbeddedServer) -> None:
    with _fresh_database(postgres_server, "managed") as warehouse:
        warehouse.execute("create role modest login password 'modest'")
        warehouse.execute("alter database managed owner to modest")
        url = psycopg.conninfo.make_conninfo(warehouse.url, user="modest", password="modest")
        modest = Warehouse(warehouse.home, url, is_embedded=False)
        migrate(modest)
        assert modest.fetch_value("select count(*) from control.delivery") == 0
        modest.close()
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("drop role modest")


@contextmanager
def _fresh_database(server: EmbeddedServer, name: str) -> Iterator[Warehouse]:
    identifier = sql.Identifier(name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(identifier))
    warehouse = Warehouse(server.home, server.url(name), is_embedded=True)
    try:
        yield warehouse
    finally:
        warehouse.close()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(identifier))
