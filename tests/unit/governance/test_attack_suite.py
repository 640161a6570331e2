"""Random hierarchies against a second attacker, written here from scratch with scipy: no hidden cell may be opened.

It knows every shown number exactly where counts are exact, and shares nothing with the product but what is printed.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import is_sensitive
from tests.unit.governance.small_states import EXACT, ROUNDED, Atoms, publish, states

pytestmark = pytest.mark.slow

LIMIT, SIDE = 10, 3


def bounds(protected):
    """Least and most of people, yes and no in every hidden cell; every shown one is known exactly.

    Those with and those without the outcome are two systems that do not touch: people are the sum of both.
    """
    keys = [key for key, cell in protected.cohort.cells.items() if cell.people or key in protected.printed]
    place = {key: number for number, key in enumerate(keys)}
    hidden = [key for key in keys if key not in protected.printed or protected.printed[key][0].people is None]
    if not hidden:
        return []
    rows = np.zeros((len(protected.cohort.relations), len(keys)))
    for row, relation in zip(rows, protected.cohort.relations, strict=True):
        row[place[relation.parent]] = -1
        row[[place[part] for part in relation.parts if part in place]] += 1
    ends = {key: [] for key in hidden}
    unknown = [place[key] for key in hidden]
    for side in range(2):
        cells = [protected.cohort.cells[key] for key in keys]
        true = np.array([(c.with_outcome, c.people - c.with_outcome)[side] for c in cells], dtype=float)
        shown = true.copy()
        shown[unknown] = 0
        for key, low, high in zip(hidden, *extremes(rows[:, unknown], -rows @ shown), strict=True):
            ends[key].append((low, high))
    return [(key, [(y[0] + n[0], y[1] + n[1]), y, n]) for key, (y, n) in ends.items()]


def extremes(rows, sums):
    """The least and the most of each number of a system of numbers of nought and more.

    All questions of one kind are asked at once, each about a copy of the system of its own: copies do not touch each other.
    """
    count = rows.shape[1]
    copies = block_diag([csr_array(rows)] * count)
    itself = np.eye(count).ravel()
    least = linprog(itself, A_eq=copies, b_eq=np.tile(sums, count))
    assert least.status == 0
    most = linprog(-itself, A_eq=copies, b_eq=np.tile(sums, count))
    assert most.status in (0, 3)
    lows = (least.x * itself).reshape(count, count).sum(axis=0)
    if most.status == 0:
        return lows, (most.x * itself).reshape(count, count).sum(axis=0)
    return lows, [highest(rows, sums, number) for number in range(count)]


def highest(rows, sums, number):
    """The most of one number; infinite where nothing holds it."""
    found = linprog(-np.eye(rows.shape[1])[number], A_eq=rows, b_eq=sums)
    return -found.fun if found.status == 0 else np.inf


def opened(protected):
    limits = (LIMIT, SIDE, SIDE)
    return [
        (key, found)
        for key, found in bounds(protected)
        if not all(high - low >= limit - 1e-6 for (low, high), limit in zip(found, limits, strict=True))
        and not all(low >= limit - 1e-6 for (low, _), limit in zip(found, limits, strict=True))
    ]


SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@settings(max_examples=200, derandomize=True, **SLOW)
@given(states())
def test_no_hidden_cell_of_two_hundred_random_states_can_be_opened(atoms: Atoms) -> None:
    protected = publish(atoms, EXACT)
    total = next(iter(protected.printed.values()))[0]
    assert total.people is None or opened(protected) == []


@settings(max_examples=30, derandomize=True, **SLOW)
@given(states())
def test_every_shown_cell_may_be_shown(atoms: Atoms) -> None:
    for policy in (EXACT, ROUNDED):
        protected = publish(atoms, policy)
        for key, (printed, _) in protected.printed.items():
            assert printed.people is None or not is_sensitive(protected.cohort.cells[key], "percent", policy)


@settings(max_examples=30, derandomize=True, **SLOW)
@given(states())
def test_publishing_twice_prints_the_same(atoms: Atoms) -> None:
    assert publish(atoms, ROUNDED).printed == publish(atoms, ROUNDED).printed


@pytest.mark.parametrize("preset", ["adrf", "delaware", "nces", "us_ed", "synthetic_state"])
def test_every_preset_publishes_something_of_an_ordinary_state(preset: str) -> None:
    atoms = {
        (d, f"{d}.{s}", sex, race): (20 * (1 + i) + 7 * j, 11 * (1 + i) + 3 * j)
        for i, d in enumerate("ABC")
        for s in "12"
        for sex in "FM"
        for j, race in enumerate(("a", "b", "c"))
    }
    printed = publish(atoms, DisclosurePolicy.of_preset(preset)).printed
    assert sum(cell.people is not None for cell, _ in printed.values()) > 20
