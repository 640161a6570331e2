"""What the printed texts of a release say of each cell: its people, its outcomes and their share, each as a range."""

from __future__ import annotations

from dataclasses import dataclass

from governance.attacker.reading import Range, outcome_range, people_range, share_range
from governance.attacker.seen import Place, Seen

#: More than any cohort.
FAR = 1e7


@dataclass(frozen=True)
class Known:
    """What is known of one cell by itself."""

    people: Range
    outcome: Range
    share: Range


NOTHING = Known(Range(0, FAR), Range(0, FAR), Range(0, 1))


def read_texts(seen: Seen) -> dict[Place, Known]:
    """The ranges of each cell that a release shows."""
    known = {}
    for place, printed in seen.cells.items():
        if printed.people is None:
            continue
        people = people_range(printed.people, seen.rules, seen.limit)
        outcome, share = Range(0, FAR), Range(0, 1)
        if seen.is_rate and printed.value is not None:
            share = share_range(printed.value, people, seen.rules)
            outcome = outcome_range(printed.value, printed.people, people, seen.rules)
        known[place] = Known(people, outcome, share)
    return known
