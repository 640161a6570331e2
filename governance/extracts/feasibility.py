"""How many people a request would be about, told before anybody approves: counts that are protected themselves.

Belongs here: counting and rounding. Must not come here: rows, files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from governance.disclosure.policy import DisclosurePolicy
from governance.extracts.anonymity import protect
from governance.extracts.contributors import contributing, require_agreement
from governance.extracts.frame import find_members, find_rows
from governance.extracts.register import note, register
from governance.extracts.request import YEAR, Asked, column_of
from governance.extracts.shared import shared_with

if TYPE_CHECKING:
    from psycopg import Connection

    from governance.extracts.anonymity import Protection
    from warehouse.connection import Warehouse
    from warehouse.state import State


@dataclass(frozen=True)
class Feasibility:
    """What is told about a request.

    Attributes:
        people: everybody asked for, and by year; rounded, or that they are too few to say.
        measured: measure -> people of whom it is known.
        protection: what k-anonymity would cost; None where too few are asked for.
        agencies: who must approve.
    """

    people: str
    by_year: dict[int, str]
    measured: dict[str, str]
    protection: Protection | None
    agencies: list[str]


def feasibility(warehouse: Warehouse, state: State, asked: Asked) -> Feasibility:
    """Take a request up and count; nothing but rounded counts leaves the transaction.

    Raises:
        P20WError: the agreement does not cover the request.
    """
    require_agreement(warehouse, state, asked)
    register(warehouse, asked.request)
    policy = DisclosurePolicy.from_settings(state.disclosure)
    with warehouse.connect() as connection:
        people = find_members(connection, asked)
        find_rows(connection, asked, with_codes=False)
        k = asked.request.k or policy.min_count
        done = (
            protect(connection, asked, k, policy.round_usd_to, shared_with(connection, asked))
            if people >= k
            else None
        )
        found = Feasibility(
            protected_count(people, policy),
            {year: protected_count(n, policy) for year, n in _by(connection, YEAR)},
            {
                term.name: protected_count(_known(connection, column_of(term)), policy)
                for term in asked.measures
            },
            done,
            contributing(warehouse, state, asked),
        )
        note(connection, asked.request.project, asked.request.sha256, "counted")
    return found


def protected_count(people: int, policy: DisclosurePolicy) -> str:
    """A count as it may be told: rounded, and of few people only that they are few."""
    if people < policy.min_count:
        return f"fewer than {policy.min_count}"
    step = max(policy.count_step(people), 10)
    return f"about {round(people / step) * step:,}"


def _by(connection: Connection[Any], column: str) -> list[tuple[int, int]]:
    return connection.execute(
        sql.SQL("select {0}, count(*) from extract_raw group by 1 order by 1").format(sql.Identifier(column))
    ).fetchall()


def _known(connection: Connection[Any], column: str) -> int:
    row = connection.execute(
        sql.SQL("select count({}) from extract_raw").format(sql.Identifier(column))
    ).fetchone()
    return int(row[0]) if row else 0
