"""What people decided about pairs of records: must be one person, cannot be one; who, when, why, until when.

Rows are only ever added: taking back is a row of its own, and of several decisions about a pair the newest holds. Decisions
name records, never person ids, so that they outlive every run. How they change clusters is `cluster`'s business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.errors import P20WError
from warehouse.ledger import overridden, record_in

if TYPE_CHECKING:
    import datetime

    import pyarrow as pa

    from warehouse.connection import Warehouse

KINDS = ("must", "cannot", "note")
REASON = "a steward's judgement, in identity.decision"
_PAIRS = """
select record_id_l::text as record_id_l, record_id_r::text as record_id_r from identity.decision_in_force
where kind = '{}' order by 1, 2
"""

# Everything that `must` decisions join, walked through; few enough for a recursive query.
_CONTRADICTIONS = """
with recursive joined (a, b) as (
    select record_id_l, record_id_r from identity.decision_in_force where kind = 'must'
    union select record_id_r, record_id_l from identity.decision_in_force where kind = 'must'
),
reached (a, b) as (
    select a, b from joined union select reached.a, joined.b from reached join joined on joined.a = reached.b
)
select d.decision_id, d.record_id_l::text as record_id_l, d.record_id_r::text as record_id_r, d.steward, d.at
from identity.decision_in_force as d
where d.kind = 'cannot' and exists (select from reached where a = d.record_id_l and b = d.record_id_r)
order by d.decision_id
"""

_DECIDED = """
insert into identity.decision (kind, record_id_l, record_id_r, reason, evidence, steward, origin, expires_on)
values (%s, least(%s::uuid, %s::uuid), greatest(%s::uuid, %s::uuid), %s, %s::jsonb, %s, %s, %s)
returning decision_id
"""
_UNDONE = """
insert into identity.decision (kind, record_id_l, record_id_r, reason, steward, origin, undoes)
select 'undo', record_id_l, record_id_r, %s, %s, %s, decision_id from identity.decision
where decision_id = %s returning decision_id
"""


@dataclass(frozen=True)
class InForce:
    """The pairs that a run must join and those it must keep apart."""

    must: pa.Table
    cannot: pa.Table

    def digest(self) -> str:
        """Return what changes when a decision is added, taken back or runs out."""
        import hashlib

        told = json.dumps([self.must.to_pylist(), self.cannot.to_pylist()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def in_force(warehouse: Warehouse) -> InForce:
    """Return the decisions that hold today; against a contradiction, being two persons stands."""
    return InForce(
        warehouse.fetch_arrow(_PAIRS.format("must")), warehouse.fetch_arrow(_PAIRS.format("cannot"))
    )


def contradictions(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return each `cannot` whose two records other decisions join, directly or through third records."""
    return warehouse.fetch_dicts(_CONTRADICTIONS)


def decide(
    warehouse: Warehouse,
    kind: str,
    record_id_a: str,
    record_id_b: str,
    *,
    steward: str,
    reason: str,
    origin: str,
    evidence: dict[str, Any] | None = None,
    expires_on: datetime.date | None = None,
) -> int:
    """Log one decision and return its number.

    Args:
        warehouse: Where it is kept.
        kind: `must`, `cannot` or `note`, which decides nothing.
        record_id_a: One record.
        record_id_b: The other.
        steward: Who decides.
        reason: Why, in the steward's words.
        origin: `terminal`, `web` or `import`.
        evidence: What the screen showed: weights and levels, never a value of a record.
        expires_on: The day from which it no longer holds.
    """
    if kind not in KINDS:
        raise P20WError(f"{kind} is no decision.", f"Known: {', '.join(KINDS)}.")
    if record_id_a == record_id_b:
        raise P20WError("A decision is about two different records.", "Name two record ids.")
    if not steward.strip():
        raise P20WError("A decision needs the name of whoever decides.", "Give it with --as NAME.")
    known = warehouse.fetch_value(
        "select count(*) from identity.source_record where record_id = any(%s::uuid[])",
        [[record_id_a, record_id_b]],
    )
    if known != 2:
        raise P20WError(
            f"{2 - known} of the two records is not in this warehouse.",
            "Name record ids as the review shows them.",
        )
    values = [
        kind,
        record_id_a,
        record_id_b,
        record_id_a,
        record_id_b,
        reason.strip(),
        json.dumps(evidence or {}),
        steward.strip(),
        origin,
        expires_on,
    ]
    return _add(warehouse, kind, _DECIDED, values, steward)


def undo(warehouse: Warehouse, decision_id: int, *, steward: str, reason: str, origin: str) -> int:
    """Take one decision back, by a row that names it; the pair is then as an older decision left it, if there is one."""
    rows = warehouse.fetch_all(
        "select kind, exists (select from identity.decision as u where u.undoes = d.decision_id)"
        " from identity.decision as d where decision_id = %s",
        [decision_id],
    )
    if not rows or rows[0][0] == "undo":
        raise P20WError(
            f"There is no decision {decision_id} to take back.", "See `p20w link decisions list`."
        )
    if rows[0][1]:
        raise P20WError(
            f"Decision {decision_id} is already taken back.", "Decide the pair again if that was wrong."
        )
    values = [reason.strip(), steward.strip(), origin, decision_id]
    return _add(warehouse, "undo", _UNDONE, values, steward)


def _add(warehouse: Warehouse, kind: str, statement: str, values: list[Any], steward: str) -> int:
    """Add a row, and an entry of the override log for what changes clusters; return the decision's number."""
    with warehouse.connect() as connection:
        row = connection.execute(statement.encode(), values).fetchone()
        assert row is not None  # noqa: S101 - an insert returns its row or raises
        number = int(row[0])
        if kind != "note":
            # Free text about two people stays in the vault: an entry of a log is never erased.
            entry = overridden(
                f"linkage decision: {kind}", f"decision {number}", reason=REASON, actor=steward
            )
            record_in(connection, entry)
    return number


def list_decisions(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return every decision with its state, newest first; no value of a record."""
    return warehouse.fetch_dicts(
        """
        select d.decision_id, d.kind, d.record_id_l::text as record_id_l, d.record_id_r::text as record_id_r, d.reason,
            d.steward, d.origin, d.at, d.expires_on, u.steward as undone_by,
            case when d.kind = 'note' then 'note' when u.decision_id is not null then 'undone'
                when d.expires_on <= current_date then 'expired'
                when f.decision_id is null then 'replaced' else 'in force' end as state
        from identity.decision as d
        left join identity.decision as u on u.undoes = d.decision_id
        left join identity.decision_in_force as f on f.decision_id = d.decision_id
        where d.kind <> 'undo' order by d.decision_id desc
        """
    )
