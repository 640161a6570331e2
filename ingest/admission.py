"""Whether content may become a delivery: not twice, not again after a withdrawal, not for two periods, not out of order.

Belongs here: the questions asked of earlier deliveries before a file is loaded. Must not come here: loading it.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from ingest import raw_tables
from ingest.recognise import Recognised
from warehouse.errors import P20WError

Connection = psycopg.Connection[Any]

_SAME_KEY = """
    select delivery_id, sequence, coalesce(row_count, 0), status, status_reason from control.delivery
    where layout = %s and submitter = %s and period = %s and sha256 = %s
    order by status = 'withdrawn', delivery_id desc limit 1
"""
# Files without rows are alike: a header alone says the same for every period.
_ELSEWHERE = """
    select delivery_id, layout, submitter, period, file_name from control.delivery
    where sha256 = %s and status <> 'withdrawn' and row_count > 0
        and (layout, submitter, period) is distinct from (%s, %s, %s)
    order by delivery_id limit 1
"""
_DESTROYED = """
    select delivery_id, destroyed_at, rule, destruction_id from control.destroyed_content where sha256 = %s limit 1
"""
_SEQUENCE = """
    select coalesce(max(sequence), 0) + 1, coalesce(bool_or(sequence = %s and status <> 'withdrawn'), false)
    from control.delivery where layout = %s and submitter = %s and period = %s
"""


@dataclass(frozen=True)
class KnownDelivery:
    """The delivery that the same content already is."""

    delivery_id: int
    sequence: int
    row_count: int


def keep_key(connection: Connection, what: Recognised) -> None:
    """Wait until nobody else loads this key, and keep it so until the transaction ends."""
    raw_tables.lock(connection, "delivery", what.layout.key, what.submitter, what.period)


def may_be_known(connection: Connection, byte_count: int) -> bool:
    """Return whether content of this size may be a delivery; of another size none can be the same."""
    found = connection.execute(
        "select exists (select from control.delivery where byte_count = %s or byte_count is null)",
        (byte_count,),
    ).fetchone()
    return not byte_count or bool(found and found[0])


def known_delivery(
    connection: Connection, what: Recognised, sha256: str, name: str, *, again: bool
) -> KnownDelivery | None:
    """Return the delivery that this content already is, None for content that may become one.

    Args:
        connection: The transaction that keeps the key; until it ends, nobody else loads this content.
        what: The key that is claimed.
        sha256: The content.
        name: The file, for messages.
        again: Somebody says that content which was withdrawn, or stands elsewhere, is meant.

    Raises:
        P20WError: The content was withdrawn or destroyed, or is a delivery of another key.
    """
    raw_tables.lock(connection, "content", sha256)
    _refuse_destroyed(connection, sha256, name)
    key = (what.layout.key, what.submitter, what.period)
    row = connection.execute(_SAME_KEY, (*key, sha256)).fetchone()
    if row is not None and row[3] != "withdrawn":
        return KnownDelivery(*row[:3])
    if again:
        return None
    if row is not None:
        raise P20WError(
            f"{name} has the content of delivery {row[0]}, which was {row[4] or 'withdrawn'}.",
            "If it is to count after all, load it by hand with --again.",
        )
    elsewhere = connection.execute(_ELSEWHERE, (sha256, *key)).fetchone()
    if elsewhere is not None:
        delivery_id, layout, submitter, period, earlier = elsewhere
        raise P20WError(
            f"{name} is byte for byte {earlier}, which is delivery {delivery_id}: {layout} from {submitter} for {period}.",
            "One of the two is wrongly named: send the right file, withdraw the wrong delivery, or load this one"
            " by hand with --again if both are meant.",
        )
    return None


def _refuse_destroyed(connection: Connection, sha256: str, name: str) -> None:
    """Raise P20WError where a tombstone stands for this content, whatever it is called now."""
    gone = connection.execute(_DESTROYED, (sha256,)).fetchone()
    if gone is not None:
        delivery_id, day, rule, destruction = gone
        raise P20WError(
            f"{name} has the content of delivery {delivery_id}, which was destroyed on {day:%Y-%m-%d} under {rule}"
            f" (certificate {destruction}).",
            "What was destroyed cannot be loaded again, not even with --again. Remove the file.",
        )


def next_sequence(connection: Connection, what: Recognised, name: str) -> int:
    """Return the declared sequence, or the next one; raise P20WError when other content has it."""
    row = connection.execute(
        _SEQUENCE, (what.sequence, what.layout.key, what.submitter, what.period)
    ).fetchone()
    following, is_taken = row or (1, False)
    if is_taken:
        raise P20WError(
            f"{name}: sequence {what.sequence} of {what.layout.key}, {what.submitter}, {what.period}"
            " is already loaded with other content.",
            f"If this file corrects it, load it with --sequence {following}, or name it so.",
        )
    return what.sequence or int(following)
