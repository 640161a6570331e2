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


def waiting_files(folder: Path) -> list[WaitingFile]:
    """Return every file in the submitters' folders, in the order in which they should be loaded."""
    return sorted(_files(folder), key=lambda file: file.order)


def pending_files(
    warehouse: Warehouse,
    catalogue: Catalogue | None = None,
    state: State | None = None,
    *,
    folder: Path | None = None,
    layout_key: str | None = None,
) -> list[WaitingFile]:
    """Return the files that some layout takes up and whose content is no delivery yet.

    Args:
        warehouse: Knows the deliveries; its home has the folder.
        catalogue: The layouts; else the installed ones.
        state: With it, files that the state's submitters may not send in this place are left out.
        folder: Holds one folder per submitter; else the incoming folder of the home.
        layout_key: Only files of this layout.
    """
    layouts = catalogue or load_catalogue()
    files = [
        file
        for file in waiting_files(folder or warehouse.home.incoming)
        if file.layout in layouts.layouts
        and layout_key in (None, file.layout)
        and (state is None or file.problem(layouts, state) is None)
    ]
    known = _known_deliveries(warehouse)
    with ThreadPoolExecutor(_HASHING_THREADS) as pool:
        is_loaded = list(pool.map(lambda file: _is_loaded(file, known), files))
    return [file for file, loaded in zip(files, is_loaded, strict=True) if not loaded]


def unusable_files(
    folder: Path, catalogue: Catalogue | None = None, state: State | None = None
) -> list[tuple[WaitingFile, P20WError]]:
    """Return the files that cannot become deliveries where and as they are named, each with its reason."""
    catalogue, state = catalogue or load_catalogue(), state or load_state()
    judged = [(file, file.problem(catalogue, state)) for file in waiting_files(folder)]
    return [(file, problem) for file, problem in judged if problem is not None]


def load_pending(
    warehouse: Warehouse, layout_key: str, folder: Path | None = None, *, state: State | None = None
) -> list[LoadResult]:
    """Load every pending file of a layout; a bad file becomes a result that failed and stops nothing."""
    catalogue, state = load_catalogue(), state or load_state()
    catalogue.layout(layout_key)
    files = pending_files(warehouse, catalogue, folder=folder, layout_key=layout_key)
    return [_load(warehouse, file, catalogue, state) for file in files]


def _load(warehouse: Warehouse, file: WaitingFile, catalogue: Catalogue, state: State) -> LoadResult:
    try:
        if problem := file.problem(catalogue, state):
            record_failure(warehouse, file.layout or "", file.path.name, problem)
            raise problem
        return load_file(warehouse, file.path, state=state)
    except P20WError as error:
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
