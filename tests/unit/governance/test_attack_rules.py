"""What the published rules add to the numbers: how texts depend on sizes, and why a cell is hidden at all.

The second attacker here is an integer program over everything at once, in which one of each group of hidden cells is small.
"""

import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from scipy.optimize import Bounds, LinearConstraint, milp

from governance.attacker.attack import attack
from governance.attacker.reading import read
from governance.attacker.seen import Place, Seen
from governance.disclosure.cells import STATE, TOTAL, CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy, preset_names
from governance.disclosure.primary import Cell, is_sensitive
from governance.disclosure.rounding import rate_step, shown_count, shown_rate
from governance.protection import protect
from governance.release_source import NO_HISTORY
from tests.unit.governance.small_states import ROUNDED, Atoms, publish, states
from tests.unit.governance.test_traps import printed

pytestmark = pytest.mark.slow

MANY = 5e3
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


@pytest.mark.parametrize("preset", preset_names())
def test_a_text_is_read_as_exactly_the_numbers_that_are_written_so(preset: str) -> None:
    policy = DisclosurePolicy.of_preset(preset)
    written = defaultdict(list)
    for n in range(policy.min_count, 115):
        for y in range(n + 1):
            if not is_sensitive(Cell(n, y), "percent", policy):
                written[shown_count(n, policy), shown_rate(y, n, policy)[0]].append((n, y))
    record = json.dumps(policy.as_dict())
    for (count, rate), found in written.items():
        people, outcome, share = read(count, rate, record, policy.min_count)
        sizes, outcomes = zip(*found, strict=True)
        assert people == (min(sizes), max(sizes))
        assert outcome == (min(outcomes), max(outcomes))
        assert all(share.low - 1e-9 <= y / n <= share.high + 1e-9 for n, y in found)


def test_a_rate_that_only_large_groups_have_tells_of_the_size_of_its_group() -> None:
    # Rounded to ten, a hundred are 95 to 104; whole percents begin at a hundred, and up to there five are coded.
    record = json.dumps(ROUNDED.as_dict())
    assert read("100", "83", record, 10).people == (100, 104)
    assert read("100", ">=95", record, 10).people == (95, 100)


def test_a_cell_that_is_hidden_alone_is_known_to_be_small() -> None:
    # From 0 to 14 people by its rounded neighbours, and never so few on a side of the outcome: it is one of nine at most.
    finer = DisclosurePolicy.of_preset(
        "synthetic_state", min_outcome_count=1, round_rate_to=0.1, rate_step_by_size=False
    )
    rows = {("all",): (300, 150), ("sex=F",): (145, 72), ("sex=M",): (146, 73), ("sex=X",): (9, 5)}
    opened = {e.place.category for e in attack(printed(rows, {("sex=X",)}, finer)).exposures}
    assert opened == {"X"}
    made = protect(
        complete({_key(path): Cell(*numbers) for path, numbers in rows.items()}, {}),
        "percent",
        finer,
        NO_HISTORY,
    )
    assert sum(cell.people is None for cell, _ in made.printed.values()) > 1


def _key(path: tuple[str, ...]) -> CellKey:
    return TOTAL if path == ("all",) else CellKey(STATE, Node(*path[0].split("=")))


def test_a_code_that_tells_the_small_cell_from_its_shield_opens_it() -> None:
    rows = {
        ("all",): (300, 150), ("sex=F",): (150, 75), ("sex=M",): (130, 65), ("sex=X",): (12, 6), ("sex=U",): (8, 4),
    }  # fmt: skip
    both = {("sex=X",), ("sex=U",)}
    exact = DisclosurePolicy.of_preset("synthetic_state", round_count_to=1)
    told = printed(rows, both, exact)
    assert not attack(told).exposures
    small = frozenset({Place("state", "all", "sex", "U")})
    codes = Seen(told.is_rate, told.rules, told.cells, primary=small)
    assert {e.place.category for e in attack(codes).exposures} == {"U"}


