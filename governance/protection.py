"""One cohort: suppress, print, let the attacker try, and hide more until he finds nothing.

True numbers go in; only texts, codes and counts of cells come out. The rules are in `disclosure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from governance.attacker.attack import Siege, Verdict
from governance.attacker.seen import Place, Printed, Seen
from governance.disclosure.capacity import Block, Flags, block_of
from governance.disclosure.cells import STATE, CellKey, CohortCells, Node
from governance.disclosure.optimal import least_loss
from governance.disclosure.policy import DisclosurePolicy, Unit
from governance.disclosure.primary import Cell
from governance.disclosure.rounding import shown_count, shown_rate, shown_usd
from governance.disclosure.suppression import Suppression
from governance.release_source import History

# Each round hides more; a cohort that the attacker still opens after so many is hidden as a whole.
_ROUNDS = 25
# Sums must withstand so many times their limit that they withstand together too; the better one is kept.
_TIMES = (1.7, 3.0)
_NEAR = 1.02


@dataclass
class Loss:
    """How much a release keeps back: cells, and learners in hidden cells of the tables by one dimension."""

    cells: int = 0
    hidden_cells: int = 0
    sensitive_cells: int = 0
    learners: int = 0
    hidden_learners: int = 0
    attacked: int = 0
    hidden_cohorts: int = 0
    #: What is lost where every table with a cell too small by itself is left out.
    rolled_up_cells: int = 0
    rolled_up_learners: int = 0
    #: Hidden cells and the learners in them, and what no choice of cells can come below.
    cost: float = 0.0
    bound: float = 0.0
    #: Learners in the tables by one dimension that are published of several cohorts as one: whom they show, and whom they
    #: would show cohort by cohort.
    pooled_tables: int = 0
    pooled_learners: int = 0
    shown_pooled: int = 0
    shown_single: int = 0

    def add(self, other: Loss) -> None:
        """Count another cohort too."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class Protected(NamedTuple):
    """One cohort after suppression: its printed cells, by key, with their codes."""

    cohort: CohortCells
    printed: dict[CellKey, tuple[Printed, str]]
    loss: Loss
    #: The attack that found nothing.
    withstood: frozenset[str]


def protect(
    cohort: CohortCells,
    unit: Unit,
    policy: DisclosurePolicy,
    past: History,
    earlier: Sequence[Seen] = (),
    *,
    thorough: bool = True,
    pool: tuple[str, ...] = (),
) -> Protected:
    """Suppress one cohort until the attacker opens nothing; a thorough search tries an integer program too.

    Args:
        cohort: its true numbers.
        unit: what its indicator measures.
        policy: the rules.
        past: what earlier releases hid and showed.
        earlier: what they printed.
        thorough: whether to try an integer program.
        pool: the cohorts that this one is made of.

    Inside a table every hidden cell carries the same code, `complementary`: each of them shields the
    others, and to tell which one was small would narrow the guess. `primary` marks a hidden total, which
    comes without tables: in a cohort of one person, the tables would tell who it is.
    """
    block = block_of(cohort, unit, policy, past.hidden, past.shown - past.hidden)
    attempt = _Attempt(block, cohort, unit, policy, earlier, pool)
    suppression = Suppression(block, cohort)
    suppression.protect()
    by_sums = attempt.cost(suppression.hidden)
    made = attempt.run(suppression)
    cost, bound = attempt.cost(made.hidden), attempt.cost(attempt.forced)
    if by_sums > bound and thorough:
        best = least_loss(block, attempt.forced)
        bound = max(bound, min(best.bound, cost))
        # Where the heuristic found the best for each sum by itself, all else is the doing of sums together.
        if best.hidden is not None and by_sums > _NEAR * best.bound:
            made = attempt.better(made)
    loss = _loss(cohort, made.printed, block, made.verdict.attacked)
    loss.cost, loss.bound = attempt.cost(made.hidden), bound
    withstood = frozenset() if made.verdict.exposures else frozenset({made.verdict.of})
    return Protected(cohort, made.printed, loss, withstood)


class _Made(NamedTuple):
    hidden: Flags
    printed: dict[CellKey, tuple[Printed, str]]
    verdict: Verdict


