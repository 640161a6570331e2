"""Files that wait in the incoming folders, and their loading, one layout at a time.

Belongs here: which files wait, in which order, and going on after a bad one. Must not come here: how one
file is loaded. Nothing is ever moved or removed here: the folders belong to those who send.
"""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingest.archive import sha256_of
from ingest.catalogue import Catalogue, load_catalogue
from ingest.events import record_failure
from ingest.loader import LoadResult, load_file
from ingest.recognise import NameParts, parse_name, recognise
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

_HASHING_THREADS = 4
_Known = dict[tuple[str, str, str, int], set[str]]


@dataclass(frozen=True)
class WaitingFile:
    """A file in a submitter's folder; without parts its name has not the agreed form."""

    path: Path
    folder_submitter: str
    byte_count: int
    parts: NameParts | None

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Older periods first, and the deliveries of one period by their sequence."""
        if self.parts is None:
            return ("", "", 0, self.path.name)
        return (self.parts.period, self.parts.submitter, self.parts.sequence or 0, self.path.name)


def waiting_files(folder: Path) -> list[WaitingFile]:
    """Return every file in the submitters' folders, in the order in which they should be loaded."""
    return sorted(_files(folder), key=lambda file: file.order)


def pending_files(
    warehouse: Warehouse, folder: Path | None = None, *, layout_key: str | None = None
) -> list[WaitingFile]:
    """Return the files whose content is no delivery yet; with a layout, only those named for it."""
    files = waiting_files(folder or warehouse.home.incoming)
    if layout_key is not None:
        files = [file for file in files if file.parts and file.parts.layout == layout_key]
    known = _known_deliveries(warehouse)
    with ThreadPoolExecutor(_HASHING_THREADS) as pool:
        is_loaded = list(pool.map(lambda file: _is_loaded(file, known), files))
    return [file for file, loaded in zip(files, is_loaded, strict=True) if not loaded]


def unrecognised_files(folder: Path, catalogue: Catalogue | None = None) -> list[WaitingFile]:
    """Return the files that no layout will take up, because of their names."""
    layouts = (catalogue or load_catalogue()).layouts
    return [file for file in waiting_files(folder) if file.parts is None or file.parts.layout not in layouts]


def load_pending(
    warehouse: Warehouse, layout_key: str, folder: Path | None = None, *, state: State | None = None
) -> list[LoadResult]:
    """Load every pending file of a layout; a bad file becomes a result that failed and stops nothing."""
    catalogue, state = load_catalogue(), state or load_state()
    catalogue.layout(layout_key)
    return [
        _load(warehouse, file, file.parts, catalogue, state)
        for file in pending_files(warehouse, folder, layout_key=layout_key)
        if file.parts is not None
    ]


def _load(
    warehouse: Warehouse, file: WaitingFile, parts: NameParts, catalogue: Catalogue, state: State
) -> LoadResult:
    try:
        _check_place(warehouse, file, parts, catalogue, state)
        return load_file(warehouse, file.path, state=state)
    except P20WError as error:
        return LoadResult(
            delivery_id=None,
            layout=parts.layout,
            submitter=parts.submitter,
            period=parts.period,
            sequence=parts.sequence,
            outcome="failed",
            row_count=0,
            byte_count=file.byte_count,
            seconds=0.0,
            file_name=file.path.name,
            reason=str(error),
        )


def _check_place(
    warehouse: Warehouse, file: WaitingFile, parts: NameParts, catalogue: Catalogue, state: State
) -> None:
    """Raise, and record, when a file's name does not go with its folder or with the state."""
    try:
        if parts.submitter != file.folder_submitter:
            raise P20WError(
                f"{file.path.name} is named for {parts.submitter} but lies in the folder of"
                f" {file.folder_submitter}.",
                "Move it to the right folder, or correct its name.",
            )
        recognise(file.path, catalogue, state)
    except P20WError as error:
        record_failure(warehouse, parts.layout, file.path.name, error)
        raise


def _files(folder: Path) -> Iterator[WaitingFile]:
    if not folder.is_dir():
        return
    for submitter in folder.iterdir():
        if not submitter.is_dir() or submitter.name.startswith("."):
            continue
        for path in submitter.iterdir():
            status = path.lstat()
            # A link could point at any file of the server; hidden files are transfers under way.
            if stat.S_ISREG(status.st_mode) and not path.name.startswith("."):
                yield WaitingFile(path, submitter.name, status.st_size, parse_name(path.name))


def _known_deliveries(warehouse: Warehouse) -> _Known:
    rows = warehouse.fetch_all("select layout, submitter, period, byte_count, sha256 from control.delivery")
    known: _Known = {}
    for layout, submitter, period, byte_count, sha256 in rows:
        known.setdefault((layout, submitter, period, byte_count), set()).add(sha256)
    return known


def _is_loaded(file: WaitingFile, known: _Known) -> bool:
    """Return whether the content is a delivery; only files of a known size need to be read for that."""
    if file.parts is None:
        return False
    key = (file.parts.layout, file.parts.submitter, file.parts.period, file.byte_count)
    return key in known and sha256_of(file.path) in known[key]
