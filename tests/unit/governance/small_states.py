"""Small random states, suppressed and printed by the product, and what a test needs to look behind the print."""

from collections import defaultdict
from collections.abc import Mapping

from hypothesis import strategies as st

from governance.disclosure.cells import STATE, TOTAL, CellKey, Node, complete
from governance.disclosure.policy import DisclosurePolicy
from governance.disclosure.primary import Cell
from governance.protection import Protected, protect
from governance.release_source import NO_HISTORY

Atoms = Mapping[tuple[str, str, str, str], tuple[int, int]]

# Exact counts and plain rates: nothing but suppression protects.
EXACT = DisclosurePolicy.of_preset(
    "own", round_count_to=1, rate_step_by_size=False, round_rate_to=0.1, coded=[], min_outcome_count=3
)
ROUNDED = DisclosurePolicy.of_preset("synthetic_state")


def cells_of(atoms: Atoms, *, crosses: bool = True) -> dict[CellKey, Cell]:
    """Cells of people counted by district, school, sex and race: every one-way table, and sex within districts."""
    sums: dict[CellKey, list[int]] = defaultdict(lambda: [0, 0])
    for (district, school, sex, race), (people, outcome) in atoms.items():
        place = Node("district", district)
        keys = [TOTAL, CellKey(STATE, place), CellKey(STATE, Node("school", school))]
        keys += [CellKey(STATE, Node("sex", sex)), CellKey(STATE, Node("race", race))]
        keys += [CellKey(place, Node("sex", sex)), CellKey(place, Node("race", race))] if crosses else []
        for key in keys:
            sums[key][0] += people
            sums[key][1] += outcome
    return {key: Cell(n, y, 1000.0, 99, 0.1) for key, (n, y) in sums.items()}


def parents_of(atoms: Atoms) -> dict[Node, Node]:
    """The district of each school."""
    return {Node("school", school): Node("district", district) for district, school, _, _ in atoms}


@st.composite
def states(draw: st.DrawFn) -> Atoms:
    """Up to three districts of one or two schools, with groups of any size from none to many."""
    group = st.one_of(st.just(0), st.integers(1, 12), st.integers(1, 12), st.integers(10, 120))
    atoms = {}
    for district in range(draw(st.integers(1, 3))):
        for school in range(draw(st.integers(1, 2))):
            for sex in ("F", "M", "X")[: draw(st.integers(2, 3))]:
                for race in ("A", "B", "C")[: draw(st.integers(1, 3))]:
                    people = draw(group)
                    if people:
                        yes = draw(st.integers(0, people))
                        atoms[str(district), f"{district}.{school}", sex, race] = (people, yes)
    return atoms or {("0", "0.0", "F", "A"): (30, 15)}


def publish(
    atoms: Atoms, policy: DisclosurePolicy, unit: str = "percent", past=NO_HISTORY, earlier=()
) -> Protected:
    """The product's whole path for one cohort."""
    cohort = complete(cells_of(atoms), parents_of(atoms))
    return protect(cohort, unit, policy, past, earlier)
