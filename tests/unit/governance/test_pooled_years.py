"""Tables of consecutive cohorts published as one: when, of which cohorts, never beside the single ones, and opened by nobody."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from governance.attacker.attack import attack
from governance.attacker.seen import Place, Printed, Seen
from governance.disclosure.cells import CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.rounding import shown_count, shown_rate
from governance.disclosure.windows import window_of
from governance.pooling import Known
from governance.release_cells import Decided, decide
from governance.release_source import History, Places, RegistryEntry, TrueCohort
from tests.unit.governance.small_states import EXACT, ROUNDED, Atoms, cells_of, parents_of

pytestmark = pytest.mark.slow

YEARS = ("2018", "2019", "2020")
POOL = "2018-2020"
POOLING = replace(EXACT, roll_up_above=0.3, pool_years=3)
NOBODY_TWICE = Known({}, {("RATE", "1.0"): {}})
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}

State = Mapping[str, Atoms]


def made(
    cohorts: State, policy: DisclosurePolicy = POOLING, history=None, known: Known = NOBODY_TWICE, unit="percent",
    earlier=lambda *_: (),
) -> Decided:  # fmt: skip
    parents = {node: above for atoms in cohorts.values() for node, above in parents_of(atoms).items()}
    return decide(
        [TrueCohort("RATE", "1.0", cohort, cells_of(atoms, crosses=False)) for cohort, atoms in cohorts.items()],
        {("RATE", "1.0"): RegistryEntry("RATE", "1.0", "A rate", unit, ())},
        Places({}, parents), history or {}, earlier, policy, "A state", pooling=known,
    )  # fmt: skip


def tables(decided: Decided) -> dict[str, set[str]]:
    """The cohorts and pools in which each table is printed."""
    found: dict[str, set[str]] = {}
    for cell in decided.cells:
        found.setdefault(cell.dimension, set()).add(cell.cohort_period)
    return found


def seen(decided: Decided, policy: DisclosurePolicy = POOLING) -> Seen:
    """All cohorts as a reader has them before him."""
    return Seen(
        True, policy.as_dict(),
        {
            Place(c.within_dimension, c.within_category, c.dimension, c.category, c.cohort_period):
            Printed(c.shown_count, c.shown_value)
            for c in decided.cells
        },
        {(c.dimension, c.category): (c.parent_dimension, c.parent_category) for c in decided.categories
            if c.parent_dimension != "state"},
        windows=decided.windows.get("RATE", {}),
    )  # fmt: skip


def past_of(decided: Decided) -> dict[tuple[str, str], History]:
    """What the release showed and hid."""
    found: dict[tuple[str, str], tuple[set, set]] = {}
    for c in decided.cells:
        hidden, shown = found.setdefault(("RATE", c.cohort_period), (set(), set()))
        key = CellKey(Node(c.within_dimension, c.within_category), Node(c.dimension, c.category))
        (hidden if c.shown_count is None else shown).add(key)
    return {which: History(frozenset(hidden), frozenset(shown)) for which, (hidden, shown) in found.items()}


def small_schools(year: int, size: int = 7) -> Atoms:
    """Two districts of four small schools and a large one."""
    return {
        (d, f"{d}.{s}", "FM"[s % 2], "A"): (n, n // 2)
        for d in "12"
        for s in range(5)
        for n in [size + (year + s) % 3 if s else 90 + year % 7]
    }


STATE = {year: small_schools(int(year)) for year in YEARS}


def test_windows_are_counted_from_a_fixed_year_and_never_overlap() -> None:
    assert window_of("2019", 3) == (POOL, YEARS)
    assert window_of("PY2021", 2) == ("PY2020-PY2021", ("PY2020", "PY2021"))
    assert window_of("all", 3) is None and window_of("2019", 1) is None
    windows = {window_of(str(year), 3) for year in range(2000, 2033)}
    members = [cohort for window in windows if window for cohort in window.cohorts]
    assert len(members) == len(set(members)) == 33


def test_a_table_that_loses_too_much_is_published_of_the_whole_window_and_only_so() -> None:
    decided = made(STATE)
    assert tables(decided)["school"] == {POOL}
    assert tables(decided)["district"] == tables(decided)["state"] == set(YEARS)
    assert decided.windows == {"RATE": {POOL: YEARS}} and decided.pooled == {"RATE": {"school": [POOL]}}
    assert decided.loss.shown_pooled > decided.loss.shown_single
    assert decided.loss.hidden_cells == 0 and not attack(seen(decided)).exposures
    assert made(STATE).cells == decided.cells
    # Each cohort by itself loses all small schools.
    alone = made(STATE, replace(POOLING, pool_years=1))
    assert alone.left_out["RATE"]["school"] == list(YEARS)


def test_only_complete_windows_are_pooled_and_a_table_waits_for_the_missing_cohorts() -> None:
    two = {year: STATE[year] for year in YEARS[:2]}
    assert "school" not in tables(made(two))
    last = {year: STATE[year] for year in YEARS[1:]}
    assert "school" not in tables(made(last))
    # Sexes have no coarser table: they wait too, but not for a cohort that can never come.
    few = {y: {("1", "1.1", "F", "A"): (95, 50), ("1", "1.1", "M", "A"): (6, 3)} for y in YEARS}
    assert "sex" not in tables(made({y: few[y] for y in YEARS[:2]}))
    assert tables(made({y: few[y] for y in YEARS[1:]}))["sex"] == set(YEARS[1:])
    assert tables(made(few))["sex"] == {POOL}


def test_amounts_and_people_who_count_in_several_cohorts_are_not_pooled() -> None:
    assert not made(STATE, unit="usd").windows
    assert not made(STATE, known=Known({}, {})).windows
    assert not made(STATE, known=Known({}, {("RATE", "1.0"): {("2018", "2019"): 11}})).windows
    # Of twelve units of a pool three may be people who count twice: too few are left.
    small = {y: {**small_schools(0, 30), ("1", "1.9", "F", "A"): (4, 2)} for y in YEARS}
    strict = replace(POOLING, roll_up_above=0.05)
    twice = Known({}, {("RATE", "1.0"): {("2018", "2019"): 3}})
    shown = [
        next(c for c in made(small, strict, known=known).cells if c.category == "1.9").shown_count
        for known in (NOBODY_TWICE, twice)
    ]
    assert shown == ["12", None]


def test_what_an_earlier_release_showed_is_never_shown_of_the_other_kind() -> None:
    first = made({"2018": small_schools(2018, 40)})
    assert tables(first)["school"] == {"2018"}
    later = made(STATE, history=past_of(first))
    assert POOL not in {c.cohort_period for c in later.cells}
    # And a pool stays a pool, however large the cohorts have become, and whatever the state now asks for.
    pooled = made(STATE)
    windows = Known(pooled.windows, {("RATE", "1.0"): {}})
    grown = {year: small_schools(int(year), 40) for year in YEARS}
    for policy in (
        POOLING,
        replace(POOLING, pool_years=2),
        replace(POOLING, roll_up_above=None, pool_years=1),
    ):
        again = made(grown, policy, past_of(pooled), windows, earlier=_once(pooled))
        assert tables(again)["school"] == {POOL}
    # A cohort that is withdrawn takes the pool with it; the others do not come out by that.
    without = made({y: grown[y] for y in YEARS[:2]}, POOLING, past_of(pooled), windows, earlier=_once(pooled))
    assert "school" not in tables(without)


def _once(decided: Decided):
    """An earlier release as the reader of all releases gives it, of one cohort or of several."""
    whole = seen(decided)

    def earlier(_: str, *cohorts: str) -> list[Seen]:
        cells = {p: cell for p, cell in whole.cells.items() if p.cohorts in cohorts}
        if len(cohorts) > 1:
            return [replace(whole, cells=cells)]
        return [replace(whole, cells={p._replace(cohorts=""): c for p, c in cells.items()}, windows={})]

    return earlier


def printed(cohorts: State, single: Mapping[str, tuple[str, ...]], pooled: tuple[str, ...]) -> Seen:
    """Everything that is large enough by itself is printed: these tables of each cohort, and those of the pool."""
    cells = {}
    sums = {}
    for year, atoms in cohorts.items():
        for key, cell in cells_of(atoms, crosses=False).items():
            people, outcome = sums.get(key, (0, 0))
            sums[key] = people + cell.people, outcome + cell.with_outcome
            if key.node.dimension in single[year]:
                cells[Place(*key.within, *key.node, year)] = text(cell.people, cell.with_outcome)
    for key, (people, outcome) in sums.items():
        if key.node.dimension in pooled:
            cells[Place(*key.within, *key.node, POOL)] = text(people, outcome)
    above = {(*n,): (*a,) for atoms in cohorts.values() for n, a in parents_of(atoms).items()}
    return Seen(True, EXACT.as_dict(), cells, above, windows={POOL: YEARS})


def text(people: int, outcome: int) -> Printed:
    if people < 10 or min(outcome, people - outcome) < 3:
        return Printed(None, None)
    return Printed(shown_count(people, EXACT), shown_rate(outcome, people, EXACT)[0])


def test_a_naive_pool_less_two_single_cohorts_is_the_third() -> None:
    cohorts = {**{y: small_schools(0, 40) for y in YEARS[:2]}, "2020": small_schools(0, 4)}
    every = ("state", "district", "school")
    both = printed(cohorts, {**dict.fromkeys(YEARS[:2], every), "2020": ("state", "district")}, ("school",))
    opened = {e.place for e in attack(both).exposures}
    assert Place("state", "all", "school", "1.1", "2020") in opened
    # Released one after the other the two are no better.
    earlier = replace(both, cells={p: c for p, c in both.cells.items() if p.cohorts != POOL}, windows={})
    now = replace(
        both, cells={p: c for p, c in both.cells.items() if p.dimension != "school" or p.cohorts == POOL}
    )
    assert opened <= {e.place for e in attack(now, [earlier]).exposures}
    assert not attack(printed(cohorts, dict.fromkeys(YEARS, ("state",)), ("district",))).exposures


def test_a_naive_pool_of_schools_gives_a_hidden_district_of_one_cohort_away() -> None:
    one = {
        ("1", "1.1", "F", "A"): (40, 20),
        ("1", "1.2", "F", "A"): (30, 15),
        ("2", "2.1", "F", "A"): (90, 50),
    }
    cohorts = {
        **dict.fromkeys(YEARS, one),
        "2020": {**one, ("1", "1.1", "F", "A"): (3, 1), ("1", "1.2", "F", "A"): (4, 2)},
    }
    naive = printed(cohorts, dict.fromkeys(YEARS, ("district",)), ("school",))
    assert {e.place[3:] for e in attack(naive).exposures} >= {("1", "2020")}


def narrowest(cohorts: State, decided: Decided) -> list[tuple[Place, list[tuple[float, float]]]]:
    """Bounds of all that is not shown, over the people of each cohort, written here from scratch; shown is known exactly."""
    parents = {n: a for atoms in cohorts.values() for n, a in parents_of(atoms).items()}
    whole = {year: complete(cells_of(atoms, crosses=False), parents) for year, atoms in cohorts.items()}
    keys = sorted({key for cohort in whole.values() for key in cohort.cells})
    place = {(year, key): n for n, (year, key) in enumerate((y, k) for y in cohorts for k in keys)}
    rows, sums = [], []
    for year, cohort in whole.items():
        for relation in cohort.relations:
            rows.append({place[year, relation.parent]: -1.0, **{place[year, p]: 1.0 for p in relation.parts}})
        rows += [{place[year, key]: 1.0} for key in keys if key not in cohort.cells]
    asked: dict[Place, dict[int, float]] = {}
    for c in decided.cells:
        key = CellKey(Node(c.within_dimension, c.within_category), Node(c.dimension, c.category))
        years = YEARS if c.cohort_period == POOL else (c.cohort_period,)
        of = {place[year, key]: 1.0 for year in years if (year, key) in place}
        if c.shown_count is None:
            asked[Place(*key.within, *key.node, c.cohort_period)] = of
        else:
            sums.append((of, years, key))
        if c.cohort_period == POOL:
            asked |= {
                Place(*key.within, *key.node, y): {place[y, key]: 1.0} for y in YEARS if (y, key) in place
            }
    found = []
    for at, question in asked.items():
        ends = []
        for side in range(2):
            known = []
            for of, years, key in sums:
                cells = [whole[y].cells[key] for y in years if key in whole[y].cells]
                known.append((of, sum((c.with_outcome, c.people - c.with_outcome)[side] for c in cells)))
            equal = [(row, 0.0) for row in rows] + known
            matrix = np.zeros((len(equal), len(place)))
            for line, (row, _) in zip(matrix, equal, strict=True):
                line[list(row)] = list(row.values())
            target = np.zeros(len(place))
            target[list(question)] = list(question.values())
            least, most = (
                linprog(sign * target, A_eq=matrix, b_eq=[value for _, value in equal], bounds=(0, None))
                for sign in (1, -1)
            )
            assert least.status == 0
            ends.append((least.fun, -most.fun if most.status == 0 else np.inf))
        yes, no = ends
        found.append((at, [(yes[0] + no[0], yes[1] + no[1]), yes, no]))
    return found


@st.composite
def small_states(draw: st.DrawFn) -> Atoms:
    """Three districts of up to three schools, most of them small, with groups of any outcome."""
    atoms = {}
    for d, s in ("11", "12", "21", "22", "23", "31", "32", "33"):
        for sex, race in (("F", "A"), ("M", "A"), ("M", "B")):
            people = draw(
                st.one_of(st.integers(0, 3), st.integers(2, 9), st.integers(2, 9), st.integers(10, 60))
            )
            if people:
                outcome = draw(st.one_of(st.just(people // 2), st.integers(0, people)))
                atoms[d, f"{d}.{s}", sex, race] = people, outcome
    return atoms or {("1", "1.1", "F", "A"): (30, 15)}


WINDOWS = st.tuples(small_states(), small_states(), small_states())
POOLED: list[bool] = []


@settings(max_examples=40, derandomize=True, phases=[Phase.generate], **SLOW)
@given(WINDOWS)
def test_nothing_of_random_windows_can_be_opened(atoms: tuple[Atoms, Atoms, Atoms]) -> None:
    cohorts = dict(zip(YEARS, atoms, strict=True))
    decided = made(cohorts)
    shown = tables(decided)
    assert not any(POOL in found and len(found) > 1 for found in shown.values())
    POOLED.append(bool(decided.windows))
    if not decided.windows:
        return
    for at, ends in narrowest(cohorts, decided):
        limits = (10, 3, 3)
        apart = all(high - low >= limit - 1e-6 for (low, high), limit in zip(ends, limits, strict=True))
        large = all(low >= limit - 1e-6 for (low, _), limit in zip(ends, limits, strict=True))
        nobody = at.cohorts != POOL and ends[0][1] < 1e-6
        assert apart or large or nobody, at


def test_enough_of_the_random_windows_were_pooled() -> None:
    assert sum(POOLED) >= 10


@settings(max_examples=10, derandomize=True, phases=[Phase.generate], **SLOW)
@given(WINDOWS)
def test_rounded_pools_withstand_the_attack_on_what_is_printed(atoms: tuple[Atoms, Atoms, Atoms]) -> None:
    policy = replace(ROUNDED, roll_up_above=0.3, pool_years=3)
    decided = made(dict(zip(YEARS, atoms, strict=True)), policy)
    if decided.windows:
        assert not attack(seen(decided, policy)).exposures
