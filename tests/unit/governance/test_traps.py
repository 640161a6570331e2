"""Known ways in which suppression fails. Each is tried on a naive suppressor, which falls in, and on the product, which does not.

The naive one hides what is small and, in a table with a single hidden cell, the next smallest; the attacker judges both.
"""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import governance.attacker
from governance.attacker.attack import attack
from governance.attacker.seen import EVERYBODY, Place, Printed, Seen
from governance.disclosure.cells import STATE, TOTAL, CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import Cell
from governance.disclosure.rounding import shown_count, shown_rate
from governance.protection import protect
from governance.release_source import NO_HISTORY, History
from tests.unit.governance.small_states import EXACT, ROUNDED

Rows = dict[tuple[str, ...], tuple[int, int]]


def key(path: tuple[str, ...]) -> CellKey:
    if path == ("all",):
        return TOTAL
    nodes = [Node(*step.split("=")) for step in path]
    return CellKey(*([STATE] * (2 - len(nodes)) + nodes))


def cells(rows: Rows) -> dict[CellKey, Cell]:
    return {key(path): Cell(n, y, 1000.0, 99, 0.1) for path, (n, y) in rows.items()}


def printed(rows: Rows, hidden: set[tuple[str, ...]], policy: DisclosurePolicy) -> Seen:
    shown = {}
    for path, (n, y) in rows.items():
        where = Place(*key(path).within, *key(path).node)
        text = Printed(shown_count(n, policy), shown_rate(y, n, policy)[0])
        shown[where] = Printed(None, None) if path in hidden else text
    return Seen(True, policy.as_dict(), shown)


def naive(rows: Rows, policy: DisclosurePolicy) -> set[tuple[str, ...]]:
    """Hide what is small; where a table has one hidden cell, hide the smallest other one."""
    small = {
        path
        for path, (n, y) in rows.items()
        if n < policy.min_count or min(y, n - y) < policy.min_outcome_count
    }
    tables: dict[tuple[object, ...], list[tuple[str, ...]]] = {}
    for path in rows:
        if path != ("all",):
            tables.setdefault((path[:-1], path[-1].split("=")[0]), []).append(path)
    for table in tables.values():
        if len(small & set(table)) == 1:
            others = sorted(set(table) - small, key=lambda path: rows[path])
            small |= set(others[:1])
    return small


TRAPS: dict[str, Rows] = {
    "two hidden cells whose sum is small": {
        ("all",): (102, 51), ("sex=F",): (50, 25), ("sex=M",): (50, 25), ("sex=X",): (1, 0), ("sex=U",): (1, 1),
    },
    "all hidden cells hold nobody with the outcome": {
        ("all",): (160, 60), ("race=a",): (60, 30), ("race=b",): (60, 30), ("race=c",): (20, 0), ("race=d",): (20, 0),
    },
    "a cross that is solved by its columns": {
        ("all",): (300, 150), ("district=1",): (104, 52), ("district=2",): (196, 98),
        ("sex=F",): (154, 77), ("sex=M",): (146, 73),
        ("district=1", "sex=F"): (100, 50), ("district=1", "sex=M"): (4, 2),
        ("district=2", "sex=F"): (54, 27), ("district=2", "sex=M"): (142, 71),
    },
    "people whom a table does not list": {
        ("all",): (204, 102), ("district=1",): (100, 50), ("district=2",): (100, 50),
        ("district=none",): (4, 2),
    },
}  # fmt: skip

# What a table does not list was printed nowhere by the naive one, and follows all the same.
UNLISTED = ("district=none",)


@pytest.mark.parametrize("trap", TRAPS)
def test_the_product_withstands_where_the_naive_suppressor_falls(trap: str) -> None:
    rows = TRAPS[trap]
    hidden = {UNLISTED} if UNLISTED in rows else naive(rows, EXACT)
    assert attack(printed(rows, hidden, EXACT)).exposures
    protected = protect(complete(cells(rows), {}), "percent", EXACT, NO_HISTORY)
    shown = {Place(*k.within, *k.node): cell for k, (cell, _) in protected.printed.items()}
    assert not attack(Seen(True, EXACT.as_dict(), shown)).exposures
    assert any(cell.people is None for cell in shown.values())


