"""What changed from one release to another, cell by cell, and why. Reads printed numbers and version records only."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.errors import P20WError

if TYPE_CHECKING:
    from psycopg import Connection

    from warehouse.connection import Warehouse

_CHANGES = """
    with a as (select * from published.indicator_cell where release_id = %(old)s),
    b as (select * from published.indicator_cell where release_id = %(new)s)
    select indicator_code, cohort_period, within_dimension, within_category, dimension, category,
        case
            when a.release_id is null then 'new'
            when b.release_id is null then 'gone'
            when b.shown_count is null then 'now hidden'
            else 'changed'
        end,
        a.indicator_version is not null and b.indicator_version is not null
            and a.indicator_version <> b.indicator_version,
        coalesce(a.shown_count, ''), coalesce(a.shown_value, ''),
        coalesce(b.shown_count, ''), coalesce(b.shown_value, '')
    from a full join b using (
        indicator_code, cohort_period, within_dimension, within_category, dimension, category)
    where (a.shown_count, a.shown_value, a.indicator_version)
        is distinct from (b.shown_count, b.shown_value, b.indicator_version)
        or a.release_id is null or b.release_id is null
    order by 1, 2, 3, 4, 5, 6
"""


class Change(NamedTuple):
    """One cell that reads differently; texts are empty where hidden or absent."""

    indicator_code: str
    cohort_period: str
    within_dimension: str
    within_category: str
    dimension: str
    category: str
    kind: str
    reasons: str
    old_count: str
    old_value: str
    new_count: str
    new_value: str


@dataclass(frozen=True)
class Difference:
    """Two releases and what differs."""

    old: int
    new: int
    changes: list[Change]


def diff_releases(warehouse: Warehouse, old: int | None = None, new: int | None = None) -> Difference:
    """Compare two releases; without numbers, the newest with the one before it."""
    with warehouse.connect() as connection:
        ids = [row[0] for row in connection.execute("select release_id from control.release order by 1 desc")]
        newer = new if new is not None else (ids[0] if ids else 0)
        older = old if old is not None else next((i for i in ids if i < newer), 0)
        versions = _versions(connection, older), _versions(connection, newer)
        general = _reasons(*versions)
        changes = []
        rows = connection.execute(_CHANGES, {"old": older, "new": newer})
        for *cell, is_new_version, old_count, old_value, new_count, new_value in rows:
            reasons = ", ".join((["rule version"] if is_new_version else []) + general) or "not recorded"
            changes.append(Change._make((*cell, reasons, old_count, old_value, new_count, new_value)))
    return Difference(older, newer, changes)


def _versions(connection: Connection[Any], release_id: int) -> dict[str, Any]:
    row = connection.execute(
        "select versions from control.release where release_id = %s", (release_id,)
    ).fetchone()
    if row is None:
        raise P20WError(
            "There are no two releases to compare."
            if not release_id
            else f"There is no release {release_id}.",
            "See the numbers with `p20w release list`.",
        )
    found: dict[str, Any] = row[0]
    return found


def _reasons(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What may have moved a cell; where several things changed at once, all of them are named."""
    before, after = set(old.get("deliveries") or ()), set(new.get("deliveries") or ())
    reasons = {
        "restatement": bool(before - after),
        "new data": bool(after - before)
        or (not before and old.get("deliveries_sha256") != new.get("deliveries_sha256")),
        "linkage": old.get("linkage_run_id") != new.get("linkage_run_id"),
        "disclosure rules": old.get("disclosure") != new.get("disclosure"),
        "software": old.get("p20w") != new.get("p20w"),
    }
    return [reason for reason, holds in reasons.items() if holds]


def write_changes(difference: Difference, file: Path) -> None:
    """Every changed cell as a line of a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("old_release", "new_release", *Change._fields))
        writer.writerows((difference.old, difference.new, *change) for change in difference.changes)
