import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.readers import containers
from ingest.readers.stream import read_ahead, read_chunks
from warehouse.errors import P20WError


def test_gzip_is_recognised_by_its_bytes_and_its_members_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "named.csv"
    path.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"))
    assert b"".join(read_chunks(path, "x")) == b"a,b\n1,2\n"


def test_a_cut_off_gzip_file_is_named_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 99)[:-12])
    with pytest.raises(P20WError, match=r"x\.gz is a damaged or incomplete archive"):
        list(read_chunks(path, "x.gz"))


def test_a_file_that_unpacks_beyond_reason_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "MOST_BEFORE_RATIO", 1 << 20)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(bytes(1 << 22)))
    with pytest.raises(P20WError, match="more than 200 times its size"):
        list(read_chunks(path, "x.gz"))


def test_reading_ahead_keeps_order_and_passes_failures_on() -> None:
    def numbers() -> Iterator[int]:
        yield from range(100)
        raise P20WError("no more")

    seen = []
    with pytest.raises(P20WError, match="no more"):
        for number in read_ahead(numbers()):
            seen.append(number)
    assert seen == list(range(100))


def test_reading_ahead_ends_its_thread_when_nobody_reads_on() -> None:
    closed = []

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    ahead = read_ahead(endless())
    assert next(ahead) == 1
    ahead.close()  # type: ignore[attr-defined]
    assert closed == [True]
