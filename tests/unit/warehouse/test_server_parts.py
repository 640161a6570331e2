import json
import os
import pwd
import threading
import time
from pathlib import Path

import pytest

from warehouse import server_account, server_cluster
from warehouse.errors import P20WError
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.server_account import ServerAccount, account_for
from warehouse.server_cluster import require_space, write_settings
from warehouse.server_files import ServerLog, locked, write_secret
from warehouse.server_place import Place, read_place, write_place

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


def _myself() -> ServerAccount:
    return ServerAccount("me", os.geteuid(), os.getegid(), is_other=False)


def test_a_home_without_a_server_says_so_and_starts_nothing(tmp_path: Path) -> None:
    server = EmbeddedServer(Home(tmp_path))
    assert server.status().state == "not made"
    server.stop()
    with pytest.raises(P20WError, match="No embedded server was made"):
        server.url()
    assert list(tmp_path.iterdir()) == []


def test_paths_below_the_home_are_recorded_relative_to_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    place = Place(str(tmp_path / "server/data"), "/var/p20w-x", "/opt/bin")
    write_place(home, place)
    assert json.loads((tmp_path / "server.json").read_text())["data"] == "server/data"
    assert read_place(home) == place


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": "x", "unknown": 1}'])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text)
    with pytest.raises(P20WError, match=r"server\.json is damaged"):
        read_place(Home(tmp_path))


def test_a_full_disk_is_told_in_megabytes(tmp_path: Path) -> None:
    with pytest.raises(P20WError, match=r"too little space: \d+ MB are free, \d+ MB are needed"):
        require_space(tmp_path, 10**18)


def test_values_of_settings_cannot_break_out_of_their_quotes(tmp_path: Path) -> None:
    write_settings(tmp_path, _myself(), tmp_path / "it's", {"jit": "on"})
    lines = (tmp_path / "p20w.conf").read_text().splitlines()
    assert f"unix_socket_directories = '{tmp_path}/it''s'" in lines
    assert "jit = 'on'" in lines and "jit = 'off'" not in lines
    assert (tmp_path / "p20w.conf").stat().st_mode & 0o777 == 0o600


def test_small_shared_memory_moves_parallel_queries_to_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_cluster, "_SMALL_SHARED_MEMORY", 10**18)
    write_settings(tmp_path, _myself(), None)
    assert "dynamic_shared_memory_type = 'mmap'" in (tmp_path / "p20w.conf").read_text()


def test_a_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_secret_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", "x")
    write_secret(tmp_path / "secret", "y")
    assert (tmp_path / "secret").read_text() == "y\n"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_the_reason_of_a_failed_start_is_its_own_and_not_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "postgres.log"
    path.write_text("2026 UTC [1] FATAL:  an old reason\n")
    log = ServerLog(path)
    assert log.failure() == "no reason was logged"
    with path.open("a") as file:
        file.write("2026 UTC [2] FATAL:  could not create lock file\npg_ctl: could not start server\n")
    assert log.failure() == "could not create lock file"


def test_a_large_log_is_set_aside_before_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "postgres.log"
    path.write_bytes(b"x" * 10_000_001)
    ServerLog(path)
    assert path.stat().st_size == 0
    assert (tmp_path / "postgres.log.1").exists()


def test_programs_run_without_the_callers_database_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGDATA", "/elsewhere")
    result = _myself().run(["/usr/bin/env"], capture_output=True)
    assert "PG" not in result.stdout
    assert "LC_ALL=C" in result.stdout.splitlines()


@as_root
def test_root_hands_the_server_to_an_account_without_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_for(tmp_path / "none")
    assert account.is_other and account.uid != 0
    result = account.run(["/usr/bin/id", "-u"], capture_output=True)
    assert result.stdout.strip() == str(account.uid)
    monkeypatch.setattr(server_account, "_CANDIDATES", ("no-such-account",))
    with pytest.raises(P20WError, match="refuses to run as root"):
        account_for(tmp_path / "none")


@as_root
def test_root_runs_a_users_server_as_that_user(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    assert account_for(tmp_path).name == "nobody"
    os.chown(tmp_path, 54321, 54321)
    assert account_for(tmp_path).uid == 54321


@as_root
def test_what_an_account_can_enter_is_asked_of_the_system(tmp_path: Path) -> None:
    account = account_for(tmp_path / "none")
    assert not account.can_enter(tmp_path)
    assert account.can_enter(Path("/usr"))


def test_data_of_another_account_are_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(P20WError, match="belong to another account"):
        account_for(tmp_path)
