"""The files in the landing folders as they were last seen: their checksums, and why some of them were refused.

Belongs here: not reading a file again that has not changed, not trying again what cannot succeed. Must not come here:
which files there are (landing), loading them.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Protocol

from ingest.archive import sha256_of
from ingest.layout import Layout
from ingest.permission import Permission
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State

_HASHING_THREADS = 4
# A file may change twice within one tick of its file system's clock; what was seen that soon is looked at again.
_CLOCK_TICK_NS = 2_000_000_000

_KEEP = """
    insert into control.landed_file as known (path, byte_count, modified_ns, changed_ns, seen_ns, sha256)
    select * from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
    on conflict (path) do update set byte_count = excluded.byte_count, modified_ns = excluded.modified_ns,
        changed_ns = excluded.changed_ns, seen_ns = excluded.seen_ns, sha256 = excluded.sha256,
        -- The refusal was of the content, wherever its clock stands now.
        refused_under = case when known.sha256 = excluded.sha256 then known.refused_under end,
        reason = case when known.sha256 = excluded.sha256 then known.reason end,
        refused_at = case when known.sha256 = excluded.sha256 then known.refused_at end
"""
_REFUSE = "update control.landed_file set refused_under = %s, reason = %s, refused_at = now() where path = %s"


class File(Protocol):
    """What the register needs to know of a file."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def stamp(self) -> tuple[int, int, int]: ...  # noqa: D102


@dataclass(frozen=True)
class Entry:
    """A file as it was last seen.

    Attributes:
        stamp: size, time of its content, time of its last change of any kind.
        refused_under: what its refusal depended on; None when it was not refused.
        reason: the sentence of its refusal.
    """

    path: Path
    stamp: tuple[int, int, int]
    seen_ns: int
    sha256: str
    refused_under: str | None
    reason: str | None

    def is_about(self, file: File) -> bool:
        """Whether the file is certainly the one that was seen."""
        return self.stamp == file.stamp and max(self.stamp[1:]) + _CLOCK_TICK_NS < self.seen_ns


class Register:
    """What is known of the files under a folder; reads those that are new to it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        rows = warehouse.fetch_all(
            "select path, byte_count, modified_ns, changed_ns, seen_ns, sha256, refused_under, reason"
            " from control.landed_file"
        )
        self._entries = {
            Path(path): Entry(Path(path), (size, modified, changed), seen, sha256, under, reason)
            for path, size, modified, changed, seen, sha256, under, reason in rows
        }

    def entry(self, file: File) -> Entry | None:
        """The entry of a file that has not changed since."""
        entry = self._entries.get(file.path)
        return entry if entry and entry.is_about(file) else None

    def reason(self, file: File) -> str | None:
        """Why the file was refused, if it was and has not changed since."""
        entry = self._entries.get(file.path)
        return entry.reason if entry and entry.stamp == file.stamp else None

    def checksums(self, files: Sequence[File]) -> dict[Path, str]:
        """Return the SHA-256 of every file that can be read; only new and changed ones are read."""
        new = [file for file in files if self.entry(file) is None]
        with ThreadPoolExecutor(_HASHING_THREADS) as pool:
            sums = list(pool.map(_sha256_or_none, (file.path for file in new)))
        self._keep([(file, sha256) for file, sha256 in zip(new, sums, strict=True) if sha256])
        return {file.path: self._entries[file.path].sha256 for file in files if file.path in self._entries}

    def is_refused(self, file: File, under: str) -> bool:
        """Whether this content was refused before, and nothing that it depends on has changed since."""
        if file.path not in self._entries or self._entries[file.path].refused_under != under:
            return False
        # Only a file that was refused before is read for that, and only when it may have changed.
        return file.path in self.checksums([file]) and self._entries[file.path].refused_under == under

    def refuse(self, file: File, under: str, reason: str) -> None:
        """Remember that this content cannot be loaded as long as nothing it depends on changes."""
        if file.path in self.checksums([file]):
            self._warehouse.execute(_REFUSE, (under, reason, str(file.path)))
            self._entries[file.path] = replace(self._entries[file.path], refused_under=under, reason=reason)

    def forget_missing(self, folder: Path, present: Iterable[Path]) -> None:
        """Drop the entries of files that are no longer in the folder."""
        gone = {path for path in self._entries if path.is_relative_to(folder)} - set(present)
        if gone:
            names = [str(path) for path in gone]
            self._warehouse.execute("delete from control.landed_file where path = any(%s)", (names,))

    def _keep(self, seen: Sequence[tuple[File, str]]) -> None:
        if not seen:
            return
        now = time.time_ns()
        rows = [(str(file.path), *file.stamp, now, sha256) for file, sha256 in seen]
        self._warehouse.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])
        for file, sha256 in seen:
            old = self._entries.get(file.path)
            same = old is not None and old.sha256 == sha256
            self._entries[file.path] = Entry(
                file.path,
                file.stamp,
                now,
                sha256,
                old.refused_under if old and same else None,
                old.reason if old and same else None,
            )


def dependence(layout: Layout, state: State, permission: Permission) -> str:
    """Return what a refusal depends on beside the file: its layout, the state's choices, the code, the permission."""
    told = [
        layout.model_dump_json(),
        state.model_dump_json(),
        metadata.version("p20w"),
        permission.stamp(layout.key),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _sha256_or_none(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except P20WError:
        # Gone since it was listed, or not readable: whoever loads it will say so.
        return None
