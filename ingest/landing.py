"""Files that wait in the incoming folders, and their loading, one layout at a time.

Belongs here: which files wait, in which order, and going on after a bad one. Must not come here: how one
file is loaded. Nothing is ever moved or removed here: the folders belong to those who send.
"""

import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from ingest.archive import UnavailableError
from ingest.catalogue import Catalogue, load_catalogue
from ingest.events import record_failure
from ingest.loader import LoadResult, load_file
from ingest.permission import NothingAsked, Permission
from ingest.recognise import NameParts, parse_name, recognise
from ingest.register import Register, dependence
from warehouse.connection import Warehouse
from warehouse.errors import DatabaseError, P20WError
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Landing

# Beside a file it says that the file is whole.
DONE_MARKER = ".done"

_DUPLICATES = """
    insert into control.delivery_event (delivery_id, event, detail)
    select distinct on (copy.name) d.delivery_id, 'duplicate', copy.name
    from (select regexp_replace(path, '.*/', '') as name, sha256 from control.landed_file where reason is null) as copy
    join control.delivery as d on d.sha256 = copy.sha256 and d.status <> 'withdrawn' and d.row_count > 0
    where (%(layout)s::text is null or d.layout = %(layout)s)
        and not exists (select from control.delivery as own where own.sha256 = d.sha256 and own.file_name = copy.name)
        and not exists (
            select from control.delivery_event as e
            where e.delivery_id = d.delivery_id and e.event = 'duplicate' and e.detail = copy.name)
    order by copy.name, d.delivery_id
"""

# What was destroyed is tried, so that its sender is told why it cannot come back.
_KNOWN = """
    select layout, submitter, period, byte_count, sha256 from control.delivery
    where delivery_id not in (select delivery_id from control.destroyed_content)
"""


@dataclass(frozen=True)
class WaitingFile:
    """A file in a submitter's folder; without parts its name has not the agreed form."""

    path: Path
    folder_submitter: str
    byte_count: int
    modified_ns: int
    changed_ns: int
    parts: NameParts | None

    @property
    def stamp(self) -> tuple[int, int, int]:
        """What changes when the file does."""
        return (self.byte_count, self.modified_ns, self.changed_ns)

    @property
    def layout(self) -> str | None:
        """Key of the layout that the name tells."""
        return self.parts.layout if self.parts else None

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Older periods first, and the deliveries of one period by their sequence."""
        if self.parts is None:
            return ("", "", 0, self.path.name)
        return (self.parts.period, self.parts.submitter, self.parts.sequence or 0, self.path.name)

    def problem(self, catalogue: Catalogue, state: State) -> P20WError | None:
        """Return why this file cannot be taken up, as far as its name, its folder and the state tell."""
        if self.parts is not None and self.parts.submitter != self.folder_submitter:
            return P20WError(
                f"{self.path.name} is named for {self.parts.submitter} but lies in the folder of"
                f" {self.folder_submitter}.",
                "Move it to the right folder, or correct its name.",
            )
        try:
            recognise(self.path, catalogue, state)
        except P20WError as error:
            return error
        return None

    def unsettled_seconds(self, landing: Landing) -> float | None:
        """For how long the file must still be left alone: 0 when it is whole, None until its marker comes."""
        if self._is_marked():
            return 0
        if landing.require_done_marker:
            return None
        # A clock ahead of ours would keep the file waiting; the time of its last change of any kind is ours.
        written = self.modified_ns if self.modified_ns <= time.time_ns() else self.changed_ns
        return max(0.0, landing.settle_seconds - (time.time_ns() - written) / 1e9)

    def _is_marked(self) -> bool:
        try:
            # A marker of an earlier file of this name says nothing about this one.
            return self.path.with_name(self.path.name + DONE_MARKER).stat().st_mtime_ns >= self.modified_ns
        except OSError:
            return False


def waiting_files(folder: Path) -> list[WaitingFile]:
    """Return every file in the submitters' folders, in the order in which they should be loaded."""
    return sorted(_files(folder), key=lambda file: file.order)


def pending_files(
    warehouse: Warehouse,
    *,
    state: State | None = None,
    folder: Path | None = None,
    layout_key: str | None = None,
    register: Register | None = None,
    permission: Permission | None = None,
) -> list[WaitingFile]:
    """Return the files that a run would take: whole, named for a layout, neither loaded nor refused before.

    Args:
        warehouse: Knows the deliveries; its home has the folder.
        state: Says when a file is whole; else the configured one.
        folder: Holds one folder per submitter; else the incoming folder of the home.
        layout_key: Only files of this layout.
        register: What is known of the files; else as the warehouse has it.
        permission: What the files need to be taken in; with a new answer a refused file is pending again.
    """
    permission = permission or NothingAsked()
    layouts, state = load_catalogue().layouts, state or load_state()
    files = [
        file
        for file in waiting_files(folder or warehouse.home.incoming)
        if file.layout in layouts
        and layout_key in (None, file.layout)
        and file.unsettled_seconds(state.landing) == 0
    ]
    register = register or Register(warehouse)
    loaded = _loaded_files(warehouse, files, register)
    under = {
        key: dependence(layouts[key], state, permission) for key in {file.layout for file in files} if key
    }
    return [
        file
        for file in files
        if file.path not in loaded and not register.is_refused(file, under[file.layout or ""])
    ]


def unsettled_files(folder: Path, state: State) -> list[WaitingFile]:
    """Return the files that may still be growing, or that wait for their marker."""
    return [file for file in waiting_files(folder) if file.unsettled_seconds(state.landing) != 0]


