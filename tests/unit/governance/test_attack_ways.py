"""The short ways of the attacker against the long one: blocks and the middle against one program over everything."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import governance.attacker.attack
from governance.attacker.attack import Siege, attack
from governance.attacker.published import fingerprint
from governance.attacker.seen import Place, Printed, Seen
from governance.disclosure.cells import TOTAL, CellKey
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import is_sensitive
from governance.disclosure.rounding import shown_count, shown_rate
from tests.unit.governance.small_states import EXACT, ROUNDED, Atoms, cells_of, parents_of, states

pytestmark = pytest.mark.slow

SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
POLICIES = (EXACT, ROUNDED, DisclosurePolicy.of_preset("nces"), DisclosurePolicy.of_preset("delaware"))


def seen(atoms: Atoms, policy: DisclosurePolicy, seed: int) -> tuple[Seen, set[CellKey]]:
    """What a careless suppressor prints: what is small is hidden, and some others by chance."""
    chance = random.Random(seed)
    cells = cells_of(atoms)
    hidden = {key for key, cell in cells.items() if is_sensitive(cell, "percent", policy)}
    hidden |= {key for key in cells if chance.random() < 0.2 and key != TOTAL}
    return printed(atoms, policy, hidden), hidden


def printed(atoms: Atoms, policy: DisclosurePolicy, hidden: set[CellKey]) -> Seen:
    shown = {}
    for key, cell in cells_of(atoms).items():
        text = None, None
        if key not in hidden:
            text = shown_count(cell.people, policy), shown_rate(cell.with_outcome, cell.people, policy)[0]
        shown[Place(*key.within, *key.node)] = Printed(*text)
    above = {(*node,): (*over,) for node, over in parents_of(atoms).items()}
    return Seen(True, policy.as_dict(), shown, above)


def places(now: Seen, earlier: list[Seen]) -> set[Place]:
    return {exposure.place for exposure in attack(now, earlier).exposures}


@settings(max_examples=40, derandomize=True, **SLOW)
@given(states(), states(), st.sampled_from(POLICIES), st.integers(0, 99))
def test_both_ways_open_the_same_cells(
    atoms: Atoms, before: Atoms, policy: DisclosurePolicy, seed: int
) -> None:
    now, _ = seen(atoms, policy, seed)
    earlier = [seen(before, policy, seed)[0]] if seed % 2 else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(governance.attacker.attack, "_SMALL", 10**9)
        whole = places(now, earlier)
        patch.setattr(governance.attacker.attack, "_SMALL", 0)
        assert places(now, earlier) == whole


@settings(max_examples=40, derandomize=True, **SLOW)
@given(states(), st.sampled_from(POLICIES), st.integers(0, 99))
def test_what_was_free_before_more_was_hidden_needs_no_second_look(
    atoms: Atoms, policy: DisclosurePolicy, seed: int
) -> None:
    now, hidden = seen(atoms, policy, seed)
    siege = Siege(())
    siege.attack(now)
    more = printed(atoms, policy, hidden | set(sorted(cells_of(atoms))[::3]))
    assert {e.place for e in siege.attack(more).exposures} == places(more, [])


def test_the_name_of_an_attack_tells_apart_what_is_printed_and_what_was() -> None:
    atoms = {("0", "0.0", "F", "A"): (30, 15), ("1", "1.0", "M", "A"): (40, 15)}
    now, _ = seen(atoms, EXACT, 0)
    other, _ = seen({**atoms, ("1", "1.0", "M", "A"): (41, 15)}, EXACT, 0)
    names = {fingerprint(*what) for what in ((now,), (other,), (now, [other]), (other, [now]))}
    assert len(names) == 4
    assert fingerprint(now, [other, other]) == fingerprint(now, [other])
    read_again = Seen(
        True, dict(now.rules), dict(reversed(now.cells.items())), dict(now.above) | {("x", "1"): ("y", "2")}
    )
    assert fingerprint(read_again) == fingerprint(now)
