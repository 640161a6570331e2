import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import archive, loader
from ingest.catalogue import load_catalogue
from ingest.deliveries import list_events
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.state import load_state

STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)
NAME = "k12__status__north__2020.txt"

# A loader that announces where it is, and waits there to be killed.
_PAUSED_LOADER = """
    import sys, time
    from pathlib import Path
    from ingest import archive, loader, raw_tables
    from warehouse.connection import Warehouse
    from warehouse.home import Home

    point, home, url, file, marker = sys.argv[1:]

    def wait():
        Path(marker).touch()
        time.sleep(60)

    def before(function):
        return lambda *arguments: (wait(), function(*arguments))[1]

    def after(function):
        return lambda *arguments: (function(*arguments), wait())[0]

    def paused(chunks):
        for chunk in chunks:
            yield chunk
            wait()

    def paused_copy(connection, chunks, statement, copy=loader.copy_stream):
        return copy(connection, paused(chunks), statement)

    if point == "in the middle of COPY":
        loader.copy_stream = paused_copy
    if point == "after COPY":
        raw_tables.attach_partition = before(raw_tables.attach_partition)
    if point == "before the archive":
        archive.Received.keep = before(archive.Received.keep)
    if point == "before the commit":
        archive.Received.keep = after(archive.Received.keep)
    loader.load_file(Warehouse(Home(home), url, is_embedded=True), file)
"""


@pytest.fixture
def file(tmp_path: Path, warehouse: Warehouse) -> Path:
    sync_catalogue(warehouse, load_state())
    path = tmp_path / NAME
    path.write_text(f"{HEADER}\n" + f"2020|{time.time_ns()}|x|2019-09-01|\n" * 60_000)
    return path


def _left(warehouse: Warehouse) -> tuple[object, ...]:
    return (
        warehouse.fetch_value("select count(*) from control.delivery"),
        warehouse.fetch_value("select count(*) from control.delivery_event where event <> 'failed'"),
        warehouse.fetch_value("select count(*) from pg_class where relnamespace = 'raw'::regnamespace"),
        warehouse.fetch_value("select count(*) from raw.k12__status"),
    )


def _of_a_size_of_its_own(file: Path, rows: int, status: str) -> None:
    """Write rows whose size no other file has: its content cannot be known, so nobody waits for its checksum."""
    file.write_text(f"{HEADER}\n" + f"2020|1|{status}|2019-09-01|\n" * rows)


def _wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "point", ["in the middle of COPY", "after COPY", "before the archive", "before the commit"]
)
def test_a_loader_killed_at_any_point_leaves_nothing_and_the_next_one_succeeds(
    warehouse: Warehouse, file: Path, tmp_path: Path, point: str
) -> None:
    before = _left(warehouse)
    marker = tmp_path / "reached"
    killed = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(_PAUSED_LOADER),
            *(point, str(warehouse.home.root), warehouse.url, str(file), str(marker)),
        ],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        _wait_for(lambda: marker.exists() or killed.poll() is not None)
        assert killed.poll() is None, "the loader ended before it was killed"
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert _left(warehouse) == before
    result = load_file(warehouse, file)
    assert (result.outcome, result.row_count) == ("loaded", 60_000)
    assert warehouse.fetch_value(
        "select count(*) from raw.k12__status where delivery_id = %s", (result.delivery_id,)
    ) == (60_000)


def test_a_lost_connection_leaves_nothing_and_is_told_as_such(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_copy = loader.copy_stream

    def cut(connection, chunks, statement):  # type: ignore[no-untyped-def]
        warehouse.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
        return real_copy(connection, chunks, statement)

    before = _left(warehouse)
    monkeypatch.setattr(loader, "copy_stream", cut)
    with pytest.raises(DatabaseError):
        load_file(warehouse, file)
    assert _left(warehouse) == before
    assert [
        path
        for path in warehouse.home.archive.glob("receiving/*")
        if path.stat().st_mtime > file.stat().st_mtime
    ] == []


def test_loaders_of_the_same_bytes_at_once_make_one_delivery(warehouse: Warehouse, file: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: load_file(warehouse, file), range(4)))
    assert sorted(result.outcome for result in results) == ["duplicate"] * 3 + ["loaded"]
    assert len({result.delivery_id for result in results}) == 1


