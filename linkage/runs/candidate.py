"""A candidate run into the database: its row, memberships, links, questions, events, and what the next run builds on.

What is written was decided before; whether it goes live is decided in `step`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.records import rows_of
from linkage.runs.levels import members_at_levels
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from linkage.core import LinkResult
    from linkage.models.model import LinkModel
    from linkage.runs.persons import Assignment
    from warehouse.state import State


_UNTOUCHED = (
    ("membership", "record_id", "record_id, person_id, digest"),
    ("edge", "record_id_l", "record_id_l, record_id_r, model, method, match_weight, match_probability"),
    ("membership_at", "record_id", "threshold, record_id, person_id"),
)


@dataclass(frozen=True)
class Candidate:
    """A run before its checks.

    Attributes:
        run_id: its id.
        mode: `full` or `incremental`, why, and the run that it builds on.
        model: what scored its pairs.
        state: its thresholds.
        result: what linkage found.
        assignment: who keeps an id, among the records that the run touched.
        digests: what tells the next run which records changed.
        counts: its numbers.
    """

    run_id: str
    mode: tuple[str, str, str | None]
    model: LinkModel
    state: State
    result: LinkResult
    assignment: Assignment
    digests: pa.Table
    counts: dict[str, Any]

    def write(self, connection: psycopg.Connection[Any]) -> None:
        """Write all of it; the caller's transaction decides whether it stays."""
        threshold = self.state.linkage.threshold
        connection.execute(
            "insert into control.linkage_run (linkage_run_id, started_at, status, model_version, threshold, mode, mode_reason,"
            " based_on, counts) values (%s, now(), 'candidate', %s, %s, %s, %s, %s, %s::jsonb)",
            [self.run_id, self.model.version, threshold, *self.mode, json.dumps(self.counts)],
        )
        self._copy_untouched(connection)
        membership, edges = self.assignment.membership, self.result.edges
        touched = self.result.touched
        if touched is not None:
            edges = rows_of(edges, "record_id_l", touched)
        for table, relation in (
            (membership.join(self.digests, "record_id"), "membership"),
            (edges, "edge"),
            (self.result.conflicts, "review_item"),
            (self.assignment.events, "person_event"),
            (members_at_levels(membership, edges, tuple(self.counts["thresholds"])), "membership_at"),
        ):
            self._copy(connection, table, relation)

    def _copy_untouched(self, connection: psycopg.Connection[Any]) -> None:
        """Let the run that this one builds on stand where nothing was touched: rows go from table to table."""
        if self.result.touched is None:
            return
        connection.execute("create temp table touched_record (record_id uuid primary key) on commit drop")
        copy_arrow(connection, self.result.touched, "pg_temp", "touched_record")
        connection.execute("analyze touched_record")
        for relation, record, columns in _UNTOUCHED:
            connection.execute(
                f"insert into identity.{relation} (linkage_run_id, {columns})"
                f" select %s::uuid, {columns} from identity.{relation} as r where linkage_run_id = %s::uuid"
                f" and not exists (select from touched_record as t where t.record_id = r.{record})".encode(),
                [self.run_id, self.mode[2]],
            )

    def _copy(self, connection: psycopg.Connection[Any], table: pa.Table, relation: str) -> None:
        import pyarrow as pa

        named = table.append_column("linkage_run_id", pa.repeat(pa.scalar(self.run_id), table.num_rows))
        copy_arrow(connection, named, "identity", relation)


def event_counts(assignment: Assignment) -> dict[str, int]:
    """Return how many ids are assigned, merged, moved, retired and revived."""
    import pyarrow.compute as pc

    counted = pc.value_counts(assignment.events["event"]).to_pylist()
    return {
        entry["values"]: entry["counts"] for entry in sorted(counted, key=lambda entry: str(entry["values"]))
    }