def test_a_hidden_count_is_not_given_away_by_a_numerator_rate_and_total() -> None:
    # The rate of both sexes, of one of them, and exact counts: the other's outcomes follow.
    rows: Rows = {("all",): (240, 121), ("sex=F",): (120, 119), ("sex=M",): (120, 2)}
    assert attack(printed(rows, {("sex=F",)}, EXACT)).exposures
    protected = protect(complete(cells(rows), {}), "percent", EXACT, NO_HISTORY)
    assert (
        protected.printed[key(("sex=F",))][0] == protected.printed[key(("sex=M",))][0] == Printed(None, None)
    )


def test_overlapping_marginals_are_two_views_of_one_total() -> None:
    # The total itself is not printed; race shows it, and so sex gives its hidden cell away.
    rows: Rows = {
        ("all",): (104, 52), ("sex=F",): (100, 50), ("sex=M",): (4, 2), ("race=a",): (60, 30), ("race=b",): (44, 22),
    }  # fmt: skip
    assert attack(printed(rows, {("all",), ("sex=M",)}, EXACT)).exposures
    protected = protect(complete(cells(rows), {}), "percent", EXACT, NO_HISTORY)
    assert {k.node.category for k, (c, _) in protected.printed.items() if c.people is None} == {"F", "M"}


def test_a_category_that_shrank_is_not_found_by_taking_the_earlier_release_away() -> None:
    before: Rows = {("all",): (112, 56), ("sex=F",): (50, 25), ("sex=M",): (50, 25), ("sex=X",): (12, 6)}
    after: Rows = before | {("all",): (105, 53), ("sex=X",): (5, 3)}
    earlier = printed(before, set(), EXACT)
    # Hidden with a neighbour whose number is known from the last time.
    assert attack(printed(after, {("sex=X",), ("sex=F",)}, EXACT), [earlier]).exposures
    past = History(frozenset(), frozenset(key(path) for path in before))
    protected = protect(complete(cells(after), {}), "percent", EXACT, past, [earlier])
    shown = {Place(*k.within, *k.node): cell for k, (cell, _) in protected.printed.items()}
    assert not attack(Seen(True, EXACT.as_dict(), shown), [earlier]).exposures


def test_rounding_lets_the_neighbours_of_a_small_group_be_shown() -> None:
    rows: Rows = {("all",): (1241, 620), ("sex=F",): (609, 304), ("sex=M",): (628, 314), ("sex=X",): (4, 2)}
    for policy, hidden in ((ROUNDED, {"X"}), (EXACT, {"F", "X"})):
        protected = protect(complete(cells(rows), {}), "percent", policy, NO_HISTORY)
        assert {k.node.category for k, (c, _) in protected.printed.items() if c.people is None} == hidden


def test_the_attacker_says_so_when_a_hidden_cell_is_shown_later() -> None:
    rows: Rows = {("all",): (300, 150), ("sex=F",): (150, 75), ("sex=M",): (150, 75)}
    earlier = printed(rows, {("sex=F",), ("sex=M",)}, EXACT)
    reasons = {e.reason for e in attack(printed(rows, set(), EXACT), [earlier]).exposures}
    assert reasons == {"was hidden earlier and is shown now"}


def test_numbers_that_contradict_each_other_do_not_pass() -> None:
    rows: Rows = {("all",): (300, 150), ("sex=F",): (100, 50), ("sex=M",): (100, 50), ("race=a",): (5, 2)}
    (found,) = attack(printed(rows, {("race=a",)}, EXACT)).exposures
    assert found.place == EVERYBODY


def test_the_attacker_and_the_suppressor_share_no_code() -> None:
    attacker = Path(next(iter(governance.attacker.__path__)))
    disclosure = attacker.parent / "disclosure"
    for folder, forbidden in ((attacker, "governance.disclosure"), (disclosure, "governance.attacker")):
        for path in folder.glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                own = "governance.attacker" if folder == attacker else "governance.disclosure"
                assert not any(n.startswith(forbidden) for n in names)
                assert all(n.startswith(own) for n in names if n.startswith("governance"))


def test_a_category_of_an_overlapping_dimension_is_judged_with_everybody_else() -> None:
    # 196 of 200 belong to it: the four who do not are few.
    rows: Rows = {("all",): (200, 100), ("program=a",): (196, 98), ("program=b",): (150, 75)}
    cohort = replace(complete(cells(rows), {}, frozenset({"program"})))
    protected = protect(cohort, "percent", EXACT, NO_HISTORY)
    assert protected.printed[key(("program=a",))][0].people is None
    assert protected.printed[key(("program=b",))][0].people == "150"
