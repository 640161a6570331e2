"""What is promised of a delivery holds whatever breaks around it: the server, the disk, a permission, the gate itself.

The loader's own kill points are in `test_ingest_faults`.
"""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ingest import loader
from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.sync import sync_rules
from warehouse.connection import Warehouse, open_warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import DEMO_STATE, load_state

STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)
STATE = load_state(DEMO_STATE)


def delivery(folder: Path, rows: int, sequence: int = 1) -> Path:
    """A file of the demonstration's north district, with one malformed date."""
    path = folder / f"k12__status__north__2020__{sequence}.txt"
    lines = [f"2020|{1_000_000_000 + row}|LEP|2019-09-01|" for row in range(rows - 1)]
    path.write_text("\n".join([HEADER, *lines, f"2020|{sequence}|LEP|2019-02-30|"]) + "\n")
    return path


def standing(warehouse: Warehouse) -> tuple[object, ...]:
    """All that a delivery leaves in the database, and whether every delivery has just its rows."""
    return (
        warehouse.fetch_all("select delivery_id, status, row_count, accepted_count, rejected_count from control.delivery"
            " order by 1"),
        warehouse.fetch_value("select count(*) from quality.rejected_row"),
        warehouse.fetch_value("select count(*) from quality.rule_result"),
        warehouse.fetch_value("select count(*) from raw.k12__status"),
    )  # fmt: skip


def promises_hold(warehouse: Warehouse) -> None:
    assert (
        warehouse.fetch_all(
            "select delivery_id from control.delivery where status in ('accepted', 'held', 'superseded')"
            " and row_count is distinct from accepted_count + quarantined_count + rejected_count"
        )
        == []
    )
    assert (
        warehouse.fetch_all(
            "select d.delivery_id from control.delivery as d left join raw.k12__status as r using (delivery_id)"
            " group by d.delivery_id having d.row_count is distinct from count(r.delivery_id)"
        )
        == []
    )


@pytest.fixture(scope="module")
def prepared(warehouse: Warehouse) -> Warehouse:
    sync_catalogue(warehouse, STATE)
    sync_rules(warehouse)
    return warehouse


_GATE = """
    import sys
    from pathlib import Path
    from quality_checks.gate import run_gate
    from warehouse.connection import Warehouse
    from warehouse.home import Home

    run_gate  # imported before the clock starts
    import great_expectations
    Path(sys.argv[3]).touch()
    run_gate(Warehouse(Home(sys.argv[1]), sys.argv[2], is_embedded=True), "k12/status")
"""


@pytest.fixture(scope="module")
def usual(prepared: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> float:
    """The seconds of a gate that nobody kills, once everything is imported."""
    folder = tmp_path_factory.mktemp("usual")
    for rows in (10, 20_000):
        load_file(prepared, delivery(folder, rows, _next_sequence(prepared)), state=STATE)
        seconds = _seconds(lambda: run_gate(prepared, "k12/status"))
    return seconds


@pytest.mark.parametrize("share", [0.15, 0.5, 0.85])
def test_a_gate_killed_at_any_moment_leaves_the_delivery_as_it_was(
    prepared: Warehouse, tmp_path: Path, share: float, usual: float
) -> None:
    load_file(prepared, delivery(tmp_path, 20_000, _next_sequence(prepared)), state=STATE)
    before = standing(prepared)
    marker = tmp_path / "started"
    gate = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_GATE), str(prepared.home.root), prepared.url, str(marker)],
        cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    while not marker.exists() and gate.poll() is None:
        time.sleep(0.01)
    time.sleep(share * usual)
    gate.send_signal(signal.SIGKILL)
    gate.wait()
    _until_nobody_else(prepared)
    if standing(prepared) != before:
        # It was faster than it usually is: then the whole of its work is there.
        assert prepared.fetch_value("select count(*) from control.delivery where status = 'loaded'") == 0
        promises_hold(prepared)
    run_gate(prepared, "k12/status")
    assert prepared.fetch_value("select count(*) from control.delivery where status = 'loaded'") == 0
    promises_hold(prepared)


def _next_sequence(warehouse: Warehouse) -> int:
    return int(warehouse.fetch_value("select coalesce(max(sequence), 0) + 1 from control.delivery"))


