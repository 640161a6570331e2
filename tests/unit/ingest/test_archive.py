import fcntl
import hashlib
import os
import stat
import time
from pathlib import Path

import pytest

from ingest.archive import Archive
from warehouse.errors import P20WError


def _source(tmp_path: Path, content: bytes = b"content") -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return path


def _files(archive: Archive) -> list[Path]:
    return [path for path in archive.root.rglob("*") if path.is_file()]


def test_a_kept_file_lies_under_its_checksum_and_cannot_be_written(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with archive.receive(_source(tmp_path)) as received:
        kept = received.keep()
    digest = hashlib.sha256(b"content").hexdigest()
    assert received.sha256 == digest and received.byte_count == 7
    assert kept == archive.path_of(digest) == archive.root / "sha256" / digest[:2] / digest[2:]
    assert kept.read_bytes() == b"content"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert _files(archive) == [kept]


def test_a_file_that_is_not_kept_is_gone(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with pytest.raises(ValueError, match="refused"), archive.receive(_source(tmp_path)):
        raise ValueError("refused")
    assert _files(archive) == []


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for _ in range(2):
        with archive.receive(_source(tmp_path)) as received:
            received.keep()
    assert len(_files(archive)) == 1


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    folder = archive.root / "receiving"
    folder.mkdir(parents=True)
    left, held = folder / "left", folder / "held"
    long_ago = time.time() - 3600
    for path in (left, held):
        path.touch()
        os.utime(path, (long_ago, long_ago))
    with held.open("rb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        with archive.receive(_source(tmp_path)):
            assert held.exists() and not left.exists()


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for path, reason in ((tmp_path / "nowhere.csv", "There is no file"), (tmp_path, "is a folder")):
        with pytest.raises(P20WError, match=reason), archive.receive(path):
            pass


def test_a_full_disk_is_named_as_such() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    from ingest.archive import _copy_and_hash

    with Path("/dev/full").open("wb") as full, pytest.raises(P20WError, match="The disk is full"):
        try:
            _copy_and_hash(Path(__file__), full)
        finally:
            # Closing would try to write the rest once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
