"""Reads what is published, as a reader does: nothing of the warehouse but the schema `published`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from governance.attacker.attack import Exposure, attack
from governance.attacker.seen import Place, Printed, Seen, fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection

# The rules of releases that do not state them: those of the warehouse when it published them.
_UNSTATED = {
    "min_count": 10,
    "min_wage_count": 10,
    "min_outcome_count": 3,
    "round_count_to": 10,
    "round_rate_to": 0.1,
    "rate_step_by_size": True,
    "coded": [[20, 20], [40, 10], [100, 5], [300, 2], [None, 1]],
}

_CELLS = """
    select c.release_id, c.cohort_period, i.unit, r.rules, c.within_dimension, c.within_category, c.dimension, c.category,
        c.shown_count, c.shown_value, c.suppression_code
    from published.indicator_cell c
    join published.indicator i using (release_id, indicator_code, indicator_version)
    join published.release r using (release_id)
    where c.indicator_code = %(code)s and c.cohort_period = any(%(cohorts)s) and c.release_id <= %(last)s
    order by c.release_id
"""


class Finding(NamedTuple):
    """An exposure, and where."""

    indicator_code: str
    cohort_period: str
    exposure: Exposure


class Reader:
    """Everything published up to a release, one cohort at a time."""

    def __init__(self, connection: Connection[Any], last: int) -> None:
        self._connection = connection
        self._last = last
        self._above: dict[int, dict[tuple[str, str], tuple[str, str]]] = defaultdict(dict)
        self._overlapping: dict[int, set[str]] = defaultdict(set)
        for release_id, dimension, category, *above, adds_up in connection.execute(
            "select release_id, dimension, category, parent_dimension, parent_category, adds_up"
            " from published.category where release_id <= %s and (not adds_up or parent_dimension <> 'state')",
            (last,),
        ):
            if above[0] != "state":
                self._above[release_id][dimension, category] = (above[0], above[1])
            if not adds_up:
                self._overlapping[release_id].add(dimension)

    def cohort(self, code: str, cohort: str, *others: str) -> list[Seen]:
        """What the releases printed of one cohort, or of several cohorts and their pools together, oldest first."""
        cells: dict[int, dict[Place, Printed]] = defaultdict(dict)
        heads: dict[int, tuple[str, dict[str, Any]]] = {}
        primary: dict[int, set[Place]] = defaultdict(set)
        names = [cohort, *others]
        asked = {"code": code, "cohorts": names, "last": self._last}
        for release_id, period, unit, rules, *where, count, value, suppression in self._connection.execute(
            _CELLS, asked
        ):
            heads[release_id] = (unit, rules or _UNSTATED)
            place = Place(*where)._replace(cohorts=period if others else "")
            cells[release_id][place] = Printed(count, value)
            if count is None and suppression == "primary":
                primary[release_id].add(place)
        found: list[Seen] = []
        for release_id, (unit, rules) in heads.items():
            pools = rules.get("pools", {})
            windows = rules.get("windows", {}).get(code, {}).items() if others else ()
            seen = Seen(
                unit == "percent", {k: v for k, v in rules.items() if k not in ("pools", "windows")}, cells[release_id],
                self._above[release_id], frozenset(self._overlapping[release_id]), frozenset(primary[release_id]),
                tuple(pools.get(code, ())), {name: tuple(made) for name, made in windows if name in names},
            )  # fmt: skip
            found.append(seen)
        return found

    def tied(self, code: str) -> list[tuple[str, ...]]:
        """The cohorts and pools of an indicator, those together that any release has bound to each other."""
        rows = self._connection.execute(
            "select distinct cohort_period, coalesce(rules #> array['windows', indicator_code], '{}')"
            " from published.indicator_cell join published.release using (release_id)"
            " where indicator_code = %s and release_id <= %s",
            (code, self._last),
        ).fetchall()
        groups = {cohort: {cohort} for cohort, _ in rows}
        for name, cohorts in sorted({(n, tuple(c)) for _, windows in rows for n, c in windows.items()}):
            one: set[str] = set().union(*(groups.get(cohort, {cohort}) for cohort in (name, *cohorts)))
            groups |= dict.fromkeys(one, one)
        return sorted({tuple(sorted(group)) for group in groups.values()})


def attack_release(
    connection: Connection[Any], release_id: int, tried: Collection[str] = ()
) -> list[Finding]:
    """Attack every cohort of a release with all that was published before it, withdrawn releases included.

    Args:
        connection: where the release stands.
        release_id: the release.
        tried: names of attacks that found nothing; where what stands in the database is the very same, they are not repeated.
    """
    reader = Reader(connection, release_id)
    found = []
    for code, cohorts in connection.execute(
        "select indicator_code, array_agg(distinct cohort_period) from published.indicator_cell where release_id = %s"
        " group by 1 order by 1",
        (release_id,),
    ).fetchall():
        for group in reader.tied(code):
            if not set(group) & set(cohorts):
                continue
            *earlier, now = reader.cohort(code, *group)
            if fingerprint(now, earlier) not in tried:
                found += [
                    Finding(code, exposure.place.cohorts or group[0], exposure)
                    for exposure in attack(now, earlier).exposures
                ]
    return found
