"""The archive of delivered files: each file once, under its own checksum, never changed.

Belongs here: bringing a file in and finding it again. Must not come here: what a file means, the database.
A file is received under a passing name, and gets its lasting name only when its delivery is about to commit.
"""

import errno
import fcntl
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import P20WError

_CHUNK = 1 << 20
# Between the creation of a passing file and its lock lies an instant in which a sweep must not take it.
_SWEEP_AFTER_SECONDS = 60


class UnavailableError(P20WError):
    """A file cannot be taken now: its disk, a permission or a transfer under way. It may be right itself."""


class Received:
    """A file that is being copied beside the archive, and hashed on the way; it is not yet part of it."""

    def __init__(self, path: Path, expected: int, archive: "Archive") -> None:
        #: Where the copy grows.
        self.path = path
        #: Bytes that the source had when it was opened; 0 where it does not tell.
        self.expected_bytes = expected
        self._archive = archive
        self._grown = threading.Condition()
        self._there = 0
        self._sha256: str | None = None
        self._failure: BaseException | None = None
        self._is_abandoned = False
        self._durable: Future[None] | None = None

    @property
    def sha256(self) -> str:
        """The checksum of the whole file; waits for its last byte."""
        self._wait_beyond(None)
        return self._sha256 or ""

    @property
    def byte_count(self) -> int:
        """The size of the whole file; waits for its last byte."""
        self._wait_beyond(None)
        return self._there

    def whole(self) -> Path:
        """Return the path of the copy once it is whole."""
        self._wait_beyond(None)
        return self.path

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the content in pieces of at most this size, as it comes; raise what the copying raises."""
        place = 0
        with self.path.open("rb", buffering=0) as file:
            # Whole pieces, so that records of one length stay whole where they fit into one.
            while (there := self._wait_beyond(place + size - 1)) > place:
                chunk = file.read(min(size, there - place))
                place += len(chunk)
                yield chunk

    def keep(self) -> Path:
        """Make the file part of the archive, durably; return its lasting path."""
        if self._durable is not None:
            self._durable.result()
        return self._archive._adopt(self)

    def _wait_beyond(self, place: int | None) -> int:
        """Wait until more than so many bytes are there, or all; return how many there are."""
        with self._grown:
            while self._failure is None and self._sha256 is None and (place is None or self._there <= place):
                self._grown.wait()
            if self._failure is not None:
                raise self._failure
            return self._there

    def _add(self, byte_count: int) -> None:
        """Note bytes that can be read now; raise when nobody wants them any more."""
        with self._grown:
            if self._is_abandoned:
                raise _AbandonedError
            self._there += byte_count
            self._grown.notify_all()

    def _end(self, sha256: str | None, failure: BaseException | None = None) -> None:
        with self._grown:
            self._sha256, self._failure = sha256, failure
            self._grown.notify_all()

    def _abandon(self) -> None:
        with self._grown:
            self._is_abandoned = True


class _AbandonedError(Exception):
    """The rest of a file is wanted by nobody."""


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
        """Copy and hash a file in one reading, while the block goes on; without keep() it is gone when the block ends."""
        _make_folder(self._passing)
        self._sweep()
        handle, name = tempfile.mkstemp(dir=self._passing)
        path = Path(name)
        with os.fdopen(handle, "wb", buffering=0) as copy, ThreadPoolExecutor(1) as copier:
            # The lock tells a sweep that this file has a living owner; it ends with the process.
            fcntl.flock(copy, fcntl.LOCK_EX)
            try:
                with _opened(source) as file:
                    before = os.fstat(file.fileno())
                    received = Received(path, before.st_size, self)
                    received._durable = copier.submit(_bring, source, file, before, copy, received)
                    try:
                        yield received
                    finally:
                        received._abandon()
                        wait([received._durable])
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


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb", buffering=0)
    except OSError as error:
        raise unreadable(source, error) from None


def _bring(source: Path, file: BinaryIO, before: os.stat_result, copy: BinaryIO, received: Received) -> None:
    """Copy a file to its end, tell who waits for it, and flush it to the disk."""
    try:
        sha256 = _copy_and_hash(source, file, before, copy, received._add)
    except _AbandonedError:
        return
    except BaseException as error:
        received._end(None, error)
        raise
    received._end(sha256)
    # Flushing to the disk goes on while the database takes the rows.
    try:
        os.fsync(copy.fileno())
    except OSError as error:
        raise unreadable(source, error) from None


def _copy_and_hash(
    source: Path, file: BinaryIO, before: os.stat_result, copy: BinaryIO, note: Callable[[int], None]
) -> str:
    digest = hashlib.sha256()
    byte_count = 0
    try:
        while chunk := file.read(_CHUNK):
            _write(copy, chunk)
            # First the copy, for whoever reads it waits; the checksum is wanted last.
            note(len(chunk))
            digest.update(chunk)
            byte_count += len(chunk)
        after = os.fstat(file.fileno())
    except OSError as error:
        raise unreadable(source, error) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
        byte_count != after.st_size and after.st_size
    ):
        raise UnavailableError(
            f"{source.name} changed while it was read.", "Load it again when its transfer is complete."
        )
    return digest.hexdigest()


def _write(copy: BinaryIO, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[copy.write(left) :]


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