def wait_until_settled(folder: Path, state: State) -> None:
    """Wait for files that have just been written; those that go on growing are left for the next run."""
    waits = [file.unsettled_seconds(state.landing) or 0 for file in waiting_files(folder)]
    if waits and max(waits) > 0:
        time.sleep(max(waits))


def unusable_files(
    folder: Path, catalogue: Catalogue | None = None, state: State | None = None
) -> list[tuple[WaitingFile, P20WError]]:
    """Return the files that cannot become deliveries where and as they are named, each with its reason."""
    catalogue, state = catalogue or load_catalogue(), state or load_state()
    judged = [(file, file.problem(catalogue, state)) for file in waiting_files(folder)]
    return [(file, problem) for file, problem in judged if problem is not None]


def refused_files(
    warehouse: Warehouse, folder: Path, state: State | None = None
) -> list[tuple[WaitingFile, str]]:
    """Return the files in the folders that became no delivery, each with the sentence that says why."""
    register = Register(warehouse)
    unusable = {file.path: (file, str(problem)) for file, problem in unusable_files(folder, state=state)}
    for file in waiting_files(folder):
        if reason := register.reason(file):
            unusable[file.path] = (file, reason)
    # Somebody may have loaded the content by hand since.
    loaded = _loaded_files(warehouse, [file for file, _ in unusable.values()], register)
    return [told for path, told in sorted(unusable.items()) if path not in loaded]


def load_pending(
    warehouse: Warehouse,
    layout_key: str,
    folder: Path | None = None,
    *,
    state: State | None = None,
    permission: Permission | None = None,
) -> list[LoadResult]:
    """Load every pending file of a layout; a bad file becomes a result that failed and stops nothing.

    What was refused is remembered, and not tried again until the file, its layout, the state or the permission changes.
    """
    catalogue, state = load_catalogue(), state or load_state()
    layout = catalogue.layout(layout_key)
    folder = folder or warehouse.home.incoming
    register, permission = Register(warehouse), permission or NothingAsked()
    register.forget_missing(folder, [file.path for file in waiting_files(folder)])
    files = pending_files(
        warehouse,
        state=state,
        folder=folder,
        layout_key=layout_key,
        register=register,
        permission=permission,
    )
    if not files:
        return []
    under = dependence(layout, state, permission)
    with warehouse.connect(autocommit=True) as connection:
        return [
            _load(warehouse, file, catalogue, state, permission, register, under, connection)
            for file in files
        ]


def record_duplicates(warehouse: Warehouse, layout_key: str | None = None) -> int:
    """Note once for each renamed copy of a loaded file that it changed nothing; return how many were new.

    To be called when no file of the layout, or of any, is pending.
    """
    return warehouse.execute(_DUPLICATES, {"layout": layout_key})


def _load(
    warehouse: Warehouse,
    file: WaitingFile,
    catalogue: Catalogue,
    state: State,
    permission: Permission,
    register: Register,
    under: str,
    connection: psycopg.Connection[Any],
) -> LoadResult:
    try:
        if problem := file.problem(catalogue, state):
            record_failure(warehouse, file.layout or "", file.path.name, problem)
            raise problem
        return load_file(warehouse, file.path, state=state, permission=permission, connection=connection)
    except P20WError as error:
        # A full disk or a database that is down is no fault of the file: the next run tries again.
        if not isinstance(error, DatabaseError | UnavailableError):
            register.refuse(file, under, str(error))
        return _failure(file, error)


def _failure(file: WaitingFile, error: P20WError) -> LoadResult:
    return LoadResult(
        delivery_id=None,
        layout=file.layout or "",
        submitter=file.parts.submitter if file.parts else file.folder_submitter,
        period=file.parts.period if file.parts else "",
        sequence=file.parts.sequence if file.parts else None,
        outcome="failed",
        row_count=0,
        byte_count=file.byte_count,
        seconds=0.0,
        file_name=file.path.name,
        reason=str(error),
    )


def _files(folder: Path) -> Iterator[WaitingFile]:
    if not folder.is_dir():
        return
    for submitter in folder.iterdir():
        if not submitter.is_dir() or submitter.name.startswith("."):
            continue
        for path in submitter.iterdir():
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            # A link could point at any file of the server; hidden files are transfers under way.
            if not stat.S_ISREG(status.st_mode) or path.name.startswith("."):
                continue
            if not path.name.endswith(DONE_MARKER):
                times = (status.st_mtime_ns, status.st_ctime_ns)
                yield WaitingFile(path, submitter.name, status.st_size, *times, parse_name(path.name))


def _loaded_files(warehouse: Warehouse, files: Sequence[WaitingFile], register: Register) -> set[Path]:
    """Return the files whose content is a delivery, withdrawn ones too; only files of a known size are read for that.

    A name that tells its key is compared with the deliveries of that key, any other with all.
    """
    known = warehouse.fetch_all(_KNOWN)
    sizes = {row[3] for row in known}
    keyed = {(*row[:3], row[4]) for row in known}
    contents = {row[4] for row in known}
    candidates = [file for file in files if file.byte_count in sizes]
    checksums = register.checksums(candidates)
    loaded = set()
    for file in candidates:
        sha256, parts = checksums.get(file.path), file.parts
        key = (parts.layout, parts.submitter, parts.period, sha256) if parts else None
        if key in keyed or (parts is None and sha256 in contents):
            loaded.add(file.path)
    return loaded
