"""What may become a delivery, and when a file in a folder is taken at all."""

import os
import time
from pathlib import Path

import pytest

from ingest import archive, landing, register
from ingest.catalogue import load_catalogue
from ingest.deliveries import list_events
from ingest.landing import (
    load_pending,
    pending_files,
    record_duplicates,
    refused_files,
    unsettled_files,
    wait_until_settled,
)
from ingest.loader import load_file
from quality_checks.stewardship import withdraw
from warehouse.connection import Warehouse
from warehouse.deliveries import find_delivery
from warehouse.errors import P20WError
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Landing

STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)


def _state(**landing: object) -> State:
    return load_state().model_copy(
        update={"landing": Landing.model_validate({"settle_seconds": 0, **landing})}
    )


def _put(folder: Path, name: str, rows: str | None = None, age: float = 100) -> Path:
    path = folder / "north" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEADER}\n{name}||||\n" if rows is None else f"{HEADER}\n{rows}")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def _pending(warehouse: Warehouse, folder: Path, state: State) -> list[str]:
    return [file.path.name for file in pending_files(warehouse, state=state, folder=folder)]


def test_the_same_bytes_for_another_period_are_refused_by_name_unless_meant(
    warehouse: Warehouse, folder: Path
) -> None:
    first = load_file(warehouse, _put(folder, "k12__status__north__2020.txt", "2020|1|x||\n"))
    copy = _put(folder, "k12__status__north__2021.txt", "2020|1|x||\n")
    with pytest.raises(P20WError) as caught:
        load_file(warehouse, copy)
    assert (
        f"is byte for byte k12__status__north__2020.txt, which is delivery {first.delivery_id}"
        in caught.value.message
    )
    assert load_file(warehouse, copy, again=True).outcome == "loaded"


def test_files_without_rows_are_alike_and_refused_for_nothing(warehouse: Warehouse, folder: Path) -> None:
    for year in (2020, 2021):
        path = _put(folder, f"k12__status__north__{year}__9.txt", "")
        assert load_file(warehouse, path).outcome == "loaded"


def test_withdrawn_content_comes_again_only_when_somebody_says_so(warehouse: Warehouse, folder: Path) -> None:
    path = _put(folder, "k12__status__north__2022__1.txt")
    first = load_file(warehouse, path)
    assert first.delivery_id is not None
    withdraw(warehouse, first.delivery_id, "the wrong extract", "steward")
    assert _pending(warehouse, folder, _state()) == []
    with pytest.raises(
        P20WError, match=f"delivery {first.delivery_id}, which was withdrawn by steward: the wrong"
    ):
        load_file(warehouse, path)
    again = load_file(warehouse, path, again=True)
    assert (again.outcome, again.sequence) == ("loaded", 1)
    assert again.delivery_id != first.delivery_id
    assert load_file(warehouse, path, again=True).outcome == "duplicate"


def test_a_wrongly_named_file_can_be_sent_rightly_after_its_withdrawal(
    warehouse: Warehouse, folder: Path
) -> None:
    wrong = _put(folder, "k12__status__north__2023.txt", "2024|1|x||\n")
    (first,) = load_pending(warehouse, "k12/status", folder, state=_state())
    right = _put(folder, "k12__status__north__2024.txt", "2024|1|x||\n")
    (refused,) = load_pending(warehouse, "k12/status", folder, state=_state())
    assert refused.outcome == "failed"
    assert load_pending(warehouse, "k12/status", folder, state=_state()) == []
    assert first.delivery_id is not None
    withdraw(warehouse, first.delivery_id, "named for the wrong year", "steward")
    (loaded,) = load_pending(warehouse, "k12/status", folder, state=_state())
    assert (loaded.outcome, loaded.file_name) == ("loaded", right.name)
    assert wrong.exists() and refused_files(warehouse, folder, _state()) == []


@pytest.mark.parametrize(
    "name", ["k12__status__north__2025__3__amend.txt", "k12__status__north__2025__amend.TXT"]
)
def test_an_amendment_is_known_by_its_name(warehouse: Warehouse, folder: Path, name: str) -> None:
    result = load_file(warehouse, _put(folder, name))
    assert result.delivery_id is not None
    assert find_delivery(warehouse, result.delivery_id).is_amendment


def test_an_amendment_can_be_declared_by_hand(warehouse: Warehouse, folder: Path) -> None:
    result = load_file(warehouse, _put(folder, "k12__status__north__2019__2.txt"), amends=True)
    assert result.delivery_id is not None
    assert find_delivery(warehouse, result.delivery_id).is_amendment


def test_a_file_that_may_still_be_growing_is_left_alone(warehouse: Warehouse, folder: Path) -> None:
    state = _state(settle_seconds=60)
    fresh = _put(folder, "k12__status__north__2026.txt", age=0)
    whole = _put(folder, "k12__status__north__2027.txt", age=61)
    assert _pending(warehouse, folder, state) == [whole.name]
    assert [file.path for file in unsettled_files(folder, state)] == [fresh]
    (folder / "north" / f"{fresh.name}.done").touch()
    assert _pending(warehouse, folder, state) == [fresh.name, whole.name]


