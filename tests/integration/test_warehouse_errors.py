"""Promise 6, at its source: PostgreSQL quotes data in errors, and none of it gets past the warehouse."""

import pickle
import traceback

import psycopg
import pytest
import sqlalchemy
from psycopg import sql
from sqlalchemy.exc import DBAPIError

from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError
from warehouse.movement import copy_stream

CANARY = "536-90-4399"
COPY = sql.SQL("copy marts.canary (ssn, born) from stdin (format csv)")


@pytest.fixture(scope="module", autouse=True)
def _table(warehouse: Warehouse) -> None:
    warehouse.execute("create table marts.canary (ssn text constraint one_person unique, born date not null)")
    warehouse.execute("insert into marts.canary values (%s, '2001-01-01')", [CANARY])


def _everything_said(error: BaseException) -> str:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    texts = [f"{one} {one!r} {one.args} {vars(one)}" for one in chain]
    return "\n".join([*texts, *traceback.format_exception(error)])


def test_a_unique_violation_names_table_and_constraint_and_not_the_ssn(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError) as caught:
        warehouse.execute("insert into marts.canary values (%s, '2001-01-01')", [CANARY])
    error = caught.value
    assert (error.sqlstate, error.table, error.constraint) == ("23505", "marts.canary", "one_person")
    assert "unique violation" in error.message
    assert CANARY not in _everything_said(error)


def test_a_failed_copy_names_line_and_column_and_not_the_value(warehouse: Warehouse) -> None:
    chunks = [b"111-22-3333,2001-01-01\n", f"999-88-7777,{CANARY}\n".encode()]
    with pytest.raises(DatabaseError) as caught, warehouse.connect() as connection:
        copy_stream(connection, chunks, COPY)
    error = caught.value
    assert (error.table, error.line, error.column) == ("canary", 2, "born")
    assert error.sqlstate is not None and error.sqlstate.startswith("22")
    assert CANARY not in _everything_said(error)


def test_a_copied_row_with_too_few_fields_is_named_by_its_line(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError) as caught, warehouse.connect() as connection:
        copy_stream(connection, [f"{CANARY}\n".encode()], COPY)
    assert caught.value.line == 1
    assert CANARY not in _everything_said(caught.value)


def test_a_missing_value_is_named_by_its_column(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError) as caught:
        warehouse.execute("insert into marts.canary values (%s, null)", [CANARY])
    assert caught.value.column == "born"
    assert CANARY not in _everything_said(caught.value)


def test_a_cast_that_fails_says_what_kind_of_failure_only(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError, match="invalid text representation") as caught:
        warehouse.fetch_value("select ssn::integer from marts.canary")
    assert CANARY not in _everything_said(caught.value)


def test_an_error_inside_a_handled_error_drags_nothing_along(warehouse: Warehouse) -> None:
    try:
        try:
            raise KeyError("outer")
        except KeyError:
            warehouse.fetch_value("select ssn::integer from marts.canary")
    except DatabaseError as error:
        assert CANARY not in _everything_said(error)


def test_an_unknown_table_is_still_named_in_full(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError, match=r'relation "marts\.nothing" does not exist'):
        warehouse.fetch_all("select * from marts.nothing")


def test_errors_through_arrow_carry_no_value(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError) as caught:
        warehouse.fetch_arrow("select ssn::integer as n from marts.canary")
    assert caught.value.sqlstate == "22P02"
    assert CANARY not in _everything_said(caught.value)


def test_errors_through_the_engine_keep_their_type_and_lose_the_value(warehouse: Warehouse) -> None:
    statement = sqlalchemy.text("insert into marts.canary values (:ssn, '2001-01-01')")
    with pytest.raises(sqlalchemy.exc.IntegrityError) as caught, warehouse.engine().begin() as connection:
        connection.execute(statement, {"ssn": CANARY})
    assert isinstance(caught.value, DBAPIError)
    assert isinstance(caught.value.orig, psycopg.errors.UniqueViolation)
    said = f"{caught.value} {caught.value.orig} " + "".join(traceback.format_exception(caught.value))
    assert CANARY not in said
    assert "23505" in said


def test_a_database_error_survives_the_way_to_another_process(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseError) as caught:
        warehouse.execute("insert into marts.canary values (%s, null)", [CANARY])
    # The bytes were made here, by this test.
    twin = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (str(twin), twin.column, twin.sqlstate) == (
        str(caught.value),
        caught.value.column,
        caught.value.sqlstate,
    )