class Everything:
    """All that is printed of a protected cohort, as one integer program."""

    def __init__(self, protected, policy) -> None:
        self.keys = [k for k in protected.cohort.cells if k in protected.printed]
        self.size = len(self.keys)
        number = {key: place for place, key in enumerate(self.keys)}
        self.hidden = [number[k] for k in self.keys if protected.printed[k][0].people is None]
        # Columns: those with the outcome, those without it, then one mark for each reason.
        relations = [
            (number[r.parent], [number[p] for p in r.parts if p in number])
            for r in protected.cohort.relations
        ]
        self.rows: list[tuple[dict[int, float], float, float]] = []
        for parent, parts in relations:
            for shift in (0, self.size):
                self.rows.append(({parent + shift: -1.0, **{p + shift: 1.0 for p in parts}}, 0, 0))
        for key, place in number.items():
            if place not in self.hidden:
                self._shown(place, protected.cohort.cells[key], policy)
        self.columns = 2 * self.size
        caps = (policy.min_count - 1, policy.min_outcome_count - 1, policy.min_outcome_count - 1)
        for group in self._groups(relations):
            marks = {}
            for cell in group:
                for columns, cap in zip(((0, 1), (0,), (1,)), caps, strict=True):
                    counted = {cell + c * self.size: 1.0 for c in columns}
                    self.rows.append(({**counted, self.columns: MANY}, -np.inf, cap + MANY))
                    marks[self.columns] = 1.0
                    self.columns += 1
            self.rows.append((marks, 1, np.inf))

    def _shown(self, place: int, cell: Cell, policy: DisclosurePolicy) -> None:
        text = shown_count(cell.people, policy), shown_rate(cell.with_outcome, cell.people, policy)[0]
        near = [
            (n, y)
            for n in range(max(policy.min_count, cell.people - 10), cell.people + 11)
            for y in range(n + 1)
            if not is_sensitive(Cell(n, y), "percent", policy)
            and (shown_count(n, policy), shown_rate(y, n, policy)[0]) == text
        ]
        sizes, outcomes = zip(*near, strict=True)
        self.rows.append(({place: 1.0, place + self.size: 1.0}, min(sizes), max(sizes)))
        self.rows.append(({place: 1.0}, min(outcomes), max(outcomes)))
        least, most = _share(text[1], sizes, policy)
        # Those with the outcome are a share of both together.
        self.rows.append(({place: 1 - least, place + self.size: -least}, 0, np.inf))
        self.rows.append(({place: 1 - most, place + self.size: -most}, -np.inf, 0))

    def _groups(self, relations):
        groups = {cell: {cell} for cell in self.hidden}
        for parent, parts in relations:
            tied = [cell for cell in (parent, *parts) if cell in groups]
            merged = set().union(*(groups[cell] for cell in tied)) if tied else set()
            for cell in merged:
                groups[cell] = merged
        return {tuple(sorted(group)) for group in groups.values()}

    def ends(self, cell: int, measure: int) -> tuple[float, float]:
        matrix = np.zeros((len(self.rows), self.columns))
        for row, (values, _, _) in zip(matrix, self.rows, strict=True):
            row[list(values)] = list(values.values())
        conditions = LinearConstraint(
            matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
        )
        whole = np.arange(self.columns) >= 2 * self.size
        asked = np.zeros(self.columns)
        asked[[cell + c * self.size for c in ((0, 1), (0,), (1,))[measure]]] = 1
        found = []
        for sign in (1, -1):
            answer = milp(
                sign * asked,
                constraints=conditions,
                integrality=whole,
                bounds=Bounds(0, np.where(whole, 1, MANY)),
            )
            assert answer.status == 0, answer.message
            found.append(sign * answer.fun)
        return found[0], found[1]


def _share(rate: str, sizes, policy: DisclosurePolicy) -> tuple[float, float]:
    if rate.startswith("<="):
        return 0.0, float(rate[2:]) / 100
    if rate.startswith(">="):
        return float(rate[2:]) / 100, 1.0
    half = max(float(rate_step(n, policy)) for n in sizes) / 2
    return (float(rate) - half) / 100, (float(rate) + half) / 100


@settings(max_examples=5, derandomize=True, phases=[Phase.generate], **SLOW)
@given(states())
def test_no_hidden_cell_can_be_opened_by_whoever_knows_the_rules_too(atoms: Atoms) -> None:
    protected = publish(atoms, ROUNDED)
    if protected.printed[TOTAL][0].people is None:
        return
    everything = Everything(protected, ROUNDED)
    for cell in everything.hidden:
        ends = [everything.ends(cell, measure) for measure in range(3)]
        limits = (ROUNDED.min_count, ROUNDED.min_outcome_count, ROUNDED.min_outcome_count)
        apart = all(high - low >= limit - 0.02 for (low, high), limit in zip(ends, limits, strict=True))
        large = all(low >= limit - 0.02 for (low, _), limit in zip(ends, limits, strict=True))
        assert apart or large
