"""Tables that would lose too much are left out for the coarser ones, and neither come nor go from release to release."""

import pytest

from governance.disclosure.cells import STATE, CellKey, Node
from governance.disclosure.policy import DisclosurePolicy, preset_names
from governance.release_cells import Decided, decide
from governance.release_source import NO_HISTORY, History, Places, RegistryEntry, TrueCohort
from tests.unit.governance.small_states import Atoms, cells_of, parents_of

NCES = DisclosurePolicy.of_preset("nces")
ENTRY = RegistryEntry("RATE", "1.0", "A rate", "percent", ())


def state(school: int, large: int) -> Atoms:
    """Two districts of five schools, the first of them so large."""
    return {
        (d, f"{d}.{s}", "FM"[s % 2], "A"): (large if s == 0 else school, (large if s == 0 else school) // 2)
        for d in "12"
        for s in range(5)
    }


def published(atoms: Atoms, policy: DisclosurePolicy, past: History = NO_HISTORY) -> tuple[Decided, set[str]]:
    cells = cells_of(atoms, crosses=False)
    decided = decide(
        [TrueCohort("RATE", "1.0", "2019", cells)], {("RATE", "1.0"): ENTRY}, Places({}, parents_of(atoms)),
        {("RATE", "2019"): past}, lambda *_: (), policy, "A state",
    )  # fmt: skip
    return decided, {cell.dimension for cell in decided.cells}


def test_schools_that_would_mostly_be_hidden_are_shown_with_their_districts() -> None:
    decided, dimensions = published(state(4, 90), NCES)
    assert dimensions == {"state", "district", "sex", "race"}
    assert decided.left_out == {"RATE": {"school": ["2019"]}}
    assert decided.loss.hidden_cells == 10
    assert "school" in published(state(40, 90), NCES)[1]
    assert "school" in published(state(4, 90), DisclosurePolicy.of_preset("nces", roll_up_above=1))[1]


def test_what_adds_up_to_a_table_goes_with_it() -> None:
    atoms = state(4, 90)
    cells = cells_of(atoms, crosses=True)
    for (_, school, sex, _), (people, outcome) in atoms.items():
        key = CellKey(Node("school", school), Node("sex", sex))
        cells[key] = type(cells[CellKey(STATE, STATE)])(people, outcome)
    decided = decide(
        [TrueCohort("RATE", "1.0", "2019", cells)], {("RATE", "1.0"): ENTRY}, Places({}, parents_of(atoms)), {},
        lambda *_: (), NCES, "A state",
    )  # fmt: skip
    assert {cell.within_dimension for cell in decided.cells} <= {"state", "district"}
    assert {"school", "school x sex"} <= decided.left_out["RATE"].keys()


def test_a_table_stays_where_a_release_has_shown_it_and_comes_back_only_when_it_loses_little() -> None:
    atoms = state(4, 90)
    cells = frozenset(cells_of(atoms, crosses=False))
    assert "school" in published(atoms, NCES, History(frozenset(), cells))[1]
    coarse = frozenset(key for key in cells if key.node.dimension != "school")
    # Two of five schools of a district are hidden: few enough for a first release, too many to come back.
    some = {k: (4, 2) if k[1][-1] == "1" else v for k, v in state(40, 90).items()}
    assert "school" in published(some, NCES)[1]
    assert "school" not in published(some, NCES, History(frozenset(), coarse))[1]


@pytest.mark.parametrize("preset", preset_names())
def test_rules_without_a_share_are_recorded_as_before(preset: str) -> None:
    policy = DisclosurePolicy.of_preset(preset, roll_up_above=None)
    assert "roll_up_above" not in policy.as_dict()
    assert DisclosurePolicy.from_record(policy.as_dict()) == policy
