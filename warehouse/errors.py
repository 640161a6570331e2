"""Failures as a user or an agency reads them, and database errors without the data they quote.

What may be said about a failed statement is decided here. How to recover from it is not.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# A COPY failure names its place in CONTEXT: "COPY student, line 3, column birthdate: "...value..."".
_COPY_PLACE = re.compile(
    r"^COPY (?P<table>[A-Za-z_][\w$]*), line (?P<line>\d+)(?:, column (?P<column>[A-Za-z_][\w$]*))?"
)

# SQLSTATEs whose primary message holds names of database objects or of the machine only, never a value.
_PLAIN_MESSAGES = frozenset(
    {
        "3D000",
        "3F000",
        "42501",
        "42701",
        "42703",
        "42704",
        "42710",
        "42723",
        "42883",
        "42P01",
        "42P06",
        "42P07",
    }
)
_PLAIN_CLASSES = ("53", "57", "58")
_DISK_FULL = "53100"
_TRANSIENT_CLASSES = ("08", "40", "53", "57")

_HINTS = {
    "23": "Compare the delivered rows with the layout; the rejected value is kept out of this message.",
    "22": "Compare the delivered rows with the layout; the rejected value is kept out of this message.",
    "28": "Check the user and the password of P20W_DATABASE_URL.",
    "40": "Another transaction held the same rows; run the step again.",
    "42501": "Grant the missing right to the role, or use a role that has it; see `p20w doctor`.",
    "53100": "Free disk space on the database server, then run the step again.",
    "53": "The database server is out of a resource; see its log, then run the step again.",
    "55P03": "Another run holds the lock; wait for it to end, then run the step again.",
    "57": "The database server stopped the statement; run the step again.",
    "08": "The connection to the database was lost; run the step again.",
}


class P20WError(Exception):
    """A failure that its reader can act on: one sentence of what is wrong, and a hint what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        # Failures cross process boundaries in Dagster; the default would rebuild from `args` alone.
        return _rebuild, (type(self), self.__dict__.copy())


class DatabaseError(P20WError):
    """A failed statement, told by SQLSTATE and the names of table, column and constraint only."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        sqlstate: str | None = None,
        table: str | None = None,
        column: str | None = None,
        constraint: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.sqlstate = sqlstate
        self.table = table
        self.column = column
        self.constraint = constraint
        self.line = line

    @property
    def is_transient(self) -> bool:
        """Whether the same statement may succeed when it is sent again."""
        if self.sqlstate is None:
            return True
        return self.sqlstate.startswith(_TRANSIENT_CLASSES) and self.sqlstate != _DISK_FULL


def _rebuild(kind: type[P20WError], state: dict[str, Any]) -> P20WError:
    error = kind.__new__(kind, state["message"])
    error.__dict__.update(state)
    return error


@contextmanager
def redacted() -> Iterator[None]:
    """Turn any database error inside into a `DatabaseError` that carries no data value."""
    try:
        yield
    except Exception as error:
        replacement = redact(error)
        if replacement is None:
            raise
        try:
            # The place of the failing statement stays; source lines hold names, never values.
            raise replacement.with_traceback(error.__traceback__) from None
        finally:
            # `from None` only hides the original; its text, which quotes data, would still hang on to it.
            replacement.__context__ = None


def redact(error: BaseException) -> DatabaseError | None:
    """The value-free twin of a psycopg, SQLAlchemy or ADBC error; None for any other exception."""
    error = _driver_error(error)
    module = type(error).__module__.partition(".")[0]
    if module == "psycopg":
        return _from_psycopg(error)
    if module in ("adbc_driver_manager", "sqlalchemy", "psycopg2"):
        sqlstate = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        return _describe(type(error).__name__, sqlstate)
    return None


def scrub(error: BaseException) -> None:
    """Replace the text of a database error in place, for libraries that catch it by its type."""
    replacement = redact(error)
    if replacement is not None:
        error.args = (str(replacement),)


def _driver_error(error: BaseException) -> BaseException:
    """Unwrap SQLAlchemy, whose own text repeats the statement's parameters."""
    original = getattr(error, "orig", None)
    is_wrapper = type(error).__module__.startswith("sqlalchemy") and isinstance(original, BaseException)
    return original if is_wrapper and isinstance(original, BaseException) else error


def _from_psycopg(error: BaseException) -> DatabaseError | None:
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    diag = error.diag
    place = _COPY_PLACE.match(diag.context or "")
    table = diag.table_name or (place["table"] if place else None)
    if diag.schema_name and diag.table_name:
        table = f"{diag.schema_name}.{diag.table_name}"
    return _describe(
        type(error).__name__,
        diag.sqlstate or error.sqlstate,
        table=table,
        column=diag.column_name or (place["column"] if place else None),
        constraint=diag.constraint_name,
        line=int(place["line"]) if place else None,
        message=diag.message_primary,
    )


def _describe(
    kind: str,
    sqlstate: str | None,
    *,
    table: str | None = None,
    column: str | None = None,
    constraint: str | None = None,
    line: int | None = None,
    message: str | None = None,
) -> DatabaseError:
    """One sentence from the error's class name and the names of the objects it touches."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    places = [
        f"{label} {value}"
        for label, value in (("table", table), ("line", line), ("column", column), ("constraint", constraint))
        if value is not None
    ]
    sentence = f"The database reports: {words}"
    if sqlstate:
        sentence += f" (SQLSTATE {sqlstate})"
    if places:
        sentence += f" in {', '.join(places)}"
    if message and _is_plain(sqlstate):
        sentence += f": {message}"
    return DatabaseError(
        sentence + ".",
        _hint(sqlstate),
        sqlstate=sqlstate,
        table=table,
        column=column,
        constraint=constraint,
        line=line,
    )


def _is_plain(sqlstate: str | None) -> bool:
    return sqlstate is not None and (sqlstate in _PLAIN_MESSAGES or sqlstate.startswith(_PLAIN_CLASSES))


def _hint(sqlstate: str | None) -> str:
    if sqlstate is None:
        return _HINTS["08"]
    return _HINTS.get(sqlstate) or _HINTS.get(sqlstate[:2], "")
