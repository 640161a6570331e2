"""Bytes of a delivered file, compressed or not, in chunks of a bounded size.

Belongs here: opening, unpacking, reading ahead. Must not come here: what the bytes mean.
"""

import gzip
import queue
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from ingest.readers.arriving import Arriving, bytes_of, whole
from ingest.readers.containers import Limit, check_unpacked, kind_of, only_member
from warehouse.errors import P20WError

CHUNK = 1 << 19
_AHEAD = 8

_Item = TypeVar("_Item")


def read_chunks(file: Path | Arriving, name: str, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the content of a text file; gzip and zip are recognised by their bytes, whatever the file is called."""
    kind = kind_of(file, name)
    if kind in ("parquet", "xlsx"):
        raise P20WError(
            f"{name} is {'a Parquet file' if kind == 'parquet' else 'a workbook'}, where text was expected.",
            "Deliver it with the column names of a layout, or as text.",
        )
    if kind != "text":
        # How far it may unpack depends on its size.
        yield from _unpacked(whole(file), name, size, _gzip_content if kind == "gzip" else _zip_content)
        return
    yield from bytes_of(file, size)


def read_lines(file: Path | Arriving, name: str) -> Iterator[bytes]:
    """Yield pieces of whole lines; the last one may lack its line end."""
    rest = b""
    for chunk in read_chunks(file, name):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
    if rest:
        yield rest


def _unpacked(
    path: Path, name: str, size: int, content: Callable[[Path, str], AbstractContextManager[IO[bytes]]]
) -> Iterator[bytes]:
    limit = Limit(path.stat().st_size, name)
    try:
        with content(path, name) as file:
            while chunk := file.read(size):
                if not limit.total:
                    check_unpacked(chunk, name)
                limit.add(len(chunk))
                yield chunk
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise P20WError(f"{name} is a damaged or incomplete archive.", "Deliver the file again.") from None


@contextmanager
def _gzip_content(path: Path, name: str) -> Iterator[IO[bytes]]:
    with gzip.open(path, "rb") as file:
        yield cast(IO[bytes], file)


@contextmanager
def _zip_content(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive, archive.open(only_member(archive, name)) as file:
        yield file


def read_ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield the same items, made by a thread of their own, so that making and using them overlap."""
    made: queue.Queue[_Item | _End] = queue.Queue(_AHEAD)
    stopped = threading.Event()
    producer = threading.Thread(target=_produce, args=(items, made, stopped), daemon=True)
    producer.start()
    try:
        while not isinstance(item := made.get(), _End):
            yield item
        if item.failure is not None:
            raise item.failure
    finally:
        stopped.set()
        producer.join()


@dataclass(frozen=True)
class _End:
    """What follows the last item: nothing, or the failure that ended the making."""

    failure: BaseException | None = None


def _produce(items: Iterator[Any], made: queue.Queue[Any], stopped: threading.Event) -> None:
    end = _End()
    try:
        for item in items:
            if not _offer(item, made, stopped):
                return
    except BaseException as error:
        end = _End(error)
    _offer(end, made, stopped)


def _offer(item: Any, made: queue.Queue[Any], stopped: threading.Event) -> bool:
    """Wait for a place in the queue; return False when nobody takes items any more."""
    while not stopped.is_set():
        try:
            made.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False
