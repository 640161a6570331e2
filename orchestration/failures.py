"""Failures as one sentence for the person at the keyboard: what is wrong and what to do.

Texts of unforeseen errors may quote data, so only their kind is shown.
"""

import errno

from warehouse.errors import P20WError

_SYSTEM = {
    errno.ENOSPC: ("No space is left on the disk.", "Free some space, or move P20W_HOME to a larger disk."),
    errno.EDQUOT: ("The disk quota is used up.", "Free some space, or move P20W_HOME to a larger disk."),
    errno.EADDRINUSE: ("The port is in use by another program.", "Name another with --port."),
}


def sentence(error: BaseException) -> str:
    """What went wrong and what to do, without a value from the data."""
    known = _known(error)
    if known is not None:
        return str(known)
    if isinstance(error, OSError):
        return _system_error(error)
    return (
        f"An unforeseen error of kind {type(error).__name__} stopped the command. "
        "Run it again with `p20w --traceback ...` to see where; the trace may show data, so share it with care."
    )


def _known(error: BaseException) -> P20WError | None:
    """The product's own error behind `error`: Dagster wraps what a step raises."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, P20WError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _system_error(error: OSError) -> str:
    if error.errno in _SYSTEM:
        return " ".join(_SYSTEM[error.errno])
    where = f" {error.filename}" if error.filename else ""
    if isinstance(error, FileNotFoundError):
        return f"There is no file or folder{where}. Check the path."
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} is a folder. Name the files in it."
    if isinstance(error, PermissionError):
        return f"This account may not read or write{where}. Change its permissions or use another account."
    return f"The operating system refused{where}: {error.strerror or type(error).__name__}."