def _seconds(action: Callable[[], None]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def _until_nobody_else(warehouse: Warehouse) -> None:
    """Wait until the killed program's session is gone: PostgreSQL notices at its next word to it."""
    deadline = time.monotonic() + 30
    others = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    warehouse.close()
    while warehouse.fetch_value(others) and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.fixture
def own_server(server_home: Callable[[], Home], monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """A server that a test may break, with the product's own settings for safety."""
    home = server_home()
    monkeypatch.setenv("P20W_HOME", str(home.root))
    warehouse = open_warehouse(home)
    sync_catalogue(warehouse, STATE)
    sync_rules(warehouse)
    yield warehouse
    EmbeddedServer(home).remove()


def test_a_server_killed_during_copy_loses_that_delivery_only(
    own_server: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_file(own_server, delivery(tmp_path, 100), state=STATE)
    run_gate(own_server, "k12/status")
    before = standing(own_server)
    postmaster = int(own_server.fetch_value("select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)"))
    copy = loader.copy_stream

    def killed_on_the_way(connection, chunks, statement):  # type: ignore[no-untyped-def]
        def cut() -> Iterator[bytes]:
            for number, chunk in enumerate(chunks):
                yield chunk
                if number == 0:
                    os.kill(postmaster, signal.SIGKILL)
                    time.sleep(0.5)

        return copy(connection, cut(), statement)

    monkeypatch.setattr(loader, "copy_stream", killed_on_the_way)
    with pytest.raises(DatabaseError):
        load_file(own_server, delivery(tmp_path, 300_000, 2), state=STATE)
    monkeypatch.undo()
    own_server.close()
    again = open_warehouse(own_server.home)
    assert standing(again) == before
    assert load_file(again, delivery(tmp_path, 300_000, 2), state=STATE).row_count == 300_000
    run_gate(again, "k12/status")
    promises_hold(again)


def test_a_full_disk_is_told_and_leaves_nothing(
    server_home: Callable[[], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = server_home().root.parent
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=460m,mode=0711", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk to fill")
    home = Home(folder / "home")
    monkeypatch.setenv("P20W_HOME", str(home.root))
    try:
        warehouse = open_warehouse(home)
        sync_catalogue(warehouse, STATE)
        load_file(warehouse, delivery(tmp_path, 100), state=STATE)
        before = standing(warehouse)
        large = delivery(tmp_path, 5_000_000, 2)
        with pytest.raises(P20WError, match=r"(?i)space|disk"):
            load_file(warehouse, large, state=STATE)
        assert standing(open_warehouse(home)) == before
    finally:
        EmbeddedServer(home).remove()
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_revoked_permission_is_told_and_leaves_nothing(prepared: Warehouse, tmp_path: Path) -> None:
    _as_loader(prepared)
    limited = Warehouse(prepared.home, _url_of(prepared, "reduced_loader"), is_embedded=True)
    before = standing(prepared)
    with pytest.raises(P20WError) as caught:
        load_file(limited, delivery(tmp_path, 50, _next_sequence(prepared)), state=STATE)
    assert "42501" in str(caught.value) or "permission" in str(caught.value).lower()
    assert standing(prepared) == before


def _as_loader(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("create role reduced_loader login password 'reduced'")
        connection.execute("grant usage on schema control, raw to reduced_loader")
        connection.execute("grant select on all tables in schema control to reduced_loader")


def _url_of(warehouse: Warehouse, role: str) -> str:
    settings = psycopg.conninfo.conninfo_to_dict(warehouse.url)
    return psycopg.conninfo.make_conninfo(**{**settings, "user": role, "password": "reduced"})


def test_deliveries_of_different_keys_are_loaded_side_by_side(prepared: Warehouse, tmp_path: Path) -> None:
    reached = threading.Barrier(2, timeout=30)
    copy = loader.copy_stream
    results: list[str] = []

    def both_inside(connection, chunks, statement):  # type: ignore[no-untyped-def]
        # Neither copy goes on before the other has begun: loads that waited for each other would never come here.
        reached.wait()
        return copy(connection, chunks, statement)

    def load(path: Path) -> None:
        results.append(load_file(prepared, path, state=STATE).outcome)

    first = delivery(tmp_path, 10, _next_sequence(prepared))
    second = first.rename(first.with_name("k12__status__north__2021__1.txt"))
    first = delivery(tmp_path, 20, _next_sequence(prepared))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "copy_stream", both_inside)
        threads = [threading.Thread(target=load, args=(path,)) for path in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert results == ["loaded", "loaded"]


def test_two_files_of_one_key_at_once_are_loaded_one_after_the_other(
    prepared: Warehouse, tmp_path: Path
) -> None:
    names = [tmp_path / str(number) / "k12__status__north__2022.txt" for number in (1, 2, 3)]
    for number, path in enumerate(names):
        path.parent.mkdir()
        path.write_text(delivery(path.parent, 1000 + number).read_text().replace("2020|", "2022|"))
    inside: list[int] = []
    most: list[int] = []
    copy = loader.copy_stream

    def counted(connection, chunks, statement):  # type: ignore[no-untyped-def]
        inside.append(1)
        most.append(len(inside))
        try:
            time.sleep(0.1)
            return copy(connection, chunks, statement)
        finally:
            inside.pop()

    sequences: list[int | None] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "copy_stream", counted)
        threads = [
            threading.Thread(target=lambda path=path: sequences.append(load_file(prepared, path, state=STATE).sequence))
            for path in names
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(sequences, key=str) == [1, 2, 3]
    assert max(most) == 1
    run_gate(prepared, "k12/status")
    in_force = "select sequence from control.delivery where period = '2022' and status = 'accepted'"
    assert prepared.fetch_all(in_force) == [(3,)]
    promises_hold(prepared)
