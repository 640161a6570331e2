from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from warehouse.errors import P20WError

LAYOUTS = load_catalogue().layouts


def _layout(**changes: Any) -> dict[str, Any]:
    return {
        "source": "x",
        "file_type": "y",
        "title": "t",
        "grain": "g",
        "provided_by": "p",
        "period": "school_year",
        "key": ["a"],
        "versions": {"2015": {"format": "delimited", "delimiter": ",", "encoding": "utf-8"}},
        "columns": [
            {
                "name": "a",
                "description": "d",
                "type": "text",
                "required": True,
                "pii": "none",
                "headers": ["A"],
            }
        ],
    } | changes


def _column(**changes: Any) -> dict[str, Any]:
    return {"name": "b", "description": "d", "type": "text", "pii": "none", "headers": ["B"]} | changes


def test_every_shipped_layout_is_valid_and_named_as_its_file() -> None:
    assert len(LAYOUTS) == 20
    assert all(layout.key == key for key, layout in LAYOUTS.items())


def test_the_newest_version_whose_year_has_come_is_in_force() -> None:
    student = LAYOUTS["k12/student"]
    assert [student.version_for(period) for period in ("2015", "2018", "2019", "2024")] == [
        "2015",
        "2015",
        "2019",
        "2019",
    ]
    assert student.columns_by_name["ssn"].headers_for("2019") == ["socialSecurityNumber"]


def test_a_period_before_the_first_version_has_no_layout() -> None:
    with pytest.raises(P20WError, match=r"begins with 2015 and has no version for 2014\."):
        LAYOUTS["k12/student"].version_for("2014")


@pytest.mark.parametrize(
    ("layout", "period"),
    [
        ("k12/student", "16"),
        ("k12/student", "2016SP"),
        ("postsecondary/course", "2016"),
        ("postsecondary/course", "2016WI"),
        ("ui/wage", "2016Q5"),
        ("ui/wage", "2016Q1 "),
        ("wioa/pirl", "PY2016"),
    ],
)
def test_a_period_of_another_kind_is_refused_with_an_example(layout: str, period: str) -> None:
    with pytest.raises(P20WError) as caught:
        LAYOUTS[layout].version_for(period)
    assert "Write the period as" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"columns": [_column(name="a"), _column(name="a", headers=["C"])]}, "listed twice"),
        ({"key": ["z"]}, "key column z is not a column"),
        ({"columns": [_column(name="a"), _column(headers=["B"], name="c")]}, "belongs to two columns"),
        ({"columns": [_column(name="a", headers={"2016": ["A"]})]}, "names version 2016"),
        ({"columns": [_column(name="a", headers=None, required=True)]}, "has no header in version"),
        ({"columns": [_column(name="row_number")], "key": ["row_number"]}, "keeps for itself"),
        ({"columns": [_column(name="a", type="code")]}, "belong together"),
        ({"unknown": 1}, "Extra inputs"),
        (
            {"versions": {"2015": {"format": "fixed_width", "encoding": "ascii", "record_length": 9}}},
            "has no position",
        ),
    ],
)
def test_a_layout_that_could_be_read_in_two_ways_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Layout.model_validate(_layout(**changes))


def test_overlapping_positions_are_refused() -> None:
    fixed = {"format": "fixed_width", "encoding": "ascii", "record_length": 9}
    columns = [_column(name="a", headers=None, position=[1, 4]), _column(headers=None, position=[4, 6])]
    with pytest.raises(ValidationError, match="a and b overlap"):
        Layout.model_validate(_layout(versions={"2015": fixed}, columns=columns))


def test_a_wrong_layout_file_is_named_with_the_place_of_the_fault(tmp_path: Path) -> None:
    (tmp_path / "layouts" / "x").mkdir(parents=True)
    path = tmp_path / "layouts" / "x" / "y.yml"
    path.write_text(yaml.safe_dump(_layout(columns=[_column(name="a", pii="maybe")])))
    with pytest.raises(P20WError, match=r"x/y\.yml is wrong in columns\.a\.pii"):
        load_catalogue(tmp_path)


def test_a_layout_that_uses_an_unknown_code_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "layouts" / "x").mkdir(parents=True)
    column = _column(name="a", type="code", code_set="nowhere")
    (tmp_path / "layouts" / "x" / "y.yml").write_text(yaml.safe_dump(_layout(columns=[column])))
    with pytest.raises(P20WError, match="code set nowhere, which does not exist"):
        load_catalogue(tmp_path)


def test_an_unknown_layout_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(P20WError) as caught:
        load_catalogue().layout("k12/studnet")
    assert "k12/student" in caught.value.hint
