import fcntl
import hashlib
import os
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ingest import archive
from ingest.archive import Archive
from warehouse.errors import P20WError


def _source(tmp_path: Path, content: bytes = b"content") -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return path


def _files(folder: Archive) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


def test_a_kept_file_lies_under_its_checksum_and_cannot_be_written(tmp_path: Path) -> None:
    target = Archive(tmp_path / "archive")
    with target.receive(_source(tmp_path)) as received:
        kept = received.keep()
    digest = hashlib.sha256(b"content").hexdigest()
    assert received.sha256 == digest and received.byte_count == 7
    assert kept == target.path_of(digest) == target.root / "sha256" / digest[:2] / digest[2:]
    assert kept.read_bytes() == b"content"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert _files(target) == [kept]


def test_a_file_that_is_not_kept_is_gone(tmp_path: Path) -> None:
    target = Archive(tmp_path / "archive")
    with pytest.raises(ValueError, match="refused"), target.receive(_source(tmp_path)):
        raise ValueError("refused")
    assert _files(target) == []


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    target = Archive(tmp_path / "archive")
    for _ in range(2):
        with target.receive(_source(tmp_path)) as received:
            received.keep()
    assert len(_files(target)) == 1


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    target = Archive(tmp_path / "archive")
    folder = target.root / "receiving"
    folder.mkdir(parents=True)
    left, held = folder / "left", folder / "held"
    long_ago = time.time() - 3600
    for path in (left, held):
        path.touch()
        os.utime(path, (long_ago, long_ago))
    with held.open("rb") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        with target.receive(_source(tmp_path)):
            assert held.exists() and not left.exists()


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    target = Archive(tmp_path / "archive")
    for path, reason in ((tmp_path / "nowhere.csv", "There is no file"), (tmp_path, "is a folder")):
        with pytest.raises(P20WError, match=reason), target.receive(path):
            pass


def test_a_full_disk_is_named_as_such() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")

    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        Path(__file__).open("rb", buffering=0) as file,
        pytest.raises(P20WError, match="The disk is full"),
    ):
        archive._copy_and_hash(Path(__file__), file, os.fstat(file.fileno()), full, lambda _: None)


def test_content_can_be_read_before_its_end_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = threading.Event()
    content = b"x" * (archive._CHUNK + 10)
    real = hashlib.sha256

    class Slow:
        def __init__(self) -> None:
            self._digest, self._count = real(), 0

        def update(self, chunk: bytes) -> None:
            self._digest.update(chunk)
            assert may_end.wait(30)

        def hexdigest(self) -> str:
            return self._digest.hexdigest()

    monkeypatch.setattr("ingest.archive.hashlib.sha256", Slow)
    with Archive(tmp_path / "archive").receive(_source(tmp_path, content)) as received:
        pieces = received.chunks(1000)
        assert next(pieces) == b"x" * 1000
        may_end.set()
        assert 1000 + sum(map(len, pieces)) == len(content)
        assert list(received.chunks(1 << 30))[-1] == b"x" * len(content)
        assert received.sha256 == real(content).hexdigest()
        assert received.whole().read_bytes() == content


def test_what_stops_the_copying_is_told_to_whoever_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _source(tmp_path, b"x" * 100)

    def grown(*arguments: Any) -> str:
        with source.open("ab") as file:
            file.write(b"y")
        return real(*arguments)

    real = archive._copy_and_hash
    monkeypatch.setattr(archive, "_copy_and_hash", grown)
    target = Archive(tmp_path / "archive")
    with target.receive(source) as received:
        monkeypatch.setattr(archive, "_copy_and_hash", real)
        for ask in (lambda: list(received.chunks(10)), lambda: received.sha256, received.keep):
            with pytest.raises(P20WError, match="changed while it was read"):
                ask()
    assert _files(target) == []


def test_a_file_that_nobody_wants_any_more_is_not_copied_to_its_end(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    writer = threading.Thread(target=_fill, args=(endless,))
    writer.start()
    with Archive(tmp_path / "archive").receive(endless) as received:
        assert next(received.chunks(10)) == b"x" * 10
    writer.join(30)
    assert not writer.is_alive()


def _fill(pipe: Path) -> None:
    with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