def test_the_same_new_bytes_for_two_keys_at_once_become_one_delivery(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Neither load knows of the other when it begins: what they have in common is seen when both have their checksum.
    _of_a_size_of_its_own(file, 60_000, "for two keys")
    other = file.with_name("k12__status__south__2020.txt")
    other.write_bytes(file.read_bytes())
    both_inside = threading.Barrier(2, timeout=30)
    real_copy = loader.copy_stream

    def together(connection, chunks, statement):  # type: ignore[no-untyped-def]
        both_inside.wait()
        return real_copy(connection, chunks, statement)

    def load(path: Path) -> str:
        try:
            return load_file(warehouse, path).outcome
        except P20WError as error:
            return error.message

    before = _left(warehouse)
    monkeypatch.setattr(loader, "copy_stream", together)
    with ThreadPoolExecutor(2) as pool:
        refused, loaded = sorted(pool.map(load, (file, other)))
    assert loaded == "loaded"
    assert "is byte for byte" in refused
    after = _left(warehouse)
    # One delivery, its event, its partition and its rows.
    grown = [now - then for now, then in zip(after, before, strict=True)]  # type: ignore[operator]
    assert grown == [1, 1, 1, 60_000]


def test_bytes_that_become_known_while_they_are_copied_are_taken_back(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_file(warehouse, file)
    before = _left(warehouse)
    # As if the other loader had committed after the sizes were compared.
    monkeypatch.setattr(loader, "may_be_known", lambda *_: False)
    second = load_file(warehouse, file)
    assert (second.outcome, second.delivery_id) == ("duplicate", first.delivery_id)
    deliveries, events, *rest = _left(warehouse)
    assert (deliveries, events, rest) == (before[0], before[1] + 1, list(before[2:]))  # type: ignore[operator]


def test_rows_go_in_before_the_file_has_come_to_its_end(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _of_a_size_of_its_own(file, 60_000, "before its end")
    copying = threading.Event()
    real_bring, real_copy = archive._copy_and_hash, loader.copy_stream

    def waiting(source, opened, before, copy, note):  # type: ignore[no-untyped-def]
        def noted(count: int) -> None:
            note(count)
            assert copying.wait(30)

        return real_bring(source, opened, before, copy, noted)

    def announced(connection, chunks, statement):  # type: ignore[no-untyped-def]
        copying.set()
        return real_copy(connection, chunks, statement)

    monkeypatch.setattr(archive, "_copy_and_hash", waiting)
    monkeypatch.setattr(loader, "copy_stream", announced)
    assert load_file(warehouse, file).row_count == 60_000


def test_a_file_that_changes_while_its_rows_go_in_leaves_nothing(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def growing(source, opened, before, copy, note):  # type: ignore[no-untyped-def]
        with source.open("ab") as more:
            more.write(b"2020|1|x|2019-09-01|\n")
        return real_bring(source, opened, before, copy, note)

    real_bring = archive._copy_and_hash
    before = _left(warehouse)
    monkeypatch.setattr(archive, "_copy_and_hash", growing)
    with pytest.raises(P20WError, match="changed while it was read"):
        load_file(warehouse, file)
    assert _left(warehouse) == before
    monkeypatch.undo()
    assert load_file(warehouse, file).row_count == 60_001


def test_loaders_of_different_files_of_one_layout_do_not_disturb_each_other(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    sync_catalogue(warehouse, load_state())
    files = []
    for year in range(2020, 2026):
        files.append(tmp_path / f"k12__status__south__{year}.txt")
        files[-1].write_text(f"{HEADER}\n" + f"{year}|1|x|2019-09-01|\n" * 20_000)
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda path: load_file(warehouse, path), files))
    assert [(result.outcome, result.row_count) for result in results] == [("loaded", 20_000)] * 6


def test_a_file_whose_bytes_are_archived_already_is_shared(warehouse: Warehouse, file: Path) -> None:
    first = load_file(warehouse, file, submitter="north", period="2021")
    second = load_file(warehouse, file, submitter="north", period="2022", again=True)
    assert (first.outcome, second.outcome) == ("loaded", "loaded")
    archived = "select sha256 from control.delivery where delivery_id = any(%s)"
    (sha256,) = {row[0] for row in warehouse.fetch_all(archived, ([first.delivery_id, second.delivery_id],))}
    assert (warehouse.home.archive / "sha256" / sha256[:2] / sha256[2:]).exists()


def test_a_database_failure_is_not_told_as_a_failure_of_the_file(
    warehouse: Warehouse, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise DatabaseError("The database reports: disk full (SQLSTATE 53100).", sqlstate="53100")

    monkeypatch.setattr(loader, "copy_stream", full)
    events = len(list_events(warehouse, limit=1000))
    with pytest.raises(DatabaseError, match="disk full"):
        load_file(warehouse, file)
    assert len(list_events(warehouse, limit=1000)) == events
