"""What the printed texts of a release say of each cell: its people, its outcomes and their share, each as a range."""

from __future__ import annotations

import json
from dataclasses import dataclass

from governance.attacker.reading import IMPOSSIBLE, Range, people_range, read, rules_of
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
    record = json.dumps(seen.rules, sort_keys=True)
    for place, printed in seen.cells.items():
        if printed.people is None:
            continue
        if seen.is_rate and printed.value is not None:
            known[place] = Known(*read(printed.people, printed.value, record, seen.limit))
        else:
            people = people_range(printed.people, rules_of(record), seen.limit)
            outcome = IMPOSSIBLE if people == IMPOSSIBLE else Range(0, FAR)
            known[place] = Known(people, outcome, Range(0, 1))
    return known
