"""Pools of cohorts that grow from release to release: what was added is the difference of two printed numbers.

A reader knows which cohorts each pool is made of. So the pools stand beside each other as numbers of their own, bound by the
cohorts that they have in common, and what lies in one and not in the other must withstand as every hidden number does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from governance.attacker.seen import Place, Seen

#: The cohorts of a pool.
Pool = tuple[str, ...]


class Pools(NamedTuple):
    """The earlier releases with the numbers of other pools told apart, and what binds all pools together."""

    earlier: list[Seen]
    #: A pool's number, and those of the cohorts that it is made of.
    links: list[tuple[Place, tuple[Place, ...]]]
    #: Numbers that no release prints, but that follow from two.
    differences: list[Place]


def told_apart(now: Seen, earlier: Sequence[Seen]) -> Pools:
    """Take the numbers of pools of other cohorts than today's for numbers of their own."""
    others = {seen.pool for seen in earlier} - {now.pool, ()}
    if not now.pool or not others:
        return Pools(list(earlier), [], [])
    tagged = [_tagged(seen) if seen.pool in others else seen for seen in earlier]
    every = [now.pool, *sorted(others)]
    members = _members(every)
    cells: dict[Pool, set[Place]] = defaultdict(set)
    for seen in (*tagged, now):
        cells[seen.pool or now.pool] |= seen.cells.keys()
    tables = {pool: {(p.within_dimension, p.dimension) for p in cells[pool]} for pool in every}
    links: list[tuple[Place, tuple[Place, ...]]] = []
    differences: dict[Place, None] = {}
    for place in now.cells:
        table = place.within_dimension, place.dimension
        present = [pool for pool in every if _named(place, pool, now.pool) in cells[pool]]
        # Whom a table does not list is nobody.
        nobody = {
            cohorts
            for pool in every
            if table in tables[pool] and pool not in present
            for cohorts in members[pool]
        }
        for pool in present if len(present) > 1 else ():
            parts = [cohorts for cohorts in members[pool] if cohorts not in nobody]
            named = tuple(_named(place, cohorts, now.pool) for cohorts in parts)
            links.append((_named(place, pool, now.pool), named))
            differences |= dict.fromkeys(
                name for name, cohorts in zip(named, parts, strict=True) if cohorts not in every
            )
    return Pools(tagged, [link for link in links if link[1] != (link[0],)], list(differences))


def _members(every: Sequence[Pool]) -> dict[Pool, list[Pool]]:
    """The cohorts of each pool, together where they are in the same pools: nothing tells those apart."""
    together: dict[tuple[bool, ...], list[str]] = defaultdict(list)
    for cohort in sorted({cohort for pool in every for cohort in pool}):
        together[tuple(cohort in pool for pool in every)].append(cohort)
    return {
        pool: [tuple(cohorts) for where, cohorts in together.items() if where[number]]
        for number, pool in enumerate(every)
    }


def _named(place: Place, cohorts: Pool, now: Pool) -> Place:
    return place if cohorts == now else place._replace(cohorts=", ".join(cohorts))


def _tagged(seen: Seen) -> Seen:
    cohorts = ", ".join(seen.pool)
    return replace(
        seen,
        cells={place._replace(cohorts=cohorts): printed for place, printed in seen.cells.items()},
        primary=frozenset(place._replace(cohorts=cohorts) for place in seen.primary),
    )
