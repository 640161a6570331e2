"""What runs behind a data folder: the postmaster's pid file read with distrust.

A pid file outlives a killed server, and its number may by now be a zombie or another program.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import P20WError
from warehouse.server_cluster import PORT


@dataclass(frozen=True)
class Postmaster:
    """The process that a lock file names, and whether it is a living server of that data folder."""

    pid: int
    is_alive: bool


def postmaster(data: Path) -> Postmaster | None:
    """The server that the data folder's pid file names; None without a pid file."""
    pid = _pid_in(data / "postmaster.pid")
    return None if pid is None else Postmaster(pid, _is_server_of(pid, data))


def clear_stale(data: Path, socket_folder: Path) -> None:
    """Remove the lock files of a server that is provably gone.

    PostgreSQL does so itself, except where the number is taken again or left as a zombie by a
    container without an init process: then it would refuse to start for ever.
    """
    found = postmaster(data)
    if found is not None and not found.is_alive:
        (data / "postmaster.pid").unlink(missing_ok=True)
    socket = socket_file(socket_folder)
    lock = socket.with_name(f"{socket.name}.lock")
    holder = _pid_in(lock)
    if holder is None or _is_server_of(holder, data):
        return
    if _exists(holder) and (found is None or found.pid != holder):
        raise P20WError(
            f"The socket in {socket_folder} is in use by another program (process {holder}).",
            "Stop that program, or set P20W_HOME to another folder.",
        )
    lock.unlink(missing_ok=True)
    socket.unlink(missing_ok=True)


def socket_file(folder: Path) -> Path:
    """The name that PostgreSQL gives its socket in a folder."""
    return folder / f".s.PGSQL.{PORT}"


def _pid_in(path: Path) -> int | None:
    try:
        lines = path.read_text().splitlines()
        # A stand-alone backend writes its number negative.
        return abs(int(lines[0])) if lines else None
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _is_server_of(pid: int, data: Path) -> bool:
    if not _exists(pid):
        return False
    try:
        # A postmaster's working directory is its data folder.
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except FileNotFoundError:
        return _command_names(pid, data)
    except PermissionError:
        # Only a process of the data's owner can be their server; more cannot be known of it.
        return Path(f"/proc/{pid}").stat().st_uid == data.stat().st_uid


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        state = _ps(pid, "stat")[:1]
    return state == "Z"


def _command_names(pid: int, data: Path) -> bool:
    """Without /proc, as on macOS: the postmaster's command line holds its data folder."""
    return str(data) in _ps(pid, "command")


def _ps(pid: int, field: str) -> str:
    try:
        answer = subprocess.run(
            ["ps", "-o", f"{field}=", "-p", str(pid)], capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return ""
    return answer.stdout.strip()