def test_a_file_from_a_clock_ahead_of_ours_is_taken_in_the_end(warehouse: Warehouse, folder: Path) -> None:
    path = _put(folder, "k12__status__north__2026.txt", age=-3600)
    assert _pending(warehouse, folder, _state(settle_seconds=60)) == []
    assert _pending(warehouse, folder, _state(settle_seconds=0)) == [path.name]


def test_with_required_markers_only_marked_files_are_taken(warehouse: Warehouse, folder: Path) -> None:
    state = _state(require_done_marker=True)
    path = _put(folder, "k12__status__north__2028.txt")
    assert _pending(warehouse, folder, state) == []
    marker = path.with_name(f"{path.name}.done")
    marker.touch()
    assert _pending(warehouse, folder, state) == [path.name]
    os.utime(marker, (time.time() - 1000, time.time() - 1000))
    assert _pending(warehouse, folder, state) == []
    assert [file.path for file in landing.waiting_files(folder)] == [path]


def test_a_run_waits_for_a_file_that_was_just_written(warehouse: Warehouse, folder: Path) -> None:
    state = _state(settle_seconds=0.5)
    path = _put(folder, "k12__status__north__2029.txt", age=0)
    wait_until_settled(folder, state)
    assert _pending(warehouse, folder, state) == [path.name]


def test_a_refusal_is_remembered_until_the_file_or_the_state_changes(
    warehouse: Warehouse, folder: Path
) -> None:
    path = _put(folder, "k12__status__north__2030.txt", "1|2\n")
    (refused,) = load_pending(warehouse, "k12/status", folder, state=_state())
    assert _pending(warehouse, folder, _state()) == []
    os.utime(path)
    assert _pending(warehouse, folder, _state()) == []
    ((file, reason),) = refused_files(warehouse, folder, _state())
    assert (file.path, reason) == (path, refused.reason)
    assert _pending(warehouse, folder, _state(settle_seconds=1)) == []
    os.utime(path, (1, 1))
    assert _pending(warehouse, folder, _state(settle_seconds=1)) == [path.name]
    path.write_text(f"{HEADER}\n1|2|3|4|5\n")
    assert _pending(warehouse, folder, _state()) == [path.name]
    (loaded,) = load_pending(warehouse, "k12/status", folder, state=_state())
    assert loaded.outcome == "loaded"
    assert refused_files(warehouse, folder, _state()) == []


def test_a_full_disk_is_no_refusal(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _put(folder, "k12__status__north__2031.txt")

    def full(*_: object) -> None:
        raise archive.unreadable(path, OSError(28, "no space"))

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_copy_and_hash", full)
        (failed,) = load_pending(warehouse, "k12/status", folder, state=_state())
        assert "disk is full" in failed.reason
    assert _pending(warehouse, folder, _state()) == [path.name]
    (loaded,) = load_pending(warehouse, "k12/status", folder, state=_state())
    assert loaded.outcome == "loaded"


def test_a_renamed_copy_is_noted_once_and_changes_nothing(warehouse: Warehouse, folder: Path) -> None:
    path = _put(folder, "k12__status__north__2032.txt")
    (first,) = load_pending(warehouse, "k12/status", folder, state=_state())
    copy = path.with_name("k12__status__north__2032__2.txt")
    copy.write_bytes(path.read_bytes())
    assert load_pending(warehouse, "k12/status", folder, state=_state()) == []
    assert (record_duplicates(warehouse), record_duplicates(warehouse)) == (1, 0)
    events = [(e.event, e.detail) for e in list_events(warehouse, delivery_id=first.delivery_id)]
    assert events == [("duplicate", copy.name), ("loaded", path.name)]


def test_unchanged_files_are_read_once(
    warehouse: Warehouse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(folder, "k12__status__north__2033.txt", "2033|of a length that no other file has|x||\n")
    load_pending(warehouse, "k12/status", folder, state=_state())
    read: list[Path] = []

    def reading(path: Path) -> str:
        read.append(path)
        return archive.sha256_of(path)

    monkeypatch.setattr(register, "sha256_of", reading)
    # What was seen within a tick of the file system's clock is looked at again.
    monkeypatch.setattr(register, "_CLOCK_TICK_NS", 0)
    assert [_pending(warehouse, folder, _state()) for _ in range(3)] == [[], [], []]
    assert len(read) == 1


def test_the_register_forgets_files_that_are_gone(warehouse: Warehouse, folder: Path) -> None:
    path = _put(folder, "k12__status__north__2034.txt", "1|2\n")
    load_pending(warehouse, "k12/status", folder, state=_state())
    known = "select count(*) from control.landed_file where path = %s"
    assert warehouse.fetch_value(known, (str(path),)) == 1
    path.unlink()
    load_pending(warehouse, "k12/status", folder, state=_state())
    assert warehouse.fetch_value(known, (str(path),)) == 0


def test_a_file_counts_as_received_at_its_own_time_where_the_state_says_so(
    warehouse: Warehouse, folder: Path
) -> None:
    path = _put(folder, "k12__status__north__2035.txt", age=86_400 * 30)
    result = load_file(warehouse, path, state=_state(arrival="file_time"))
    assert result.delivery_id is not None
    assert find_delivery(warehouse, result.delivery_id).received_at.timestamp() == pytest.approx(
        path.stat().st_mtime
    )
