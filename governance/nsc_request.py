"""The request file for the National Student Clearinghouse: what became of a class of graduates.

Belongs here: writing the file and recording the disclosure. The return is a delivery like any other: its
`Requester Return Field` is the key written here, by which `person_key` finds the person again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from psycopg import sql

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from warehouse.connection import Warehouse
    from warehouse.state_sections.measures import Clearinghouse

#: CO longitudinal cohort, DA declined admission, PA prior attendance, SE subsequent enrollment.
InquiryType = Literal["CO", "DA", "PA", "SE"]

# From a working generator of request files; the Clearinghouse's own guide decides where the two differ.
WIDTHS = {
    "first_name": 20,
    "middle_initial": 1,
    "last_name": 20,
    "generation_code": 5,
    "return_key": 50,
    "name": 40,
}
_LINE_END = "\r\n"

# Letters that no decomposition parts into a plain letter and an accent.
_PLAIN = (
    "\u00d8\u00f8\u0141\u0142\u0110\u0111\u00d0\u00f0\u0131\u0126\u0127\u0166\u0167\u2019\u2018\u00b4",
    "OoLlDdDdiHhTt'''",
)
_SPELLED_OUT = {
    "\u00df": "ss",
    "\u00c6": "AE",
    "\u00e6": "ae",
    "\u0152": "OE",
    "\u0153": "oe",
    "\u00de": "Th",
    "\u00fe": "th",
}

_GRADUATES = """
    create temporary table requested on commit drop as
    with graduate as (
        select person_id, min(diploma_date) as diploma_date from core.fct_diploma
        where school_year = {year} and diploma_treatment in ('regular', 'alternate') group by person_id
    ),
    newest as (
        select distinct on (graduate.person_id) graduate.diploma_date, record.*
        from graduate
        join identity.person_crosswalk using (person_id)
        join identity.person_record as record using (record_id)
        where record.source = 'k12'
        order by graduate.person_id, record.last_seen desc nulls last, record.record_id
    ),
    in_ascii as (
        select source_key, diploma_date, birthdate, first_name as first_as_known, last_name as last_as_known,
            middle_name as middle_as_known, {first} as first_ascii, {last} as last_ascii, {middle} as middle_ascii,
            {suffix} as suffix_ascii
        from newest
    )
    select source_key, {key} as return_key, birthdate, coalesce({begin}, diploma_date) as search_begin,
        nullif(left(first_ascii, {first_width}), '') as first_name,
        nullif(left(middle_ascii, {middle_width}), '') as middle_initial,
        nullif(left(last_ascii, {last_width}), '') as last_name,
        nullif(left(suffix_ascii, {suffix_width}), '') as generation_code,
        (first_ascii, last_ascii) is distinct from (btrim(first_as_known), btrim(last_as_known)) as is_changed,
        length(first_ascii) > {first_width} or length(last_ascii) > {last_width} as is_cut,
        source_key = any({blocked}) as is_blocked
    from in_ascii
"""
_READY = (
    "not is_blocked and first_name is not null and last_name is not null and birthdate is not null"
    " and search_begin is not null"
)
_COUNTS = f"""
    select count(*) filter (where {_READY}), count(*) filter (where is_blocked),
        count(*) filter (where not is_blocked and not ({_READY})),
        count(*) filter (where ({_READY}) and is_changed), count(*) filter (where ({_READY}) and is_cut)
    from requested
"""
_DETAILS = f"""
    copy (
        select 'D1', null, first_name, middle_initial, last_name, generation_code, to_char(birthdate, 'YYYYMMDD'),
            to_char(search_begin, 'YYYYMMDD'), null, {{code}}, {{branch}}, return_key
        from requested where {_READY} order by return_key
    ) to stdout (format csv, delimiter e'\\t', quote e'\\x01', null '', encoding 'SQL_ASCII')
