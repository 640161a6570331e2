"""The address of a managed database, and what a refused connection means.

Reading `P20W_DATABASE_URL` belongs here; connecting does not.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import conninfo

from warehouse.errors import P20WError

_VARIABLE = "P20W_DATABASE_URL"
_EXAMPLE = "postgresql://user:password@host:5432/database"

# libpq reports a refused connection by text alone; the server's part of it may be in another language.
_REFUSALS = (
    (
        r"password authentication failed|no password supplied|SCRAM",
        "28P01",
        "refuses the user or the password",
    ),
    (r"no pg_hba.conf entry|authentication failed", "28000", "does not admit this user from this machine"),
    (r'database ".*" does not exist', "3D000", "has no database of that name"),
    (r"remaining connection slots|too many (clients|connections)", "53300", "has no connection left"),
    (r"starting up|shutting down|recovery mode", "57P03", "is starting or stopping"),
    (
        r"could not translate host|Name or service not known|resolve",
        "08001",
        "has a host name that is not known",
    ),
    (r"SSL|certificate", "08P01", "and this client do not agree on encryption"),
    (r"timeout|timed out", "08001", "does not answer in time"),
    (r"refused|No such file|No route|unreachable", "08001", "is not reachable"),
)
_HINTS = {
    "28P01": f"Check the user and the password in {_VARIABLE}.",
    "28000": "Ask the server's administrator for an entry in pg_hba.conf.",
    "3D000": f"Create the database, or correct its name in {_VARIABLE}.",
    "53300": "Close other clients, or raise max_connections.",
    "57P03": "Wait a moment and try again.",
    "08P01": f"Set sslmode and sslrootcert in {_VARIABLE}.",
}


def database_url(environment: Mapping[str, str] | None = None) -> str | None:
    """The managed database that `P20W_DATABASE_URL` or the file `P20W_DATABASE_URL_FILE` names."""
    values = os.environ if environment is None else environment
    url = values.get(_VARIABLE) or _from_file(values.get(f"{_VARIABLE}_FILE"))
    return _checked(url.strip()) if url else None


def explain_refusal(error: psycopg.OperationalError, is_embedded: bool) -> P20WError:
    """A refused connection in words, without the address and its secrets."""
    what = "The embedded database" if is_embedded else f"The database of {_VARIABLE}"
    for pattern, sqlstate, meaning in _REFUSALS:
        if re.search(pattern, str(error)):
            return _refused(f"{what} {meaning}.", sqlstate, is_embedded)
    return _refused(f"{what} refuses the connection.", "08001", is_embedded)


def _refused(message: str, sqlstate: str, is_embedded: bool) -> P20WError:
    from warehouse.errors import DatabaseError

    fallback = (
        "Run `p20w doctor`; it starts the server anew."
        if is_embedded
        else f"Check that the server runs and that {_VARIABLE} names its host and port."
    )
    return DatabaseError(message, _HINTS.get(sqlstate, fallback), sqlstate=sqlstate)


def _from_file(name: str | None) -> str | None:
    if not name:
        return None
    try:
        return Path(name).read_text()
    except OSError as error:
        raise P20WError(
            f"The file {name}, named in {_VARIABLE}_FILE, cannot be read: {error.strerror}.",
            "Correct the path or the file's permissions.",
        ) from error


def _checked(url: str) -> str:
    # SQLAlchemy's spelling is a common paste; libpq knows only the plain scheme.
    url = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url)
    try:
        known = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        known = {}
    ports = str(known.get("port") or "5432").split(",")
    has_target = known.get("dbname") or known.get("service")
    if not has_target or not all(port.isdecimal() for port in ports if port):
        # The text itself is not repeated: it may hold a password.
        raise P20WError(
            f"{_VARIABLE} is not an address of a PostgreSQL database.",
            f"Write it as {_EXAMPLE}, with special characters of the password percent-encoded.",
        )
    return url
