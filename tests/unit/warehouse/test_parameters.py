"""What a state's file says under `indicators` is known, or refused with its line."""

from pathlib import Path

import pytest

from orchestration.indicator_names import known_names
from warehouse.errors import P20WError
from warehouse.parameters import refuse_unknown
from warehouse.state import DEMO_STATE, State, load_state

KNOWN = {"CELL": {"accountability_min_count"}, "WIOA_ER_Q2": {"target"}, "ACGR_4YR": {"target"}}


def state_with(tmp_path: Path, indicators: str) -> tuple[State, Path]:
    file = tmp_path / "state.yml"
    file.write_text(f"{DEMO_STATE.read_text()}\nindicators:\n{indicators}")
    return load_state(file), file


def test_parameters_and_targets_that_there_are_pass(tmp_path: Path) -> None:
    given = "  CELL: {accountability_min_count: 100}\n  WIOA_ER_Q2: {target: 0.7, target_PY2022: 0.72}\n"

    refuse_unknown(*state_with(tmp_path, given), KNOWN)


@pytest.mark.parametrize(
    ("indicators", "offset", "says", "hint"),
    [
        ("  CELL:\n    accountability_min_cuont: 100\n", 3, "no parameter 'accountability_min_cuont' of CELL",
         "Did you mean accountability_min_count?"),
        ("  WIOA_ERQ2: {target: 0.7}\n", 2, "no indicator or set of parameters 'WIOA_ERQ2'", "WIOA_ER_Q2"),
        ("  CELL: {target: 0.7}\n", 2, "no parameter 'target' of CELL", "There are accountability_min_count."),
        ("  ACGR_4YR: {target: high}\n", 2, "is not a number", "from 0 to 1"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_its_line_and_the_nearest_one(
    tmp_path: Path, indicators: str, offset: int, says: str, hint: str
) -> None:
    state, file = state_with(tmp_path, indicators)
    before = DEMO_STATE.read_text().count("\n")

    with pytest.raises(P20WError) as refused:
        refuse_unknown(state, file, KNOWN)

    assert says in str(refused.value)
    assert f"{file}, line {before + 1 + offset}" in str(refused.value)
    assert hint in f"{refused.value} {refused.value.hint}"


def test_the_names_are_those_of_the_dbt_project() -> None:
    names = known_names()

    assert "accountability_min_count" in names["CELL"]
    assert names["WIOA_ER_Q2"] == {"target"}
    assert "target" in names["EARNINGS_HS_1Y"]
    assert "min_quarters" in names["EARNINGS_HS_1Y"]
