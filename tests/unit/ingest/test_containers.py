import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from ingest.readers import containers
from ingest.readers.containers import kind_of
from ingest.readers.stream import read_chunks
from warehouse.errors import P20WError

TEXT = b"A,B\n1,2\n"


def _zip(path: Path, members: dict[str, bytes], *, mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (mode or stat.S_IFREG | 0o644) << 16
            archive.writestr(member, content)
    return path


def _packed(content: bytes, name: str = "a.csv") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def _error(path: Path) -> str:
    with pytest.raises(P20WError) as caught:
        list(read_chunks(path, "x.zip"))
    return str(caught.value)


def test_one_file_in_a_zip_archive_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    members = {
        "folder/": b"",
        "folder/any name.csv": TEXT,
        "__MACOSX/folder/._any name.csv": b"\0",
        "folder/.DS_Store": b"\0",
    }
    path = _zip(tmp_path / "named.csv", members)
    assert b"".join(read_chunks(path, "x")) == TEXT


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a.csv": TEXT, "b.csv": TEXT}, "holds 2 files"),
        ({}, "holds 0 files"),
        ({"../a.csv": TEXT}, "a path that leads out of the archive"),
        ({"a/../../a.csv": TEXT}, "a path that leads out of the archive"),
        ({"/etc/a.csv": TEXT}, "a path that leads out of the archive"),
        ({"..\\a.csv": TEXT}, "a path that leads out of the archive"),
        ({"C:\\a.csv": TEXT}, "a path that leads out of the archive"),
        ({"a.zip": _packed(TEXT)}, "an archive or a workbook within an archive"),
        ({"a.csv": gzip.compress(TEXT)}, "an archive or a workbook within an archive"),
        ({"a.parquet": b"PAR1" + TEXT}, "is a packed Parquet file"),
        ({"a.7z": b"7z\xbc\xaf\x27\x1c" + TEXT}, "is a 7z archive"),
    ],
)
def test_an_archive_of_anything_but_one_plain_file_is_refused(
    tmp_path: Path, members: dict[str, bytes], told: str
) -> None:
    assert told in _error(_zip(tmp_path / "x.zip", members))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    assert "holds a link" in _error(
        _zip(tmp_path / "x.zip", {"a.csv": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    )


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(_zip(tmp_path / "x.zip", {"a.csv": TEXT}).read_bytes())
    # The flag stands in the local header and in the directory.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(content)
    assert "is encrypted" in _error(tmp_path / "x.zip")


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_a_cut_off_or_changed_archive_is_named_as_damaged(tmp_path: Path, cut: int) -> None:
    content = _zip(tmp_path / "x.zip", {"a.csv": bytes(range(256)) * 50}).read_bytes()
    (tmp_path / "x.zip").write_bytes(content[:-cut])
    assert "damaged or incomplete archive" in _error(tmp_path / "x.zip")
    changed = bytearray(content)
    changed[60] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(changed)
    assert "damaged or incomplete archive" in _error(tmp_path / "x.zip")


@pytest.mark.parametrize("pack", [gzip.compress, _packed])
def test_a_bomb_is_refused_by_its_ratio_and_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object
) -> None:
    assert callable(pack)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(1 << 22))
    monkeypatch.setattr(containers, "MOST_BEFORE_RATIO", 1 << 20)
    assert "more than 200 times its size" in _error(path)
    path.write_bytes(pack(bytes(range(256)) * 8000))
    monkeypatch.setattr(containers, "MOST_RATIO", 1 << 20)
    monkeypatch.setattr(containers, "MOST_BYTES", 1 << 20)
    assert "unpacks to more than 0 GiB" in _error(path)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office file"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (b"BZh91AY&SY", "a bzip2 file"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_a_kind_that_is_not_accepted_is_named(tmp_path: Path, start: bytes, told: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(start + b"more")
    with pytest.raises(P20WError, match=told) as caught:
        kind_of(path, "x")
    assert "Parquet; or XLSX" in caught.value.hint
