"""An attacker who knows the rules, and every shown number exactly, tries to work out the hidden ones.

His arithmetic is written here from scratch: it shares nothing with the code under attack but its public answer.
"""

import itertools
from collections import defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.disclosure.one_way import hidden_categories
from governance.disclosure.primary import Cell, DisclosurePolicy, is_sensitive
from governance.disclosure.rounding import shown_count, shown_rate

DEMO = DisclosurePolicy()
# The demonstration's proportions, small enough to try every world.
SMALL = DisclosurePolicy(min_count=4, min_wage_count=4, min_outcome_count=1, round_count_to=4)

# People, and how many of them have the outcome.
group = st.tuples(st.integers(1, 60), st.integers(0, 60)).map(lambda drawn: (drawn[0], min(drawn)))


def tables(*, largest: int = 7):
    return st.tuples(st.lists(group, min_size=1, max_size=largest), st.none() | group)


def hide(groups, rest=None, unit="percent", policy=DEMO, forced=()):
    cells = [
        Cell(f"c{index}", people, outcome, 1000.0, 99, 0.1) for index, (people, outcome) in enumerate(groups)
    ]
    everyone = [*groups, *([rest] if rest else [])]
    total = Cell("all", sum(n for n, _ in everyone), sum(y for _, y in everyone), 1000.0, 99, 0.1)
    return total, {int(name[1:]) for name in hidden_categories(cells, total, unit, policy, forced=forced)}


def may_not_be_shown(cell):
    people, outcome = cell
    return people < 10 or outcome < 3 or people - outcome < 3


def total_is_shown(total):
    return not may_not_be_shown((total.people, total.with_outcome))


@settings(max_examples=150, deadline=None)
@given(tables())
@example(([(1, 1), (10, 5), (500, 250)], None))
@example(([(300, 200), (295, 150)], (4, 2)))
def test_what_is_left_over_after_subtraction_is_never_small(table):
    groups, rest = table
    total, hidden = hide(groups, rest)
    if not total_is_shown(total):
        assert hidden == set(range(len(groups)))
        return
    left_people = total.people - sum(n for i, (n, _) in enumerate(groups) if i not in hidden)
    left_outcome = total.with_outcome - sum(y for i, (_, y) in enumerate(groups) if i not in hidden)
    assert left_people == 0 or not may_not_be_shown((left_people, left_outcome))


@settings(max_examples=150, deadline=None)
@given(tables())
def test_a_hidden_cell_that_could_not_be_shown_is_never_alone(table):
    groups, rest = table
    total, hidden = hide(groups, rest)
    alone = len(hidden) == 1 and len(groups) > 1 and total_is_shown(total)
    assert not (alone and any(may_not_be_shown(groups[index]) for index in hidden))


@settings(max_examples=150, deadline=None)
@given(tables())
def test_hidden_cells_are_no_small_sum_even_for_who_knows_the_unlisted_people(table):
    groups, rest = table
    total, hidden = hide(groups, rest)
    if total_is_shown(total) and 0 < len(hidden) < len(groups):
        assert not may_not_be_shown(tuple(map(sum, zip(*(groups[i] for i in hidden), strict=True))))


@settings(max_examples=150, deadline=None)
@given(tables())
def test_every_shown_cell_may_be_shown(table):
    groups, rest = table
    _, hidden = hide(groups, rest)
    for index, (people, outcome) in enumerate(groups):
        if index not in hidden:
            assert not may_not_be_shown((people, outcome))


@settings(max_examples=150, deadline=None)
@given(tables())
def test_hiding_the_hidden_cells_again_hides_nothing_more(table):
    groups, rest = table
    _, hidden = hide(groups, rest)
    _, again = hide(groups, rest, forced={f"c{index}" for index in hidden})
    assert again == hidden


@settings(max_examples=150, deadline=None)
@given(tables(), st.sets(st.integers(0, 6)))
def test_a_cell_that_must_stay_hidden_stays_hidden(table, forced):
    groups, rest = table
    _, hidden = hide(groups, rest, forced={f"c{index}" for index in forced})
    assert {index for index in forced if index < len(groups)} <= hidden


def candidates(unit, largest):
    for people in range(1, largest + 1):
        for outcome in range(people + 1) if unit == "percent" else [0]:
            yield people, outcome


def written(cell, unit):
    people, outcome = cell
    return shown_count(people, SMALL), shown_rate(outcome, people, SMALL) if unit == "percent" else None


@pytest.mark.parametrize(
    ("unit", "largest", "rests"),
    [("usd", 13, [None, (1, 0), (2, 0), (6, 0)]), ("percent", 6, [None, (2, 1)])],
)
def test_knowing_the_rules_pins_no_hidden_cell_that_could_not_be_shown(unit, largest, rests):
    # Every world of three categories, sorted by what its release prints. The attacker runs the published
    # rules on all of them and keeps those that print the release he sees.
    worlds = defaultdict(list)
    for rest, *groups in itertools.product(rests, *[list(candidates(unit, largest))] * 3):
        total, hidden = hide(groups, rest, unit, SMALL)
        if hidden and not is_sensitive(total, unit, SMALL):
            cells = tuple(None if i in hidden else written(cell, unit) for i, cell in enumerate(groups))
            worlds[written((total.people, total.with_outcome), unit), cells].append(groups)
    pinned = [
        (seen, index)
        for seen, possible in worlds.items()
        # At the edge of what is enumerated, worlds are missing that really exist.
        if all(max(people for people, _ in groups) < largest for groups in possible)
        for index, cell in enumerate(seen[1])
        if cell is None
        and len({groups[index][0] for groups in possible}) == 1
        and is_sensitive(Cell("", *possible[0][index], 1000.0, 99, 0.1), unit, SMALL)
    ]
    assert len(worlds) > 50
    assert pinned == []
