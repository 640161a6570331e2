"""Bytes of a delivered file, compressed or not, in chunks of a bounded size.

Belongs here: opening, unpacking, reading ahead. Must not come here: what the bytes mean.
"""

import gzip
import queue
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from warehouse.errors import P20WError

CHUNK = 1 << 19
_GZIP_MAGIC = b"\x1f\x8b"
# Text rarely packs better than 20 to 1: beyond both limits a file is a bomb, not a delivery.
_BOMB_RATIO = 200
_BOMB_BYTES = 1 << 30
_AHEAD = 8

_Item = TypeVar("_Item")


def read_chunks(path: Path, name: str, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the content of a file; gzip is recognised by its first bytes, whatever the file is called."""
    with path.open("rb") as file:
        start = file.read(len(_GZIP_MAGIC))
    if start == _GZIP_MAGIC:
        yield from _unpacked(path, name, size)
        return
    with path.open("rb") as file:
        while chunk := file.read(size):
            yield chunk


def _unpacked(path: Path, name: str, size: int) -> Iterator[bytes]:
    packed = path.stat().st_size
    total = 0
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(size):
                total += len(chunk)
                if total > _BOMB_BYTES and total > _BOMB_RATIO * packed:
                    raise P20WError(
                        f"{name} unpacks to more than {_BOMB_RATIO} times its size.",
                        "Unpack the file, look at it, and deliver it unpacked if it is sound.",
                    )
                yield chunk
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise P20WError(f"{name} is a damaged or incomplete gzip file.", "Deliver the file again.") from None


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
