"""Whether a run may build on the live one's scores, and those scores in and out of the database.

A full run is due when the model, the logic or a threshold changed, when no scores are kept, or when much of the population is
new, changed or gone. What is done with the scores is decided in `standing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkage.matching.standing import Standing
from warehouse.movement import copy_arrow

if TYPE_CHECKING:
    import psycopg
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


def load_standing(warehouse: Warehouse, run: Run) -> Standing | None:
    """Return what a run left to build on; None if it is no longer kept."""
    nodes = warehouse.fetch_arrow(
        "select record_id::text as record_id, digest from identity.standing_node"
        f" where linkage_run_id = '{run.linkage_run_id}'"
    )
    if not nodes.num_rows or run.model_version is None:
        return None
    pairs = warehouse.fetch_arrow(
        "select record_id_l::text as record_id_l, record_id_r::text as record_id_r, profile, evidence, is_apart"
        f" from identity.standing_pair where linkage_run_id = '{run.linkage_run_id}'"
    )
    return Standing(run.model_version, _with_digest_as(nodes, unsigned=True), pairs)


def keep_standing(connection: psycopg.Connection[Any], run_id: str, standing: Standing) -> None:
    """Write what a run leaves to the next one."""
    import pyarrow as pa

    for table, relation in (
        (_with_digest_as(standing.nodes, unsigned=False), "standing_node"),
        (standing.pairs, "standing_pair"),
    ):
        named = table.append_column("linkage_run_id", pa.repeat(pa.scalar(run_id), table.num_rows))
        copy_arrow(connection, named, "identity", relation)


def _with_digest_as(nodes: pa.Table, *, unsigned: bool) -> pa.Table:
    """PostgreSQL has no unsigned numbers: the same 64 bits are read with a sign there."""
    import pyarrow as pa

    column = nodes["digest"].combine_chunks()
    bits = column.view(pa.uint64() if unsigned else pa.int64())
    return nodes.set_column(nodes.schema.get_field_index("digest"), "digest", bits)
