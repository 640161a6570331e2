"""Whether a log is as it was written: its chain of hashes, its triggers, and its end as the home folder noted it.

A chain alone does not show that its newest rows were taken away, nor that all of it was written anew: for that its end
is noted outside the database, one line for each end seen. Printed or mailed, such a line proves more still.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from warehouse.ledger import LOGS, Log, table

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Warehouse

# Written out here too, not asked of the database: whoever may change rows may change its functions.
_BROKEN = """
with sealed as (
    select position, previous_hash, hash, lag(hash) over by_position as hash_before,
        lag(position) over by_position as position_before,
        encode(sha256(convert_to(jsonb_build_array(
            {name}::text, position, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), login,
            actor, action, subject, detail, previous_hash
        )::text, 'UTF8')), 'hex') as hash_due
    from {table}
    window by_position as (order by position)
)
select position from sealed
where hash <> hash_due or previous_hash <> coalesce(hash_before, '') or position <> coalesce(position_before, 0) + 1
order by position limit 1
"""
_GUARDS = """
select count(*) from pg_trigger
where tgrelid = to_regclass(%s) and tgname in ('seal', 'keep') and tgenabled = 'A'
"""


@dataclass(frozen=True)
class Chain:
    """What was found about one log: its last position and hash, and what is wrong, if anything."""

    log: Log
    position: int
    hash: str
    faults: tuple[str, ...]


def check(warehouse: Warehouse) -> list[Chain]:
    """Look at every log; a log without faults has its end noted."""
    chains = [
        Chain(log, *_end(warehouse, log), faults=tuple(_faults(warehouse, log, _noted(warehouse, log))))
        for log in LOGS
    ]
    if not any(chain.faults for chain in chains):
        anchor(warehouse)
    return chains


def anchor(warehouse: Warehouse) -> None:
    """Note the end of each log in the home folder, where it is not noted yet."""
    path = anchors_of(warehouse)
    known = set(path.read_text().splitlines()) if path.exists() else set()
    new = []
    for log in LOGS:
        position, last = _end(warehouse, log)
        line = f"{log} {position} {last}"
        if position and line not in known:
            new.append(f"{line}\n")
    if new:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a") as file:
            # One write: two processes that note at once leave whole lines.
            file.write("".join(new))


def anchors_of(warehouse: Warehouse) -> Path:
    """The file in which the ends of this database's logs are noted."""
    if warehouse.is_embedded:
        name = str(warehouse.settings()["dbname"])
    else:
        settings = warehouse.settings()
        address = json.dumps([settings["host"], settings["port"], settings["dbname"]])
        name = hashlib.sha256(address.encode()).hexdigest()[:16]
    return warehouse.home.ledger / f"{name}.txt"


def _end(warehouse: Warehouse, log: Log) -> tuple[int, str]:
    rows = warehouse.fetch_all(
        sql.SQL("select position, hash from {} order by position desc limit 1").format(table(log))
    )
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")


def _noted(warehouse: Warehouse, log: Log) -> dict[int, str]:
    path = anchors_of(warehouse)
    lines = path.read_text().splitlines() if path.exists() else []
    parts = (line.split(" ") for line in lines)
    return {int(position): noted for name, position, noted in parts if name == log}


def _faults(warehouse: Warehouse, log: Log, noted: dict[int, str]) -> Iterator[str]:
    name = f"{log}_log"
    if warehouse.fetch_value(_GUARDS, [f"control.{name}"]) != 2:
        yield "its triggers, which refuse changes, are off or gone"
    broken = warehouse.fetch_value(sql.SQL(_BROKEN).format(name=sql.Literal(name), table=table(log)))
    if broken is not None:
        yield f"entry {broken} or the one before it was changed or taken away"
    found = dict(
        warehouse.fetch_all(
            sql.SQL("select position, hash from {} where position = any(%s)").format(table(log)),
            [list(noted)],
        )
    )
    differing = sorted(position for position, hash_ in noted.items() if found.get(position) != hash_)
    if differing:
        yield (
            f"entry {differing[0]} is not the one that was noted in {anchors_of(warehouse)};"
            " it was taken away or written anew, or the database is another one or was put back from a backup"
        )
