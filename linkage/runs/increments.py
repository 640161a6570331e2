"""Whether a run may build on the live one, and the file in which that one left what it found.

A full run is due when the model, the logic or a threshold changed, when no scores are kept, or when much of the population is
new, changed or gone. What is done with the file is decided in `matching.increment`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from linkage.runs.history import Run
    from warehouse.connection import Warehouse

MOST_CHANGED = 0.2
"""Share of new, changed and gone records above which scoring everything is no dearer and forgets no slow drift."""


@dataclass(frozen=True)
class Change:
    """How the records differ from those of the live run."""

    new: int
    changed: int
    gone: int
    standing: int

    @property
    def share(self) -> float:
        """New, changed and gone records by those that the live run held."""
        return (self.new + self.changed + self.gone) / self.standing if self.standing else 1.0


def compare_records(digests: pa.Table, previous: pa.Table) -> Change:
    """Count what changed between two tables of record_id and digest."""
    from linkage.engine import open_database

    connection = open_database()
    try:
        connection.register("now", digests)
        connection.register("before", previous)
        counts = connection.execute(
            """
            select count(*) filter (b.record_id is null), count(*) filter (n.digest <> b.digest),
                count(*) filter (n.record_id is null), count(b.record_id)
            from now as n full join before as b using (record_id)
            """
        ).fetchall()[0]
        return Change(*(int(count) for count in counts))
    finally:
        connection.close()


def reason_for_full_run(
    live: Run | None, rules: dict[str, Any], change: Change, *, forced: bool
) -> str | None:
    """Return in words why everything must be scored again; None if the live run's scores can be built on."""
    if live is None:
        return "there is no live run"
    if forced:
        return "a full run was asked for"
    was = live.counts.get("rules")
    if was is None:
        return "the live run kept no scores"
    for name, words in (("model", "the model"), ("logic", "the logic of linkage"), ("threshold", "the threshold"),
                        ("review_floor", "the floor of the review queue")):  # fmt: skip
        if was.get(name) != rules[name]:
            return f"{words} changed"
    if change.share > MOST_CHANGED:
        return f"{change.share:.0%} of the records are new, changed or gone"
    return None


def standing_file(warehouse: Warehouse, run_id: str) -> Path:
    """Return where a run keeps what the next one builds on."""
    return warehouse.home.linkage / f"{run_id}.duckdb"


def spill_folder(warehouse: Warehouse) -> Path:
    """Return where a run writes what does not fit into memory; DuckDB makes the folder when it must, and empties it."""
    return warehouse.home.linkage / "spill"


def forget_others(warehouse: Warehouse, run_id: str | None) -> None:
    """Take away what other runs left, broken-off ones too: only the live run is built on."""
    keep = standing_file(warehouse, run_id) if run_id else None
    for file in warehouse.home.linkage.iterdir():
        if file.is_dir():
            shutil.rmtree(file)
        elif file != keep:
            file.unlink(missing_ok=True)
