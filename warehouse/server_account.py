"""The operating system's account that the embedded server runs as.

PostgreSQL refuses to run as root. What an account may reach is asked of the system, never computed,
and no permission of an existing folder is widened.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import P20WError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerAccount:
    """An account, and whether this process must change to it to run the server."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def run(self, command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a program as this account, in a folder that every account can enter."""
        if self.is_other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(command, cwd="/", env=_environment(), text=True, check=False, **options)

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach the folder through all its parents."""
        if not self.is_other:
            return os.access(folder, os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], capture_output=True).returncode == 0

    def own(self, path: Path, mode: int) -> None:
        """Hand a path that this process made to the account."""
        path.chmod(mode)
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def account_for(data: Path) -> ServerAccount:
    """Who runs the server whose data folder is given: its owner, or who may make it."""
    uid = os.geteuid()
    owner = data.stat().st_uid if data.is_dir() else None
    if uid != 0:
        if owner not in (None, uid):
            raise P20WError(
                f"The embedded server's data in {data} belong to another account.",
                "Run as the account that made them, or set P20W_HOME to a folder of your own.",
            )
        return ServerAccount(_name(uid), uid, os.getegid(), is_other=False)
    if owner:
        return _other(_entry(owner))
    return _other(_unprivileged())


def _other(entry: pwd.struct_passwd) -> ServerAccount:
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other=True)


def _unprivileged() -> pwd.struct_passwd:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise P20WError(
        "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody.",
        "Run as an ordinary user, or set P20W_DATABASE_URL to use a managed server.",
    )


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        # Containers run under numbers that no account file lists; the number is enough to run as.
        return pwd.struct_passwd((str(uid), "x", uid, uid, "", "/", "/bin/sh"))


def _name(uid: int) -> str:
    return _entry(uid).pw_name


def _environment() -> dict[str, str]:
    """Without PG* variables, which would redirect the programs to another server, and with plain messages."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {"LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
