"""The certificate of a destruction: what, when, by whom, under which rule, how many, by which checksums. No personal data.

Belongs here: its words. Must not come here: destroying, or finding out what is left.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Warehouse
    from warehouse.state import State

_NOT_REACHED = """\
Not reached by this program, and to be destroyed by whoever keeps it: backups of the database and of the home folder, the
database's write-ahead log where it is archived, copies that were given to others, research extracts in force, and what
the provider has kept. Kept on purpose: aggregates that were published, counts of rows and findings, and name
frequencies of trained linkage models, which tell no record."""


def write_certificate(
    warehouse: Warehouse, state: State, number: int, files: dict[str, int]
) -> tuple[Path, str]:
    """Write the certificate of a finished destruction into the reports; return its path and its SHA-256."""
    facts = warehouse.fetch_dicts(
        "select actor, reason, begun_at, counts, clock_timestamp() as now from control.destruction where destruction_id = %s",
        [number],
    )[0]
    gone = warehouse.fetch_dicts(
        "select * from control.destroyed_content where destruction_id = %s order by delivery_id", [number]
    )
    text = "\n".join(_lines(state, number, facts, gone, files)) + "\n"
    folder = warehouse.home.reports / "destruction"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"certificate_{number}.txt"
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path, hashlib.sha256(text.encode()).hexdigest()


def _lines(
    state: State, number: int, facts: dict[str, Any], gone: list[dict[str, Any]], files: dict[str, int]
) -> list[str]:
    return [
        f"CERTIFICATE OF DESTRUCTION {number}",
        f"{state.name}",
        "",
        f"Begun:     {facts['begun_at']:%Y-%m-%d %H:%M} UTC",
        f"Finished:  {facts['now']:%Y-%m-%d %H:%M} UTC",
        f"By:        {facts['actor']}",
        f"Reason:    {facts['reason']}",
        "Method:    tables dropped and rows deleted in the database, the space handed out again; files removed;"
        " all that is derived built anew without them",
        "",
        f"Deliveries destroyed: {len(gone)}, with {sum(one['row_count'] for one in gone):,} rows",
        *(
            f"  {one['delivery_id']:>6}  {one['layout']}  {one['submitter']}  {one['period']}  {one['file_name']}"
            f"  {one['row_count']:,} rows\n"
            f"          under {one['rule']}, due {one['due_on']:%Y-%m-%d}\n"
            f"          SHA-256 {one['sha256']}"
            for one in gone
        ),
        "",
        "Removed from the database",
        *(f"  {table:<32} {count:>12,} rows" for table, count in sorted(facts["counts"].items())),
        "",
        "Removed from the home folder",
        *(f"  {what:<32} {count:>12,} files" for what, count in sorted(files.items())),
        "",
        "Looked for afterwards, and not found: rows of these deliveries in raw, quality, staging, identity, core, indicators",
        "and marts; their files under the archive and the arriving files. The same bytes are refused from now on.",
        "",
        *_NOT_REACHED.splitlines(),
    ]
