"""What a delivered file is by its first bytes, and what may be unpacked: limits against bombs, and zip archives.

Belongs here: recognising and refusing. Must not come here: what the content means, reading it in chunks (stream).
"""

import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from ingest.readers.arriving import Arriving, bytes_of, whole
from warehouse.errors import P20WError

Kind = Literal["text", "gzip", "zip", "parquet", "xlsx"]

# Text rarely packs better than 20 to 1. Small files may: a form of blanks alone is no bomb.
MOST_RATIO = 200
MOST_BEFORE_RATIO = 1 << 28
MOST_BYTES = 100 << 30

_LONGEST_MAGIC = 10
_GZIP, _ZIPS, _PARQUET = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06"), b"PAR1"
_REFUSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or password-protected Office file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"Rar!\x1a\x07": "a RAR archive",
    b"%PDF-": "a PDF",
}
_BZIP2 = b"1AY&SY"
_ACCEPTED = "Send text, plain or packed with gzip or zip; or Parquet; or XLSX."
_WORKBOOK = {"[Content_Types].xml", "xl/workbook.xml"}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What the Finder adds to every archive.
_IGNORED = ("__MACOSX/", ".DS_Store")


class Limit:
    """Counts what comes out of a packed file and stops a bomb."""

    def __init__(self, packed: int, name: str) -> None:
        self.packed, self.name, self.total = packed, name, 0

    def add(self, count: int) -> None:
        """Count bytes; raise P20WError when there are too many, or too many for the size of the file."""
        self.total += count
        if self.total > MOST_BEFORE_RATIO and self.total > MOST_RATIO * self.packed:
            raise P20WError(
                f"{self.name} unpacks to more than {MOST_RATIO} times its size.",
                "Unpack the file, look at it, and deliver it unpacked if it is sound.",
            )
        if self.total > MOST_BYTES:
            raise P20WError(
                f"{self.name} unpacks to more than {MOST_BYTES >> 30} GiB.", "Deliver it in parts, by period."
            )


def kind_of(file: Path | Arriving, name: str) -> Kind:
    """Return what a file is, whatever it is called; raise P20WError at a kind that is not accepted."""
    kind = kind_of_bytes(next(bytes_of(file, _LONGEST_MAGIC), b""), name)
    if kind == "zip" and _is_workbook(whole(file)):
        return "xlsx"
    return kind


def kind_of_bytes(start: bytes, name: str) -> Kind:
    """Return the kind that the first bytes show; a workbook shows as the zip archive that it is."""
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_ZIPS):
        return "zip"
    if start.startswith(_PARQUET):
        return "parquet"
    for magic, what in _REFUSED.items():
        if start.startswith(magic):
            raise P20WError(f"{name} is {what}.", _ACCEPTED)
    if start.startswith(b"BZh") and start[4:10] == _BZIP2:
        raise P20WError(f"{name} is a bzip2 file.", _ACCEPTED)
    return "text"


def check_unpacked(start: bytes, name: str) -> None:
    """Raise P20WError when what an archive holds is packed again, or can only be read from a file of its own."""
    kind = kind_of_bytes(start, name)
    if kind in ("gzip", "zip"):
        raise P20WError(
            f"{name} holds an archive or a workbook within an archive.",
            "Pack the file once, a workbook not at all.",
        )
    if kind == "parquet":
        raise P20WError(
            f"{name} is a packed Parquet file.", "Deliver it as it is: Parquet is packed already."
        )


def only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return the one file in a zip archive; raise P20WError when there is another number, or it is not a plain file."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith(_IGNORED[0])
        and PurePosixPath(member.filename).name != _IGNORED[1]
    ]  # fmt: skip
    for member in members:
        _check_member(member, name)
    if len(members) != 1:
        raise P20WError(
            f"{name} holds {len(members)} files; a delivery is one file.",
            "Pack each file into an archive of its own.",
        )
    return members[0]


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    # A member is never written anywhere, so its name cannot do harm; but such an archive was not made in good faith.
    place = PurePosixPath(member.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
        raise P20WError(
            f"{name} holds a file with a path that leads out of the archive.", "Pack the plain file."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise P20WError(f"{name} holds a link instead of a file.", "Pack the file itself.")
    if member.flag_bits & 0x1:
        raise P20WError(
            f"{name} is encrypted.", "Deliver it without a password; the transfer itself protects it."
        )
    if member.compress_type not in _METHODS:
        raise P20WError(
            f"{name} is packed by an unusual method.", "Pack it with the usual zip method, deflate."
        )


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist()) >= _WORKBOOK
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
