"""Tables of several cohorts as one, beside other tables of these cohorts one by one: what the two tell of each other.

A number of the pool is the sum of those of its cohorts, whether they are printed or not: the state's people of the pool are those
of the cohorts, and a school of the pool is the school in each cohort. What no release prints, but follows, must withstand as
every hidden number does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from governance.attacker.pools import Pools
from governance.attacker.seen import EVERYBODY, WHOLE, Place, Seen, sums


def side_by_side(now: Seen, earlier: Sequence[Seen]) -> Pools:
    """Bind every pool that any release shows to the cohorts that it is made of."""
    releases = (*earlier, now)
    reader = _Reader(releases)
    links: dict[tuple[Place, tuple[Place, ...]], None] = {}
    unprinted: dict[Place, None] = {}
    for name, cohorts in {n: c for seen in releases for n, c in seen.windows.items()}.items():
        for place in reader.places[name]:
            parts = [place._replace(cohorts=c) for c in cohorts if not reader.is_nobody(place, c)]
            if parts:
                links[place._replace(cohorts=name), tuple(parts)] = None
                unprinted |= dict.fromkeys(part for part in parts if part not in reader.printed)
        wholes = {whole for place in reader.places[name] for whole in reader.wholes(place)} - reader.places[
            name
        ]
        for whole in sorted(wholes):
            parts = [whole._replace(cohorts=c) for c in cohorts if not reader.is_nobody(whole, c)]
            links[whole._replace(cohorts=name), tuple(parts)] = None
        added = {whole._replace(cohorts=name) for whole in wholes}
        for seen in releases:
            of_pool = {place: None for place in seen.cells if place.cohorts == name}
            found = sums(reader.of(seen), of_pool | dict.fromkeys(added))
            links |= {(total, tuple(parts)): None for total, parts in found if total in added}
    cells = dict.fromkeys([*sorted(reader.printed), *unprinted])
    for total, parts in sums(reader.of(now), cells):
        if any(part in unprinted for part in parts):
            links[total, tuple(parts)] = None
    return Pools(list(earlier), list(links), list(unprinted))


class _Reader:
    """All that is printed, by cohort and by pool."""

    def __init__(self, releases: Iterable[Seen]) -> None:
        self.printed: set[Place] = set()
        #: Places, and the dimensions of tables, of each cohort and pool.
        self.places: dict[str, set[Place]] = defaultdict(set)
        self._tables: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._above: dict[tuple[str, str], tuple[str, str]] = {}
        for seen in releases:
            self._above |= seen.above
            for place in seen.cells:
                self.printed.add(place)
                self.places[place.cohorts].add(place._replace(cohorts=""))
                self._tables[place.cohorts].add((place.within_dimension, place.dimension))

    def of(self, seen: Seen) -> Seen:
        """The same release, with what all releases say of what is a part of what."""
        above: Mapping[tuple[str, str], tuple[str, str]] = self._above
        return replace(seen, above=above)

    def wholes(self, place: Place) -> list[Place]:
        """What a place is a part of."""
        if place[:4] == EVERYBODY[:4]:
            return []
        outer, inner = (place[0], place[1]), (place[2], place[3])
        over = self._above.get(inner, WHOLE)
        found = [Place(*WHOLE, *outer) if over == WHOLE else Place(*outer, *over)]
        if outer != WHOLE:
            found.append(Place(*self._above.get(outer, WHOLE), *inner))
        return found

    def is_nobody(self, place: Place, cohort: str) -> bool:
        """True where a table of the cohort does not list the place, or what the place is a part of: nobody is there."""
        if (place.within_dimension, place.dimension) in self._tables[cohort]:
            return place not in self.places[cohort]
        return any(self.is_nobody(whole, cohort) for whole in self.wholes(place))
