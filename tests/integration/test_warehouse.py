import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from warehouse import connection as connection_module
from warehouse.connection import Warehouse, open_warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.home import Home
from warehouse.server import EmbeddedServer


def _count(warehouse: Warehouse) -> int:
    return int(warehouse.fetch_value("select count(*) from control.code"))


def _insert(connection: psycopg.Connection[tuple[object, ...]], code: str) -> None:
    connection.execute("insert into control.code values ('sex', %s, 'label')", [code])


def test_a_block_that_ends_well_is_committed_and_one_that_fails_is_rolled_back(warehouse: Warehouse) -> None:
    before = _count(warehouse)
    with warehouse.connect() as connection:
        _insert(connection, "kept")
    with pytest.raises(ZeroDivisionError), warehouse.connect() as connection:
        _insert(connection, "lost")
        raise ZeroDivisionError
    assert _count(warehouse) == before + 1


def test_queries_come_back_as_tuples_dicts_values_and_arrow(warehouse: Warehouse) -> None:
    query = "select 1 as a, 'x' as b union all select 2, null order by 1"
    assert warehouse.fetch_all(query) == [(1, "x"), (2, None)]
    assert warehouse.fetch_dicts(query)[1] == {"a": 2, "b": None}
    assert warehouse.fetch_value("select 7 where %(no)s", {"no": False}) is None
    assert warehouse.fetch_arrow(query).to_pydict() == {"a": [1, 2], "b": ["x", None]}


def test_execute_tells_how_many_rows_it_touched(warehouse: Warehouse) -> None:
    assert warehouse.execute("insert into control.code values ('n', '1', 'one'), ('n', '2', 'two')") == 2


def test_other_tools_connect_with_the_settings_they_are_given(warehouse: Warehouse) -> None:
    import psycopg2

    environment = warehouse.dbt_environment()
    with psycopg2.connect(
        host=environment["P20W_DB_HOST"],
        port=environment["P20W_DB_PORT"],
        user=environment["P20W_DB_USER"],
        password=environment["DBT_ENV_SECRET_P20W_DB_PASSWORD"],
        dbname=environment["P20W_DB_NAME"],
    ) as connection:
        assert connection.info.dbname == warehouse.settings()["dbname"]
    with sqlalchemy.create_engine(warehouse.sqlalchemy_url()).connect() as other:
        assert other.scalar(sqlalchemy.text("select 1")) == 1


def test_dbt_writes_below_the_home_folder_only(warehouse: Warehouse) -> None:
    environment = warehouse.dbt_environment()
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        assert Path(environment[name]).is_relative_to(warehouse.home.root)


def test_the_address_of_a_managed_server_wins_over_the_embedded_one(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", warehouse.url.replace("postgresql:", "postgresql+psycopg:"))
    opened = open_warehouse(Home(tmp_path / "home"))
    assert not opened.is_embedded
    assert opened.settings() == warehouse.settings()
    assert not (tmp_path / "home" / "server.json").exists()


def test_opening_a_current_warehouse_is_fast(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", warehouse.url)
    begin = time.perf_counter()
    open_warehouse(Home(tmp_path / "home"))
    assert time.perf_counter() - begin < 0.3


def test_a_server_that_is_too_old_is_refused_with_its_version(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", warehouse.url)
    monkeypatch.setattr(connection_module, "OLDEST_SERVER", 990000)
    with pytest.raises(P20WError, match=r"is PostgreSQL \d\d; PostgreSQL 15 or newer is needed"):
        open_warehouse(Home(tmp_path / "home"))


def test_a_wrong_password_is_named_and_not_repeated(
    postgres_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = psycopg.conninfo.make_conninfo(postgres_server.url(), password="swordfish")
    monkeypatch.setenv("P20W_DATABASE_URL", url)
    with pytest.raises(DatabaseError, match="refuses the user or the password") as caught:
        open_warehouse(Home(tmp_path / "home"))
    assert "swordfish" not in str(caught.value)
    assert caught.value.sqlstate == "28P01"
    assert caught.value.__context__ is None


def test_a_database_that_does_not_exist_is_named_as_such(
    postgres_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", postgres_server.url("nowhere"))
    with pytest.raises(DatabaseError, match="has no database of that name"):
        open_warehouse(Home(tmp_path / "home"))


def test_a_server_that_is_down_is_told_with_what_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P20W_DATABASE_URL", "postgresql://someone:secret@127.0.0.1:9/warehouse")
    with pytest.raises(DatabaseError, match="is not reachable") as caught:
        open_warehouse(Home(tmp_path / "home"))
    assert "P20W_DATABASE_URL" in caught.value.hint
    assert caught.value.is_transient
    assert "secret" not in str(caught.value)


def test_a_connection_is_used_again_without_what_its_session_held(warehouse: Warehouse) -> None:
    with warehouse.connect() as first:
        process = first.info.backend_pid
        first.execute("create temporary table leftover (n int)")
        first.execute("set application_name = 'leftover'")
        first.execute("select pg_advisory_lock(42)")
    with warehouse.connect(autocommit=True) as second:
        assert second.info.backend_pid == process
        assert second.execute("select to_regclass('leftover')").fetchone() == (None,)
        assert second.execute("show application_name").fetchone() == ("p20w",)
        assert second.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() == (0,)
        assert second.autocommit


def test_a_failed_block_is_rolled_back_and_its_connection_serves_the_next(warehouse: Warehouse) -> None:
    warehouse.execute("create table public.half (n int)")
    with pytest.raises(DatabaseError), warehouse.connect() as connection:
        process = connection.info.backend_pid
        connection.execute("insert into public.half values (1)")
        connection.execute("select 1 / 0")
    with warehouse.connect() as connection:
        assert connection.info.backend_pid == process
        assert connection.execute("select count(*) from public.half").fetchone() == (0,)
    warehouse.execute("drop table public.half")


def test_a_waiting_connection_that_the_server_ended_is_replaced(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        process = connection.info.backend_pid
    with psycopg.connect(warehouse.url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [process])
    assert warehouse.fetch_value("select pg_backend_pid()") != process


def test_a_connection_that_read_arrow_serves_the_next_read_and_stands_in_no_transaction(
    warehouse: Warehouse,
) -> None:
    def process() -> int:
        return int(warehouse.fetch_arrow("select pg_backend_pid() as pid")["pid"][0].as_py())

    first = process()
    assert process() == first
    assert warehouse.fetch_all("select state, xact_start from pg_stat_activity where pid = %s", (first,)) == [
        ("idle", None)
    ]
    with pytest.raises(DatabaseError):
        warehouse.fetch_arrow("select 1 / 0")
    second = process()
    warehouse.execute("select pg_terminate_backend(%s)", (second,))
    assert process() not in {first, second}
