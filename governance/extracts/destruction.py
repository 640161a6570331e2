"""The end of an extract: its files and its codes are destroyed, and what was destroyed is on record.

Belongs here: destroying and what is due. Must not come here: copies that somebody else holds; the memo binds them.
"""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.extracts.register import Project, find_project, note, projects
from warehouse.errors import P20WError
from warehouse.ledger import accessed, record_in

if TYPE_CHECKING:
    from warehouse.connection import Warehouse


@dataclass(frozen=True)
class Destroyed:
    """What was destroyed of one project."""

    project: str
    files: int
    codes: int


def due(warehouse: Warehouse, on: datetime.date | None = None) -> list[Project]:
    """Return the projects whose day has passed and that are not destroyed."""
    today = on or datetime.datetime.now(datetime.UTC).date()
    return [
        found for found in projects(warehouse) if found.expires_on < today and found.standing != "destroyed"
    ]


def destroy(warehouse: Warehouse, name: str, *, reason: str, actor: str | None = None) -> Destroyed:
    """Destroy a project's files and codes; without the codes nobody can tell who a row is, nor build it again."""
    project = find_project(warehouse, name)
    if project.standing == "destroyed":
        raise P20WError(f"{project.project} is destroyed already.", "`p20w extract list` says when.")
    folder = warehouse.home.extracts / project.project
    files = sum(path.is_file() for path in folder.rglob("*"))
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise P20WError(
            f"Files of {project.project} could not be removed; its codes are kept until they are.",
            f"Remove {folder} by hand, then repeat the command.",
        )
    with warehouse.connect() as connection:
        codes = connection.execute(
            "delete from identity.research_extract_code where project = %s", [project.project]
        ).rowcount
        detail = {"files": files, "codes": codes, "reason": reason}
        note(connection, project.project, project.request_sha256, "destroyed", actor=actor, detail=detail)
        record_in(
            connection,
            accessed("research extract destroyed", f"extract {project.project}", actor=actor, **detail),
        )
    return Destroyed(project.project, files, codes)
