from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from quality_checks.limitations import limitations_of_column, register
from quality_checks.rule import RuleKind
from quality_checks.scores import DIMENSION_OF_KIND, DIMENSIONS, dimension_of
from warehouse.errors import P20WError
from warehouse.state import State, load_state
from warehouse.state_sections.safeguards import Limitation
from warehouse.yaml_lines import read_yaml

MODELS = Path(__file__).parents[3] / "dbt_project" / "models"


def _models(folder: str) -> list[dict[str, Any]]:
    return [
        model
        for path in (MODELS / folder).rglob("[!_]*.yml")
        for model in read_yaml(path.read_text())["models"]
    ]


def _with(**changes: Any) -> State:
    entry = {"code": "A_B", "sentence": "Something is not known.", "owner": "k12"} | changes
    return load_state().model_copy(update={"limitations": [Limitation.model_validate(entry)]})


def test_every_limitation_is_attached_to_an_indicator_or_a_column_that_exists() -> None:
    codes = {
        model["config"]["meta"]["indicator"]["code"]
        for model in _models("indicators")
        if "indicator" in model.get("config", {}).get("meta", {})
    }
    columns = {
        f"core.{model['name']}.{column['name']}" for model in _models("core") for column in model["columns"]
    }
    for limitation in register(load_state()):
        assert set(limitation.indicators) <= codes
        assert set(limitation.core_columns) <= columns


def test_a_column_tells_its_limitations() -> None:
    found = limitations_of_column(load_state(), "k12/student", "ssn")
    assert [limitation.code for limitation in found] == ["SSN_NOT_COLLECTED_BY_SCHOOLS"]
    assert limitations_of_column(load_state(), "k12/student", "first_name") == []


def test_a_limitation_attached_to_nothing_or_to_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="attached"):
        _with()
    with pytest.raises(P20WError, match=r"k12/student\.shoe_size, which does not exist"):
        register(_with(layout_columns=["k12/student.shoe_size"]))
    with pytest.raises(P20WError, match="nowhere, who does not exist"):
        register(_with(layout_columns=["k12/student.ssn"], submitter="nowhere"))
    with pytest.raises(P20WError, match="registered twice"):
        register(_with(code="UI_WAGE_COVERAGE", layout_columns=["k12/student.ssn"]))


def test_every_kind_of_rule_feeds_one_dimension() -> None:
    assert set(DIMENSION_OF_KIND) <= set(get_args(RuleKind))
    assert {dimension_of(kind) for kind in get_args(RuleKind)} == {
        "completeness", "validity", "uniqueness", "consistency"
    }  # fmt: skip
    assert len(DIMENSIONS) == 6
