"""Pools of cohorts that grow: a later pool less an earlier one is a cohort that nobody meant to show."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from governance.attacker.attack import attack
from governance.attacker.pools import told_apart
from governance.attacker.seen import Place, Printed, Seen
from governance.disclosure.cells import STATE, CellKey, Node, complete
from governance.disclosure.rounding import shown_count, shown_rate
from governance.protection import protect
from governance.release_source import NO_HISTORY
from tests.unit.governance.small_states import EXACT, ROUNDED, Atoms, cells_of, parents_of, states

pytestmark = pytest.mark.slow

SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
OLD, NEW = ("2018", "2019"), ("2018", "2019", "2020")


def together(one: Atoms, other: Atoms) -> Atoms:
    sums = defaultdict(lambda: (0, 0))
    for atoms in (one, other):
        for key, (people, outcome) in atoms.items():
            sums[key] = sums[key][0] + people, sums[key][1] + outcome
    return dict(sums)


def naive(atoms: Atoms, pool: tuple[str, ...]) -> Seen:
    """All is printed: each pool by itself is large enough."""
    shown = {
        Place(*key.within, *key.node): Printed(
            shown_count(cell.people, EXACT), shown_rate(cell.with_outcome, cell.people, EXACT)[0]
        )
        for key, cell in cells_of(atoms).items()
    }
    above = {(*node,): (*over,) for node, over in parents_of(atoms).items()}
    return Seen(True, EXACT.as_dict(), shown, above, pool=pool)


def published(atoms: Atoms, pool: tuple[str, ...], policy, earlier=()):
    cohort = complete(cells_of(atoms), parents_of(atoms))
    made = protect(cohort, "percent", policy, NO_HISTORY, earlier, pool=pool)
    seen = Seen(
        True, policy.as_dict(), {Place(*k.within, *k.node): cell for k, (cell, _) in made.printed.items()},
        {(*node,): (*over,) for node, over in made.cohort.parents.items()}, pool=pool,
    )  # fmt: skip
    return made, seen


STEADY = {
    ("1", "1.1", "F", "A"): (200, 100),
    ("1", "1.1", "M", "A"): (180, 90),
    ("2", "2.1", "F", "A"): (90, 50),
}
ADDED = {("1", "1.1", "F", "A"): (60, 30), ("1", "1.1", "M", "A"): (50, 25), ("2", "2.1", "F", "A"): (4, 3)}


def test_a_pool_that_grew_by_few_is_not_told_from_its_earlier_self() -> None:
    before = naive(STEADY, OLD)
    opened = attack(naive(together(STEADY, ADDED), NEW), [before]).exposures
    assert ("district", "2", "2020") in {e.place[2:] for e in opened}
    # The same pool twice is no pool that grew.
    assert not told_apart(naive(STEADY, OLD), [before]).links
    made, _ = published(together(STEADY, ADDED), NEW, EXACT, [before])
    assert made.printed[CellKey(STATE, Node("district", "2"))][0].people is None
    assert made.printed[CellKey(STATE, STATE)][0].people == "584"


def test_three_pools_are_bound_by_the_cohorts_that_they_share() -> None:
    one, two, three = (naive(STEADY, pool) for pool in (("a",), ("a", "b"), ("a", "b", "c")))
    pools = told_apart(three, [one, two])
    assert {place.cohorts for place in pools.differences} == {"b", "c"}
    total = Place("state", "all", "state", "all")
    links = {
        link[0].cohorts: {p.cohorts for p in link[1]} for link in pools.links if link[0][:4] == total[:4]
    }
    assert links == {"": {"a", "b", "c"}, "a, b": {"a", "b"}}


@settings(max_examples=12, derandomize=True, phases=[Phase.generate], **SLOW)
@given(states(), states())
def test_two_random_releases_of_a_growing_pool_do_not_give_the_added_cohort_away(
    before: Atoms, added: Atoms
) -> None:
    for policy in (EXACT, ROUNDED):
        first, old = published(before, OLD, policy)
        second, _ = published(together(before, added), NEW, policy, [old])
        # Difference of single cells, by interval arithmetic written here.
        was, joined = cells_of(before), cells_of(added)
        for key, (cell, _) in second.printed.items():
            earlier = first.printed.get(key)
            if cell.people is None or earlier is None or earlier[0].people is None or key not in joined:
                continue
            half = (policy.round_count_to - 1) / 2
            widest = int(cell.people) - int(earlier[0].people) + 2 * half
            narrowest = max(int(cell.people) - int(earlier[0].people) - 2 * half - 1, 0)
            assert key in was
            assert narrowest >= policy.min_count or widest - narrowest >= policy.min_count - 1e-6
