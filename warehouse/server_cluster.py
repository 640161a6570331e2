"""The data folder of the embedded server: its making and its settings.

Starting and stopping belong to `server`; what the databases hold belongs to the migrations.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from warehouse.errors import P20WError
from warehouse.server_account import ServerAccount
from warehouse.server_binaries import Binaries

SUPERUSER = "p20w"
PORT = 5432
# A new cluster takes 50 MB and grows by write-ahead log of 16 MB a segment while a demonstration loads.
_FREE_BYTES_NEEDED = 400_000_000
_FREE_BYTES_FULL = 64_000_000
_SMALL_SHARED_MEMORY = 1_000_000_000

# Bulk loads and large sorts on a machine of two cores; modest enough for a laptop.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    # Each delivery is a partition, and a query over a raw table locks them all.
    "max_locks_per_transaction": "256",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # Nothing replicates an embedded server; COPY into a table of the same transaction then skips the log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, YMD",
    "lc_messages": "C",
    # Error texts quote data. The client gets the error; the log keeps server events only.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_parameter_max_length": "0",
    "log_statement": "none",
    "log_line_prefix": "%m [%p] ",
}


def make_cluster(data: Path, binaries: Binaries, account: ServerAccount, password: str) -> None:
    """Make the data folder wholly or not at all: a killed attempt leaves an unfinished twin."""
    require_space(data.parent)
    unfinished = data.with_name(f"{data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.own(unfinished, 0o700)
    password_copy = unfinished.with_name("initial-password")
    try:
        password_copy.touch(mode=0o600)
        password_copy.write_text(f"{password}\n")
        account.own(password_copy, 0o600)
        _initdb(unfinished, binaries, account, password_copy)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finally:
        password_copy.unlink(missing_ok=True)
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'p20w.conf'\n")
    write_settings(unfinished, account, socket_folder=None)
    unfinished.rename(data)


def write_settings(
    data: Path,
    account: ServerAccount,
    socket_folder: Path | None,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Write our settings anew, so that an older cluster gets today's at its next start."""
    settings = dict(_SETTINGS)
    if socket_folder is not None:
        settings["unix_socket_directories"] = str(socket_folder)
    if _shared_memory_is_small():
        settings["dynamic_shared_memory_type"] = "mmap"
    settings |= extra or {}
    lines = [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
    path = data / "p20w.conf"
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text("# Written at each start; changes here are lost.\n" + "\n".join(lines) + "\n")
    account.own(unfinished, 0o600)
    unfinished.replace(path)


def cluster_major(data: Path) -> int | None:
    """The major version that made the data folder; None where there is none."""
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except (FileNotFoundError, NotADirectoryError):
        return None


def require_space(folder: Path, needed: int = _FREE_BYTES_NEEDED) -> None:
    """Refuse early where the disk is too full, since PostgreSQL's own message comes late and long."""
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    if free < needed:
        raise P20WError(
            f"The disk of {folder} has too little space: {free // 1_000_000} MB are free, "
            f"{needed // 1_000_000} MB are needed.",
            "Free disk space, or set P20W_HOME to a folder on another disk.",
        )


def require_space_to_start(folder: Path) -> None:
    """Tell a failed start on a full disk from other failures."""
    require_space(folder, _FREE_BYTES_FULL)


def _initdb(data: Path, binaries: Binaries, account: ServerAccount, password_file: Path) -> None:
    for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
        command = [
            binaries.program("initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth-local=scram-sha-256",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            # Byte order sorts fastest and alike on every machine; the character type keeps upper() right.
            "--locale-provider=libc",
            "--locale=C",
            f"--lc-ctype={ctype}",
            "--data-checksums",
            "--no-instructions",
        ]
        result = account.run(command, capture_output=True, timeout=300)
        if result.returncode == 0:
            return
        if "invalid locale" not in result.stderr:
            break
    require_space_to_start(data.parent)
    raise P20WError(
        f"The embedded server's data folder {data.parent} could not be made: {_last_line(result.stderr)}",
        "Correct what initdb names, or set P20W_DATABASE_URL to use a managed server.",
    )


def _last_line(text: str) -> str:
    lines = (
        [line for line in text.splitlines() if "error" in line.lower()] or text.splitlines() or ["no message"]
    )
    return lines[0]


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _shared_memory_is_small() -> bool:
    """Containers give 64 MB of shared memory, on which parallel queries fail; files serve there instead."""
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108 - the system's own mount, nothing is written to it here
    except OSError:
        return False
    return status.f_blocks * status.f_frsize < _SMALL_SHARED_MEMORY
