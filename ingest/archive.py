"""The archive of delivered files: each file once, under its own checksum, never changed.

Belongs here: bringing a file in and finding it again. Must not come here: what a file means, the database.
A file is received under a passing name, and gets its lasting name only when its delivery is about to commit.
"""

import errno
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import P20WError

_CHUNK = 1 << 20
# Between the creation of a passing file and its lock lies an instant in which a sweep must not take it.
_SWEEP_AFTER_SECONDS = 60


class UnavailableError(P20WError):
    """A file cannot be taken now: its disk, a permission or a transfer under way. It may be right itself."""


@dataclass
class Received:
    """A file that has been copied beside the archive and is not yet part of it."""

    path: Path
    sha256: str
    byte_count: int
    _archive: "Archive"
    _durable: "Future[None]" = field(repr=False)

    def keep(self) -> Path:
        """Make the file part of the archive, durably; return its lasting path."""
        self._durable.result()
        return self._archive._adopt(self)


class Archive:
    """Files by their SHA-256 under one folder: sha256/ab/cdef..., readable by the owner only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._passing = root / "receiving"

    def path_of(self, sha256: str) -> Path:
        """Return where the file with this checksum lies, or would lie."""
        return self.root / "sha256" / sha256[:2] / sha256[2:]

    @contextmanager
    def receive(self, source: Path) -> Iterator[Received]:
        """Copy and hash a file in one reading; without keep() it is gone again when the block ends."""
        _make_folder(self._passing)
        self._sweep()
        handle, name = tempfile.mkstemp(dir=self._passing)
        path = Path(name)
        with os.fdopen(handle, "wb") as copy, ThreadPoolExecutor(1) as flusher:
            # The lock tells a sweep that this file has a living owner; it ends with the process.
            fcntl.flock(copy, fcntl.LOCK_EX)
            try:
                sha256, byte_count = _copy_and_hash(source, copy)
                # Flushing to the disk goes on while the database takes the rows.
                durable = flusher.submit(os.fsync, copy.fileno())
                yield Received(path, sha256, byte_count, self, durable)
            finally:
                path.unlink(missing_ok=True)

    def _adopt(self, received: Received) -> Path:
        target = self.path_of(received.sha256)
        _make_folder(target.parent)
        if not target.exists():
            received.path.chmod(0o400)
            received.path.replace(target)
            for folder in (target.parent, target.parent.parent):
                _sync_folder(folder)
        return target

    def _sweep(self) -> None:
        """Remove what killed processes left behind: passing files that nobody has locked."""
        for path in self._passing.iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime < _SWEEP_AFTER_SECONDS:
                    continue
                with path.open("rb") as left_over:
                    fcntl.flock(left_over, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal text."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> UnavailableError:
    """Return what to tell a person whose file cannot be read, or cannot be copied."""
    if error.errno == errno.ENOENT:
        return UnavailableError(f"There is no file {path}.", "Check the path.")
    if error.errno == errno.EISDIR:
        return UnavailableError(f"{path} is a folder, not a file.", "Name the files in it.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return UnavailableError(f"{path} may not be read by this user.", "Give this user read permission.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UnavailableError(
            f"The disk is full: {path.name} could not be copied to the archive.",
            "Free space on the volume of P20W_HOME, then load the file again.",
        )
    return UnavailableError(
        f"{path} cannot be read: {os.strerror(error.errno or 0)}.", "Check the file and its disk."
    )


def _copy_and_hash(source: Path, copy: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    byte_count = 0
    try:
        with source.open("rb") as file:
            before = os.fstat(file.fileno())
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
                byte_count += len(chunk)
            copy.flush()
            after = os.fstat(file.fileno())
    except OSError as error:
        raise unreadable(source, error) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
        byte_count != after.st_size and after.st_size
    ):
        raise UnavailableError(
            f"{source.name} changed while it was read.", "Load it again when its transfer is complete."
        )
    return digest.hexdigest(), byte_count


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(
            f"The archive folder {folder} cannot be made: {os.strerror(error.errno or 0)}.",
            "Check the permissions and the space of P20W_HOME.",
        ) from None


def _sync_folder(folder: Path) -> None:
    """Make a rename inside the folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
