from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.deliveries import list_events
from ingest.landing import load_pending, pending_files, refused_files, unusable_files
from warehouse.connection import Warehouse

CATALOGUE = load_catalogue()
HEADER = "|".join(column.headers_for("2019")[0] for column in CATALOGUE.layouts["k12/status"].columns)


def _put(folder: Path, submitter: str, name: str, content: str = "") -> Path:
    path = folder / submitter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or f"{HEADER}\n{name}||||\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def _pending(warehouse: Warehouse, folder: Path) -> list[str]:
    return [file.path.name for file in pending_files(warehouse, folder=folder)]


def test_waiting_files_are_loaded_once_in_the_order_of_their_periods(
    warehouse: Warehouse, folder: Path
) -> None:
    names = [
        "k12__status__north__2020.txt",
        "k12__status__north__2020__2.txt",
        "k12__status__north__2021.txt",
    ]
    for name in reversed(names):
        _put(folder, "north", name)
    assert _pending(warehouse, folder) == names
    results = load_pending(warehouse, "k12/status", folder)
    assert [(result.file_name, result.outcome, result.sequence) for result in results] == [
        (names[0], "loaded", 1),
        (names[1], "loaded", 2),
        (names[2], "loaded", 1),
    ]
    assert _pending(warehouse, folder) == []
    assert load_pending(warehouse, "k12/status", folder) == []


def test_a_corrected_file_under_the_old_name_is_pending_again(warehouse: Warehouse, folder: Path) -> None:
    name = "k12__status__north__2022.txt"
    _put(folder, "north", name)
    assert [result.sequence for result in load_pending(warehouse, "k12/status", folder)] == [1]
    path = folder / "north" / name
    path.write_text(path.read_text().replace("north", "NORTH"))
    assert _pending(warehouse, folder) == [name]
    assert [result.sequence for result in load_pending(warehouse, "k12/status", folder)] == [2]


def test_a_bad_file_is_reported_stays_where_it_is_and_stops_no_other(
    warehouse: Warehouse, folder: Path
) -> None:
    bad = _put(folder, "south", "k12__status__south__2020.txt", f"{HEADER}\n1|2\n")
    good = _put(folder, "south", "k12__status__south__2021.txt")
    failed, loaded = load_pending(warehouse, "k12/status", folder)
    assert (failed.outcome, failed.delivery_id) == ("failed", None)
    assert "k12__status__south__2020.txt, line 2: 2 values instead of 5" in failed.reason
    assert (loaded.outcome, loaded.file_name) == ("loaded", good.name)
    assert bad.exists() and _pending(warehouse, folder) == []
    assert load_pending(warehouse, "k12/status", folder) == []
    assert any("south__2020.txt, line 2" in (event.detail or "") for event in list_events(warehouse))


def test_a_file_in_the_folder_of_another_submitter_is_refused(warehouse: Warehouse, folder: Path) -> None:
    path = _put(folder, "south", "k12__status__north__2024.txt")
    (result,) = load_pending(warehouse, "k12/status", folder)
    assert result.outcome == "failed"
    assert "named for north but lies in the folder of south" in result.reason
    assert _pending(warehouse, folder) == []
    assert [file.path for file, _ in unusable_files(folder)] == [path]
    assert list_events(warehouse, limit=1)[0].event == "failed"
    (told,) = [reason for file, reason in refused_files(warehouse, folder) if file.path == path]
    assert told == result.reason


def test_files_without_the_agreed_name_are_listed_as_unusable(warehouse: Warehouse, folder: Path) -> None:
    _put(folder, "north", "notes.txt", "hello\n")
    _put(folder, "north", "k12__homework__north__2020.txt")
    _put(folder, "north", "k12__status__north__20.txt")
    assert _pending(warehouse, folder) == ["k12__status__north__20.txt"]
    reasons = {file.path.name: problem.message for file, problem in unusable_files(folder)}
    assert "is not recognised" in reasons["notes.txt"]
    assert "There is no layout 'k12/homework'" in reasons["k12__homework__north__2020.txt"]
    assert "'20' is not a school year" in reasons["k12__status__north__20.txt"]


def test_links_and_files_under_way_are_left_alone(warehouse: Warehouse, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "secret.txt"
    target.write_text("x")
    (folder / "north").mkdir(parents=True)
    (folder / "north" / "k12__status__north__2025.txt").symlink_to(target)
    _put(folder, "north", ".k12__status__north__2025.txt.part")
    assert _pending(warehouse, folder) == []
    assert unusable_files(folder) == []


def test_a_folder_that_does_not_exist_holds_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    assert _pending(warehouse, tmp_path / "nowhere") == []