"""


@dataclass(frozen=True)
class NscRequest:
    """A written request: counts only.

    Attributes:
        path: the file.
        students: detail rows in it.
        blocked: graduates left out because their records may not be disclosed.
        incomplete: graduates left out for want of a name, a birth date or a day to search from.
        transliterated: rows with a name that ASCII cannot hold as it is.
        cut: rows with a name longer than its field.
    """

    path: Path
    students: int
    blocked: int
    incomplete: int
    transliterated: int
    cut: int

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {
            name: getattr(self, name)
            for name in ("students", "blocked", "incomplete", "transliterated", "cut")
        }


def write_nsc_request(
    warehouse: Warehouse,
    account: Clearinghouse | None,
    school_year: int,
    out: Path,
    *,
    inquiry: InquiryType = "CO",
    search_begin: datetime.date | None = None,
    blocked: frozenset[str] = frozenset(),
) -> NscRequest:
    """Write the request for one class of graduates and record it; both or neither.

    Args:
        warehouse: where the vault and the diplomas are.
        account: how the state signs; its codes come from the Clearinghouse.
        school_year: year of the diplomas.
        out: the file to write; readable by its owner only.
        inquiry: what is asked.
        search_begin: first day of the search, for all; else each graduate's day of the diploma.
        blocked: state student identifiers whose records must not be disclosed.

    Raises:
        P20WError: the state has no account, or nobody can be asked about; no file is left then.
    """
    if account is None:
        raise P20WError(
            "The state has no account at the Clearinghouse.",
            "Write the section clearinghouse into the state file.",
        )
    partial = out.with_name(f".{out.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with warehouse.connect() as connection:
            connection.execute(_graduates(account, school_year, search_begin, blocked))
            counted = connection.execute(_COUNTS).fetchone() or (0, 0, 0, 0, 0)
            request = NscRequest(out, *counted)
            if not request.students:
                raise P20WError(
                    f"No graduate of {school_year} can be asked about: {request.incomplete} lack a name or a birth date.",
                    "Check the year; diplomas must be loaded and linked first: `p20w run`.",
                )
            digest = _write(connection, account, inquiry, request.students, partial)
            _record(connection, account, request, school_year, inquiry, digest)
            partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return request


def _write(
    connection: Connection[Any], account: Clearinghouse, inquiry: InquiryType, students: int, path: Path
) -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    name = account.name.encode("ascii", "ignore").decode()[: WIDTHS["name"]]
    head = ("H1", account.school_code, account.branch, name, f"{today:%Y%m%d}", inquiry, "I")
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:

        def put(content: bytes) -> None:
            file.write(content)
            digest.update(content)

        put(("\t".join(head) + _LINE_END).encode("ascii"))
        statement = sql.SQL(_DETAILS).format(
            code=sql.Literal(account.school_code), branch=sql.Literal(account.branch)
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in copy:
                # Nothing in a field is a line feed: names hold printable ASCII only.
                put(bytes(chunk).replace(b"\n", _LINE_END.encode("ascii")))
        # The count of the trailer is of all records, header and trailer too.
        put(f"T1\t{students + 2}{_LINE_END}".encode("ascii"))
    return digest.hexdigest()


def _record(
    connection: Connection[Any],
    account: Clearinghouse,
    request: NscRequest,
    school_year: int,
    inquiry: InquiryType,
    digest: str,
) -> None:
    request_id = uuid.uuid4()
    connection.execute(
        "insert into identity.nsc_request (request_id, school_year, inquiry_type, file_name, sha256, counts)"
        " values (%s, %s, %s, %s, %s, %s::jsonb)",
        (request_id, school_year, inquiry, request.path.name, digest, json.dumps(request.counts())),
    )
    if account.return_field == "random_key":
        connection.execute(
            "insert into identity.nsc_request_member (return_key, request_id, student_id_state)"
            f" select return_key, %s, source_key from requested where {_READY}",
            (request_id,),
        )


def _graduates(
    account: Clearinghouse, school_year: int, search_begin: datetime.date | None, blocked: frozenset[str]
) -> sql.Composed:
    # Random and made for this request: what comes back cannot be joined with another request's return.
    key = (
        "replace(gen_random_uuid()::text, '-', '')" if account.return_field == "random_key" else "source_key"
    )
    return sql.SQL(_GRADUATES).format(
        year=sql.Literal(school_year),
        first=_ascii("first_name"),
        last=_ascii("last_name"),
        middle=_ascii("middle_name"),
        suffix=_ascii("generation_code"),
        key=sql.SQL(key),
        begin=sql.SQL("cast({} as date)").format(sql.Literal(search_begin)),
        blocked=sql.SQL("cast({} as text[])").format(sql.Literal(sorted(blocked))),
        first_width=sql.Literal(WIDTHS["first_name"]),
        middle_width=sql.Literal(WIDTHS["middle_initial"]),
        last_width=sql.Literal(WIDTHS["last_name"]),
        suffix_width=sql.Literal(WIDTHS["generation_code"]),
    )


def _ascii(column: str) -> sql.Composed:
    """A name in printable ASCII: accents dropped, letters without a plain form spelled out, all else left out."""
    text: sql.Composable = sql.SQL("translate({}, {}, {})").format(
        sql.Identifier(column), *map(sql.Literal, _PLAIN)
    )
    for letter, spelling in _SPELLED_OUT.items():
        text = sql.SQL("replace({}, {}, {})").format(text, sql.Literal(letter), sql.Literal(spelling))
    return sql.SQL("btrim(regexp_replace(normalize({}, nfkd), {}, '', 'g'))").format(
        text, sql.Literal(r"[^\x20-\x7e]")
    )
