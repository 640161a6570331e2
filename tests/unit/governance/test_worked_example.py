"""A published worked example: delinquent children by county and education of the household head, threshold five.

Statistical Policy Working Paper 22 (Federal Committee on Statistical Methodology), chapter II, tables 1 to 4: six cells are below
five; its table without disclosure hides nine. Figures as the field reproduces them; the printed paper was not at hand.
"""

from governance.disclosure.capacity import block_of
from governance.disclosure.cells import STATE, TOTAL, CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import Cell
from governance.protection import protect
from governance.release_source import NO_HISTORY

COUNTS = {
    "Alpha": (15, 1, 3, 1),
    "Beta": (20, 10, 10, 15),
    "Gamma": (3, 10, 10, 2),
    "Delta": (12, 14, 7, 2),
}
LEVELS = ("low", "medium", "high", "very high")
POLICY = DisclosurePolicy.of_preset("own", min_count=5, min_wage_count=5, round_count_to=1)


def table():
    cells = {}
    for county, counts in COUNTS.items():
        place = Node("county", county)
        cells[CellKey(STATE, place)] = sum(counts)
        for level, people in zip(LEVELS, counts, strict=True):
            cells[CellKey(place, Node("education", level))] = people
    for number, level in enumerate(LEVELS):
        cells[CellKey(STATE, Node("education", level))] = sum(counts[number] for counts in COUNTS.values())
    cells[TOTAL] = 135
    return complete({key: Cell(n, n, 1000.0, 9, 0.1) for key, n in cells.items()}, {})


def test_as_many_cells_are_hidden_as_in_the_paper() -> None:
    assert int(block_of(table(), "usd", POLICY).sensitive.sum()) == 6
    printed = protect(table(), "usd", POLICY, NO_HISTORY).printed
    hidden = {key for key, (cell, _) in printed.items() if cell.people is None}
    assert len(hidden) == 9
    assert all(key.within != STATE for key in hidden)