class _Attempt:
    """Suppression and attack of one cohort, by turns."""

    def __init__(
        self, block: Block, cohort: CohortCells, unit: Unit, policy: DisclosurePolicy, earlier: Sequence[Seen],
        pool: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._block, self._cohort, self._unit, self._policy = block, cohort, unit, policy
        self._earlier, self._pool = earlier, pool
        self.forced = block.sensitive | block.must_hide

    def cost(self, hidden: Flags) -> float:
        """Hidden cells, and the learners in them."""
        return float(self._block.costs[hidden].sum())

    def run(self, suppression: Suppression) -> _Made:
        """Hide more until the attacker opens nothing."""
        siege = Siege(self._earlier)
        for _ in range(_ROUNDS):
            made = self._tried(suppression, siege)
            if not made.verdict.exposures or suppression.hides_everything:
                return made
            self._expose(suppression, made.verdict)
        suppression.hidden[:] = True
        return self._tried(suppression, siege)

    def better(self, made: _Made) -> _Made:
        """What an integer program comes to, where that is less; the given one otherwise."""
        for times in _TIMES:
            start = least_loss(self._block, self.forced, times).hidden
            if start is None:
                continue
            suppression, siege = Suppression(self._block, self._cohort, start), Siege(self._earlier)
            suppression.protect()
            for _ in range(_ROUNDS):
                if self.cost(suppression.hidden) >= self.cost(made.hidden):
                    break
                found = self._tried(suppression, siege)
                if not found.verdict.exposures:
                    made = found
                    break
                self._expose(suppression, found.verdict)
        return made

    def _expose(self, suppression: Suppression, verdict: Verdict) -> None:
        by_difference = any(e.place.cohorts for e in verdict.exposures)
        # Of a pool that has grown the cohort itself is looked at; several cohorts have names.
        named = bool(self._cohort.totals[0].cohorts)
        found = [
            CellKey(Node(*e.place[:2]), Node(*e.place[2:4]), e.place.cohorts if named else "")
            for e in verdict.exposures
        ]
        suppression.expose(found, by_difference=by_difference and not named)

    def _tried(self, suppression: Suppression, siege: Siege) -> _Made:
        hidden = {
            key for key, is_hidden in zip(self._block.keys, suppression.hidden, strict=True) if is_hidden
        }
        printed = _print(self._cohort, hidden, self._unit, self._policy)
        verdict = siege.attack(_seen(self._cohort, printed, self._unit, self._policy, self._pool))
        return _Made(suppression.hidden.copy(), printed, verdict)


def _print(
    cohort: CohortCells, hidden: Set[CellKey], unit: Unit, policy: DisclosurePolicy
) -> dict[CellKey, tuple[Printed, str]]:
    if not hidden.isdisjoint(cohort.totals):
        return dict.fromkeys(cohort.totals, (Printed(None, None), "primary"))
    printed = {}
    for key, cell in cohort.cells.items():
        if key in cohort.unprinted:
            continue
        if key in hidden:
            printed[key] = (Printed(None, None), "complementary")
        elif cell.people:
            value, code = _value(cell, unit, policy)
            printed[key] = (Printed(shown_count(cell.people, policy), value), code)
    return printed


def _value(cell: Cell, unit: Unit, policy: DisclosurePolicy) -> tuple[str | None, str]:
    if unit == "percent":
        return shown_rate(cell.with_outcome, cell.people, policy)
    # People whom a table does not list have a number, and no amount of their own.
    return (None, "none") if cell.median_usd is None else shown_usd(cell.median_usd, policy)


def _seen(
    cohort: CohortCells,
    printed: Mapping[CellKey, tuple[Printed, str]],
    unit: Unit,
    policy: DisclosurePolicy,
    pool: tuple[str, ...],
) -> Seen:
    return Seen(
        unit == "percent",
        policy.as_dict(),
        {place_of(key): cell for key, (cell, _) in printed.items()},
        {(*node,): (*above,) for node, above in cohort.parents.items()},
        cohort.overlapping,
        frozenset(place_of(key) for key, (_, code) in printed.items() if code == "primary"),
        pool,
        cohort.pools,
    )


def place_of(key: CellKey) -> Place:
    """Where the attacker finds a cell."""
    return Place(*key.within, *key.node, key.cohorts)


def _loss(
    cohort: CohortCells,
    printed: Mapping[CellKey, tuple[Printed, str]],
    block: Block,
    attacked: int,
) -> Loss:
    filled = [key for key, cell in cohort.cells.items() if cell.people and key not in cohort.unprinted]
    hidden = {key for key in filled if key not in printed or printed[key][0].people is None}
    small = {key for key, is_small in zip(block.keys, block.sensitive, strict=True) if is_small}
    left_out = {
        key
        for keys in cohort.tables.values()
        if small.intersection(keys)
        for key in keys
        if cohort.cells[key].people
    }
    one_way = [key for key in filled if key.within == STATE]
    return Loss(
        len(filled),
        len(hidden),
        int(block.sensitive.sum()),
        sum(cohort.cells[key].people for key in one_way),
        sum(cohort.cells[key].people for key in one_way if key in hidden),
        attacked,
        len(hidden.intersection(cohort.totals)),
        len(left_out),
        sum(cohort.cells[key].people for key in left_out if key.within == STATE),
    )
