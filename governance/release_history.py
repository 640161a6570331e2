"""Takes releases back, lists them, and makes an old one again to see that it comes out the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from governance.disclosure.policy import DisclosurePolicy
from governance.release import content_of
from governance.release_store import deliveries_digest
from warehouse.errors import P20WError
from warehouse.ledger import disclosed, record, record_in

PUBLIC = "the public"
_UNTOLD = """
select release_id, versions ->> 'content_sha256',
    (select count(*) from published.indicator_cell as c where c.release_id = r.release_id)
from control.release as r
where r.published_at is not null and not exists (
    select from control.disclosure_log as d
    where d.action = 'release published' and d.subject = 'release ' || r.release_id
)
order by release_id
"""

if TYPE_CHECKING:
    import datetime

    from psycopg import Connection

    from warehouse.connection import Warehouse


class ReleaseLine(NamedTuple):
    """A release as the list shows it."""

    release_id: int
    published_at: datetime.datetime
    status: str
    preset: str
    shown: int
    hidden: int


class Rebuilt(NamedTuple):
    """Whether an old release comes out the same, and whether the warehouse still stands as it did then."""

    release_id: int
    is_equal: bool
    same_deliveries: bool


def list_releases(warehouse: Warehouse) -> list[ReleaseLine]:
    """Every release, newest first."""
    return [
        ReleaseLine(*row)
        for row in warehouse.fetch_all(
            "select r.release_id, r.published_at, r.status, r.preset, count(c.shown_count),"
            " count(*) filter (where c.release_id is not null and c.shown_count is null)"
            " from control.release r left join published.indicator_cell c using (release_id)"
            " group by 1, 2, 3, 4 order by 1 desc"
        )
    ]


def withdraw_release(warehouse: Warehouse, release_id: int, reason: str) -> None:
    """Take a release back: readers and the site no longer see it as current.

    Its rows stay. Whoever has a copy still has it, so that what it hid stays hidden and the attacker goes on
    knowing what it showed.
    """
    if not reason.strip():
        raise P20WError("A withdrawal needs a reason.", "Say it with --reason.")
    with warehouse.connect() as connection:
        row = connection.execute(
            "update control.release set status = 'withdrawn' where release_id = %s and status = 'published'"
            " returning release_id",
            (release_id,),
        ).fetchone()
        if row is None:
            raise P20WError(
                f"There is no published release {release_id}.", "See the numbers with `p20w release list`."
            )
        connection.execute(
            "insert into published.withdrawal (release_id, withdrawn_at, reason) values (%s, now(), %s)",
            (release_id, reason.strip()),
        )
        record_in(
            connection,
            disclosed(
                "release withdrawn",
                f"release {release_id}",
                recipient=PUBLIC,
                interest="correction of what was published",
                reason=reason.strip(),
            ),
        )


def tell_releases(warehouse: Warehouse) -> None:
    """Enter every release that the disclosure log does not know yet.

    A release is made on one snapshot, in which nobody can see the newest entry: it is entered right afterwards, and one
    whose program was ended in between with the next.
    """
    for release_id, digest, cells in warehouse.fetch_all(_UNTOLD):
        record(
            warehouse,
            disclosed(
                "release published",
                f"release {release_id}",
                recipient=PUBLIC,
                interest="public reporting of numbers about which nobody can be told apart",
                content_sha256=digest,
                cells=cells,
            ),
        )


def rebuild_release(warehouse: Warehouse, release_id: int) -> Rebuilt:
    """Make a release again from the warehouse as it stands, with its own rules and the releases before it; write nothing."""
    with warehouse.connect() as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        versions, state_name = _record(connection, release_id)
        policy = DisclosurePolicy.from_record(versions["disclosure"])
        content, _ = content_of(connection, state_name, policy, before=release_id)
        return Rebuilt(
            release_id,
            content.digest() == versions["content_sha256"],
            deliveries_digest(connection) == versions["deliveries_sha256"],
        )


def _record(connection: Connection[Any], release_id: int) -> tuple[dict[str, Any], str]:
    row = connection.execute(
        "select c.versions, p.state_name from control.release c join published.release p using (release_id)"
        " where release_id = %s",
        (release_id,),
    ).fetchone()
    if row is None:
        raise P20WError(f"There is no release {release_id}.", "See the numbers with `p20w release list`.")
    return row[0], row[1]
