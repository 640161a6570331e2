"""What a reader has before him: printed cells of one indicator and cohort, and the rules printed beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where a number stands: a category of a dimension, within a category of another or the whole state."""

    within_dimension: str
    within_category: str
    dimension: str
    category: str
    #: Of which cohorts it is, where several cohorts or pools of cohorts stand beside each other.
    cohorts: str = ""


WHOLE = ("state", "all")
EVERYBODY = Place(*WHOLE, *WHOLE)


class Printed(NamedTuple):
    """A printed cell; both texts are absent where it is hidden."""

    people: str | None
    value: str | None


@dataclass(frozen=True)
class Seen:
    """One cohort of one indicator in one release."""

    is_rate: bool
    rules: Mapping[str, Any]
    cells: Mapping[Place, Printed]
    #: The category above a category, such as the district of a school.
    above: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    #: Dimensions whose categories share people, so that they add up to nothing.
    overlapping: frozenset[str] = frozenset()
    #: Hidden cells whose code says that they are small by themselves, and not hidden to shield others.
    primary: frozenset[Place] = frozenset()
    #: The cohorts that are published as one; none where cohorts are published by themselves.
    pool: tuple[str, ...] = ()
    #: The cohorts of each pool that stands beside single cohorts, by its name; places name then of which cohorts they are.
    windows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def limit(self) -> int:
        """The fewest people that may be told apart."""
        least = int(self.rules["min_count"])
        return least if self.is_rate else max(least, int(self.rules["min_wage_count"]))

    @property
    def side_limit(self) -> int:
        """The fewest people on a side of the outcome that may be told apart; nought where rates are coded instead."""
        return int(self.rules["min_outcome_count"]) if self.is_rate else 0

    def hidden(self) -> list[Place]:
        """The cells that say nothing."""
        return [place for place, printed in self.cells.items() if printed.people is None]


def without_repeats(releases: Sequence[Seen]) -> list[Seen]:
    """The same printed twice in a row, kept once."""
    return [
        seen for n, seen in enumerate(releases) if not n or fingerprint(seen) != fingerprint(releases[n - 1])
    ]


def fingerprint(now: Seen, earlier: Sequence[Seen] = ()) -> str:
    """A name of all that an attack depends on, the same wherever it was read from."""
    content = []
    for seen in (*(without_repeats(earlier) if earlier else ()), now):
        nodes = {node for place in seen.cells for node in ((place[0], place[1]), (place[2], place[3]))}
        above = sorted((node, seen.above[node]) for node in nodes & seen.above.keys())
        overlapping = sorted(seen.overlapping & {dimension for dimension, _ in nodes})
        content.append(
            (
                seen.is_rate,
                seen.rules,
                sorted(seen.cells.items()),
                above,
                overlapping,
                sorted(seen.primary),
                seen.pool,
                sorted(seen.windows.items()),
            )
        )
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def sums(seen: Seen, cells: Mapping[Place, object]) -> list[tuple[Place, list[Place]]]:
    """Every sum that a reader can write down over these cells: a total and its parts."""
    found: dict[tuple[Place, tuple[str, str], str], list[Place]] = {}
    for place in cells:
        if place[:4] == EVERYBODY[:4]:
            continue
        outer, inner = (place[0], place[1]), (place[2], place[3])
        over = seen.above.get(inner, WHOLE)
        above = Place(*WHOLE, *outer) if over == WHOLE else Place(*outer, *over)
        total = above._replace(cohorts=place.cohorts)
        if inner[0] not in seen.overlapping and total in cells:
            found.setdefault((total, outer, inner[0]), []).append(place)
        if outer != WHOLE and outer[0] not in seen.overlapping:
            total = Place(*seen.above.get(outer, WHOLE), *inner, place.cohorts)
            if total in cells:
                found.setdefault((total, inner, outer[0]), []).append(place)
    return [(total, parts) for (total, _, _), parts in found.items()]
