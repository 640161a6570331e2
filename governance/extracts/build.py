"""Builds an approved extract: finds the rows, protects them, writes the files and the record of the disclosure.

Belongs here: the order of the steps and their one transaction. Must not come here: how each of them works.
"""

from __future__ import annotations

import datetime
import hashlib
import shutil
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from governance.disclosure.policy import DisclosurePolicy
from governance.extracts.anonymity import Protection, protect
from governance.extracts.contributors import contributing, require_agreement
from governance.extracts.files import columns_of, write_counts, write_dictionary, write_rows
from governance.extracts.frame import find_members, find_rows, give_codes
from governance.extracts.memo import Provenance, k_anonymity, memo
from governance.extracts.register import Answer, Project, answers, counted_project, note
from governance.extracts.request import Asked, asked_again
from governance.extracts.shared import shared_with
from warehouse.errors import P20WError
from warehouse.home import make_private
from warehouse.ledger import disclosed, record_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection

    from governance.agreements.agreement import Agreement
    from governance.extracts.vocabulary import Vocabulary
    from warehouse.connection import Warehouse
    from warehouse.state import State

#: Whoever gets the extract gets the one folder, and nothing of the other.
RESEARCHER, REVIEWER = "researcher", "reviewer"


@dataclass(frozen=True)
class Built:
    """An extract that was written."""

    folder: Path
    protection: Protection


def build(
    warehouse: Warehouse,
    state: State,
    vocabulary: Vocabulary,
    name: str,
    describe: Callable[[str], str],
) -> Built:
    """Write the extract of a project whose request every contributing agency has approved.

    Raises:
        P20WError: an approval or a clause of the agreement is missing, or the project was destroyed.
    """
    project = counted_project(warehouse, name)
    asked = asked_again(project.request, vocabulary)
    agreement = require_agreement(warehouse, state, asked)
    approvals = _require_approvals(warehouse, state, project, asked)
    folder = _prepared(warehouse, project.project)
    with warehouse.connect() as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("select pg_advisory_xact_lock(hashtext('research extracts'))")
        done = _write(connection, state, asked, agreement, approvals, folder, describe)
    # On record before anybody can take it; a log refuses the isolation that the rows need.
    with warehouse.connect() as connection:
        _record(connection, project, asked, agreement, done, folder)
    final = warehouse.home.extracts / project.project
    shutil.rmtree(final, ignore_errors=True)
    folder.replace(final)
    return Built(final, done)


def missing_approvals(
    warehouse: Warehouse, state: State, project: Project, asked: Asked
) -> tuple[list[str], list[Answer]]:
    """Return the contributing agencies that have not approved the request as it is, and what the others said."""
    said = answers(warehouse, project)
    agencies = contributing(warehouse, state, asked)
    missing = [agency for agency in agencies if agency not in said or said[agency].event != "approved"]
    return missing, [said[agency] for agency in agencies if agency in said]


def _require_approvals(warehouse: Warehouse, state: State, project: Project, asked: Asked) -> list[Answer]:
    missing, said = missing_approvals(warehouse, state, project, asked)
    if missing:
        refused = [answer.agency for answer in said if answer.event == "refused"]
        raise P20WError(
            f"{project.project} lacks the approval of {', '.join(missing)}"
            + (f"; refused by {', '.join(refused)}." if refused else "."),
            f"`p20w extract approve {project.project} --agency {missing[0]} --by OFFICE` records an approval.",
        )
    return said


def _prepared(warehouse: Warehouse, project: str) -> Path:
    folder = warehouse.home.tmp / f"extract-{project}"
    shutil.rmtree(folder, ignore_errors=True)
    make_private(folder)
    make_private(folder / RESEARCHER)
    make_private(folder / REVIEWER)
    make_private(warehouse.home.extracts)
    return folder


def _write(
    connection: Connection[Any],
    state: State,
    asked: Asked,
    agreement: Agreement | None,
    approvals: list[Answer],
    folder: Path,
    describe: Callable[[str], str],
) -> Protection:
    policy = DisclosurePolicy.from_settings(state.disclosure)
    find_members(connection, asked)
    give_codes(connection, asked.request.project)
    find_rows(connection, asked, with_codes=True)
    k = asked.request.k or policy.min_count
    done = protect(connection, asked, k, policy.round_usd_to, shared_with(connection, asked))
    columns = columns_of(asked, done, describe)
    write_rows(connection, columns, folder / RESEARCHER, asked.request.project)
    write_dictionary(columns, folder / RESEARCHER / "dictionary.csv")
    write_counts(connection, columns, folder / REVIEWER / "underlying_counts.csv")
    (folder / REVIEWER / "k_anonymity.md").write_text(k_anonymity(done), encoding="utf-8")
    request = asked.request.model_dump_json(indent=1, by_alias=True)
    (folder / REVIEWER / "request.json").write_text(request, encoding="utf-8")
    text = memo(state, asked, agreement, done, approvals, _provenance(connection))
    (folder / RESEARCHER / "memo.md").write_text(text, encoding="utf-8")
    return done


def _provenance(connection: Connection[Any]) -> Provenance:
    row = connection.execute(
        "select coalesce((select linkage_run_id::text from control.linkage_run where status = 'live'), 'none'),"
        " (select count(*) from control.delivery where status = 'accepted')"
    ).fetchone()
    assert row is not None  # noqa: S101 - a select without a table returns a row
    today = datetime.datetime.now(datetime.UTC).date()
    return Provenance(metadata.version("p20w"), row[0], row[1], today)


def _record(
    connection: Connection[Any],
    project: Project,
    asked: Asked,
    agreement: Agreement | None,
    done: Protection,
    folder: Path,
) -> None:
    request = asked.request
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    detail = {
        "measures": request.measures,
        "rows": done.rows,
        "k": done.k,
        "hidden": done.hidden,
        "keys": done.keys,
        "files": files,
    }
    note(connection, project.project, project.request_sha256, "built", detail=detail)
    record_in(
        connection,
        disclosed(
            "research extract built",
            f"extract {project.project}",
            recipient=agreement.parties.recipient.name if agreement else "not agreed",
            interest=request.purpose,
            agreement=request.agreement,
            legal_basis=list(agreement.legal_basis) if agreement else [],
            elements={key: sorted(columns) for key, columns in asked.elements.items()},
            rows=done.rows,
            request_sha256=project.request_sha256,
        ),
    )
