"""The embedded server: a real PostgreSQL that a home folder owns, started when somebody needs it.

It outlives the process that started it; a later process attaches to it. Whether it answers is asked by
a connection, never by its pid file. Real records belong on a managed server.
"""

import logging
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from warehouse import server_cluster as cluster
from warehouse.errors import P20WError
from warehouse.home import Home
from warehouse.server_account import ServerAccount, account_for
from warehouse.server_binaries import Binaries, find_binaries
from warehouse.server_files import ServerLog, locked, write_secret
from warehouse.server_place import (
    Place,
    choose_place,
    elsewhere,
    read_place,
    with_socket_folder,
    with_usable_binaries,
    write_place,
)
from warehouse.server_process import clear_stale, postmaster

_log = logging.getLogger(__name__)

DATABASE = "p20w"
_SYSTEM_DATABASE = "postgres"
# Orphans of a killed postmaster hold its shared memory until they notice; busy ones notice late.
_START_SECONDS = 90.0


@dataclass(frozen=True)
class ServerStatus:
    """What `p20w status` says of the embedded server."""

    state: str  # "running", "stopped" or "not made"
    data: Path | None = None
    socket_folder: Path | None = None
    binaries: Path | None = None
    pid: int | None = None
    version: str | None = None


class EmbeddedServer:
    """The server of one home folder.

    Args:
        home: The folder that owns the server.
        binaries: The bin folder of an installed PostgreSQL; else P20W_POSTGRES_BIN or the packaged one.
        settings: Settings of PostgreSQL that win over the manager's own, for tests.
    """

    def __init__(
        self, home: Home, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self._wanted = binaries
        self._settings = dict(settings or {})

    def url(self, database: str = DATABASE) -> str:
        """The connection string of a database on this server; the server must have been made."""
        place = read_place(self.home)
        if place is None:
            raise P20WError(f"No embedded server was made in {self.home.root}.", "Start it first.")
        return self._url(place, database)

    def start(self) -> None:
        """Make the server if there is none, start it if it does not answer."""
        place = read_place(self.home)
        if place is not None and self._answers(place, DATABASE):
            return
        self.home.ensure()
        with locked(self._lock):
            place = read_place(self.home) or self._make()
            if not self._answers(place):
                place = self._start(place)
            self._ensure_database(place)

    def stop(self) -> None:
        """Stop the server after its running statements were rolled back; no error if it is not running."""
        place = read_place(self.home)
        if place is None:
            return
        with locked(self._lock):
            found = postmaster(place.data_path)
            if found is None or not found.is_alive:
                return
            account = account_for(place.data_path)
            command = [f"{place.binaries}/pg_ctl", "stop", "-D", place.data, "-m", "fast", "-w", "-t", "60"]
            result = account.run(command, capture_output=True, timeout=90)
            if result.returncode != 0:
                raise P20WError(
                    f"The embedded server (process {found.pid}) did not stop within 60 seconds.",
                    f"See {self._log_file}.",
                )

    def status(self) -> ServerStatus:
        """Whether the server answers, and where it lies; nothing is started."""
        place = read_place(self.home)
        if place is None:
            return ServerStatus("not made")
        found = postmaster(place.data_path)
        status = ServerStatus("stopped", place.data_path, place.socket_path, Path(place.binaries))
        try:
            with self._connect(place, _SYSTEM_DATABASE) as connection:
                version = connection.info.parameter_status("server_version")
        except psycopg.OperationalError:
            return status
        return replace(status, state="running", pid=found.pid if found else None, version=version)

    def remove(self) -> None:
        """Stop the server and delete its data wherever they lie: for tests, and for a wanted fresh start."""
        self.stop()
        place = read_place(self.home)
        if place is None:
            return
        for folder in (place.data_path, place.socket_path, *elsewhere(self.home)):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.home.server, ignore_errors=True)
        (self.home.root / "server.json").unlink(missing_ok=True)

    def _make(self) -> Place:
        account = account_for(self.home.server / "data")
        binaries = find_binaries(self._wanted)
        place = choose_place(self.home, account, binaries)
        if not place.data_path.exists():
            password = secrets.token_urlsafe(24)
            write_secret(self._password_file, password)
            reachable = Binaries(Path(place.binaries), binaries.version)
            cluster.make_cluster(place.data_path, reachable, account, password)
            _log.warning(
                "A private PostgreSQL %s was made in %s for trying things out; real records belong on a "
                "managed server, named in P20W_DATABASE_URL.",
                binaries.version,
                self.home.root,
            )
        # Data without a record come from a killed start or a lost record; they are never made anew.
        write_place(self.home, place)
        return place

    def _start(self, place: Place) -> Place:
        account = account_for(place.data_path)
        usable = with_usable_binaries(self.home, with_socket_folder(place, account), account, self._wanted)
        if usable != place:
            write_place(self.home, usable)
        cluster.write_settings(usable.data_path, account, usable.socket_path, self._settings)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            found = postmaster(usable.data_path)
            if found is None or not found.is_alive:
                clear_stale(usable.data_path, usable.socket_path)
                log = self._pg_ctl_start(usable, account)
                if log is not None:
                    self._require_restart(usable, log, deadline)
                    continue
            # Ours, or another's that is in crash recovery: it answers when it is ready.
            if self._answers_before(usable, deadline):
                return usable
            raise P20WError(
                f"The embedded server of {self.home.root} runs but does not answer.",
                f"See {self._log_file}; end the process named in {usable.data}/postmaster.pid and try again.",
            )

    def _pg_ctl_start(self, place: Place, account: ServerAccount) -> ServerLog | None:
        """Start detached, in a session of its own; the log of a failed start, None after a good one."""
        log = ServerLog(self._log_file)
        with self._log_file.open("ab") as file:
            result = account.run(
                [f"{place.binaries}/pg_ctl", "start", "-D", place.data, "-w", "-t", "60"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                timeout=120,
            )
        return None if result.returncode == 0 else log

    def _require_restart(self, place: Place, log: ServerLog, deadline: float) -> None:
        """Wait a moment where a second try can succeed; raise the failure where it cannot."""
        if "still in use" in log.recent() and time.monotonic() < deadline:
            time.sleep(0.5)
            return
        cluster.require_space_to_start(place.data_path)
        raise P20WError(f"The embedded server did not start: {log.failure()}.", f"See {self._log_file}.")

    def _ensure_database(self, place: Place) -> None:
        with self._connect(place, _SYSTEM_DATABASE) as connection:
            connection.autocommit = True
            known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"create database {DATABASE}".encode())

    def _answers_before(self, place: Place, deadline: float) -> bool:
        while not self._answers(place):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _answers(self, place: Place, database: str = _SYSTEM_DATABASE) -> bool:
        try:
            self._connect(place, database).close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self, place: Place, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self._url(place, database), connect_timeout=10)

    def _url(self, place: Place, database: str) -> str:
        return (
            f"postgresql://{cluster.SUPERUSER}:{quote(self._password(), safe='')}@/{quote(database, safe='')}"
            f"?host={quote(place.socket_folder, safe='')}&port={cluster.PORT}"
        )

    def _password(self) -> str:
        try:
            return self._password_file.read_text().strip()
        except OSError as error:
            raise P20WError(
                f"The embedded server's password file {self._password_file} cannot be read.",
                "Run as the account that made the home folder, or set P20W_HOME to another folder.",
            ) from error

    @property
    def _lock(self) -> Path:
        return self.home.root / "server.lock"

    @property
    def _password_file(self) -> Path:
        return self.home.server / "password"

    @property
    def _log_file(self) -> Path:
        return self.home.logs / "postgres.log"
