"""Small files around the embedded server: the lock between starters, the password, the log.

Nothing here knows PostgreSQL.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import P20WError

_LOCK_SECONDS = 180.0
_LOG_BYTES_KEPT = 10_000_000


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that the system drops with this process; wait for another holder."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise P20WError(
                    f"Another process has held the embedded server's lock for {_LOCK_SECONDS:.0f} seconds.",
                    f"End the process that holds {path} and try again.",
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only this account can read, at no moment readable by others."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")


class ServerLog:
    """The server's log file, and the part of it that one start wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and path.stat().st_size > _LOG_BYTES_KEPT:
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        self._begin = path.stat().st_size

    def recent(self) -> str:
        """What was written since this object was made."""
        with self.path.open("rb") as file:
            file.seek(self._begin)
            return file.read(100_000).decode(errors="replace")

    def failure(self) -> str:
        """The server's last stated reason for not starting."""
        lines = [line for line in self.recent().splitlines() if not line.startswith("pg_ctl:")]
        for sign in ("FATAL:", "LOG:  invalid", "could not", "error"):
            reasons = [line for line in lines if sign in line]
            if reasons:
                return reasons[-1].rpartition(":  ")[2].strip()
        return "no reason was logged"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
