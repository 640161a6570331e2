"""Where the embedded server's data, socket and programs lie, and the record of it in the home folder.

The home folder itself is the first choice. Only what the server's account cannot reach lies elsewhere.
"""

import hashlib
import json
import logging
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from warehouse.errors import P20WError
from warehouse.home import Home, make_private
from warehouse.server_account import ServerAccount
from warehouse.server_binaries import Binaries, binaries_for, copy_installation
from warehouse.server_cluster import cluster_major
from warehouse.server_process import socket_file

_log = logging.getLogger(__name__)

# Linux allows 107 bytes in a socket's path and macOS 103; a margin keeps one rule for both.
_LONGEST_SOCKET_PATH = 100
_TEMP_PREFIX = "p20w-"
RELOCATED_ROOT = Path("/var/lib/p20w")


@dataclass(frozen=True)
class Place:
    """The folders of one embedded server."""

    data: str
    socket_folder: str
    binaries: str

    @property
    def data_path(self) -> Path:
        """The cluster's data folder."""
        return Path(self.data)

    @property
    def socket_path(self) -> Path:
        """The folder of the server's socket."""
        return Path(self.socket_folder)


def read_place(home: Home) -> Place | None:
    """The recorded place of this home's server; None where none was made."""
    path = _record(home)
    try:
        content = json.loads(path.read_text())
        # Paths below the home folder are kept relative, so that the folder can be moved as a whole.
        return Place(**{name: str(home.root / value) for name, value in content.items()})
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise P20WError(
            f"The home folder {home.root} belongs to another account.",
            "Run as the account that made it, or set P20W_HOME to a folder of your own.",
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise P20WError(
            f"The file {path} is damaged.",
            "Restore it from a backup, or set P20W_HOME to another folder for a new warehouse.",
        ) from error


def write_place(home: Home, place: Place) -> None:
    """Record where the server lies, so that later processes find it."""
    path = _record(home)
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    content = {name: _relative(home, value) for name, value in asdict(place).items()}
    unfinished.write_text(json.dumps(content, indent=2) + "\n")
    unfinished.replace(path)


def choose_place(home: Home, account: ServerAccount, binaries: Binaries) -> Place:
    """Choose folders for a new server: in the home folder, or where its account can reach them."""
    if account.can_enter(home.server):
        data, run = home.server / "data", home.run
    else:
        base = _relocated(home)
        data, run = base / "data", base / "run"
        _log.warning(
            "The account %s that runs PostgreSQL cannot reach %s; the data lie in %s.",
            account.name,
            home.root,
            base,
        )
    folder = _reachable(home, account, binaries).folder
    return with_socket_folder(Place(str(data), str(run), str(folder)), account)


def with_usable_binaries(home: Home, place: Place, account: ServerAccount, wanted: Path | None) -> Place:
    """Use today's programs with the data; the recorded ones may be gone with a rebuilt environment."""
    major = cluster_major(place.data_path)
    if major is None:
        raise P20WError(
            f"The embedded server's data folder {place.data} is missing or empty.",
            "Restore it from a backup, or set P20W_HOME to another folder for a new warehouse.",
        )
    binaries = binaries_for(major, wanted, Path(place.binaries))
    return replace(place, binaries=str(_reachable(home, account, binaries).folder))


def elsewhere(home: Home) -> list[Path]:
    """Folders outside the home folder that its server uses."""
    marker = _marker(home)
    return [Path(marker.read_text().strip())] if marker.exists() else []


def _reachable(home: Home, account: ServerAccount, binaries: Binaries) -> Binaries:
    if account.can_enter(binaries.folder):
        return binaries
    return copy_installation(binaries, _relocated(home) / f"postgresql-{binaries.version}")


def with_socket_folder(place: Place, account: ServerAccount) -> Place:
    """Make the socket's folder, in the temp directory where its path would be too long or it is gone."""
    folder = place.socket_path
    is_too_long = _is_too_long(folder)
    if folder.is_dir() and not is_too_long:
        return place
    if is_too_long or folder.name.startswith(_TEMP_PREFIX):
        # Never a name chosen before: in a shared temp directory somebody else could have made it.
        folder = _temp_folder()
        place = replace(place, socket_folder=str(folder))
    else:
        make_private(folder)
    account.own(folder, 0o700)
    return place


def _is_too_long(folder: Path) -> bool:
    return len(str(socket_file(folder)).encode()) > _LONGEST_SOCKET_PATH


def _temp_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix=_TEMP_PREFIX))
    if _is_too_long(folder):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=_TEMP_PREFIX, dir="/tmp"))
    return folder


def _relocated(home: Home) -> Path:
    """A folder of this home's own below /var/lib; data left there by an earlier home are never reused."""
    known = elsewhere(home)
    if known:
        return known[0]
    name = hashlib.sha256(str(home.root.resolve()).encode()).hexdigest()[:12]
    folder, count = RELOCATED_ROOT / name, 1
    while folder.exists():
        _log.warning(
            "An earlier warehouse of this home folder is still in %s; remove it if nobody needs it.", folder
        )
        count += 1
        folder = RELOCATED_ROOT / f"{name}-{count}"
    try:
        make_private(RELOCATED_ROOT, pass_through=True)
        make_private(folder, pass_through=True)
    except OSError as error:
        raise P20WError(
            f"PostgreSQL's account cannot reach {home.root}, and {folder} cannot be made: {error.strerror}.",
            "Set P20W_HOME to a folder that every account can pass through, or run as an ordinary user.",
        ) from error
    _marker(home).write_text(f"{folder}\n")
    return folder


def _relative(home: Home, path: str) -> str:
    return str(Path(path).relative_to(home.root)) if Path(path).is_relative_to(home.root) else path


def _marker(home: Home) -> Path:
    return home.server / "relocated"


def _record(home: Home) -> Path:
    return home.root / "server.json"
