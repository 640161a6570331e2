from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.recognise import Recognised, parse_name, recognise
from warehouse.errors import P20WError
from warehouse.state import load_state

CATALOGUE, STATE = load_catalogue(), load_state()


def _recognise(path: Path, **given: str) -> Recognised:
    return recognise(path, CATALOGUE, STATE, **given)  # type: ignore[arg-type]


def _with_header(path: Path, layout: str, version: str) -> Path:
    found = CATALOGUE.layouts[layout]
    delimiter = found.versions[version].delimiter or ","
    path.write_text(delimiter.join(c.headers_for(version)[0] for c in found.columns_in(version)) + "\n")
    return path


def test_a_name_of_the_agreed_form_tells_everything() -> None:
    what = _recognise(Path("k12__work_based_learning__north__2019__2.txt.gz"))
    assert (what.layout.key, what.version, what.submitter, what.period, what.sequence) == (
        "k12/work_based_learning",
        "2019",
        "north",
        "2019",
        2,
    )


def test_what_the_caller_states_wins_over_the_name() -> None:
    what = _recognise(Path("k12__student__north__2019.txt"), submitter="south", period="2016")
    assert (what.submitter, what.period, what.version) == ("south", "2016", "2015")


@pytest.mark.parametrize(
    "name", ["students.csv", "k12_student_north_2019.csv", "k12__student__north__2019.xlsx.gz"]
)
def test_another_name_tells_nothing(name: str) -> None:
    assert parse_name(name) is None


def test_a_header_tells_the_layout_and_the_hint_is_the_command_to_type(tmp_path: Path) -> None:
    path = _with_header(tmp_path / "Wage employers.csv", "ui/employer", "2014")
    with pytest.raises(P20WError, match=r"has the layout ui/employer.*submitter and period") as caught:
        _recognise(path)
    assert caught.value.hint == (
        f"Say it: p20w load '{path}' --layout ui/employer --submitter ui_agency --period <period>"
    )
    assert _recognise(path, submitter="ui_agency", period="2020").layout.key == "ui/employer"


def test_a_file_that_fits_no_layout_is_answered_with_the_form_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("SMITH,123456789\n")
    with pytest.raises(P20WError, match="not recognised") as caught:
        _recognise(path)
    assert "<source>__<file_type>__<submitter>__<period>" in caught.value.hint
    assert "SMITH" not in str(caught.value)


@pytest.mark.parametrize(
    "layout",
    sorted(
        key
        for key, layout in CATALOGUE.layouts.items()
        if layout.source != "ui" and all(form.format == "delimited" for form in layout.versions.values())
    ),
)
def test_every_delimited_header_belongs_to_one_layout_only(layout: str, tmp_path: Path) -> None:
    for version in CATALOGUE.layouts[layout].versions:
        path = _with_header(tmp_path / f"{version}.data", layout, version)
        with pytest.raises(P20WError, match=f"has the layout {layout},"):
            _recognise(path)


def test_a_submitter_of_another_agency_may_not_send_a_layout() -> None:
    with pytest.raises(P20WError, match=r"north does not send ui/wage\.") as caught:
        _recognise(Path("ui__wage__north__2019Q1.dat"))
    assert "ui_agency" in caught.value.hint


def test_an_unknown_submitter_is_answered_with_those_who_may_send() -> None:
    with pytest.raises(P20WError, match="'nroth' is not a submitter") as caught:
        _recognise(Path("k12__student__nroth__2019.txt"))
    assert "north, south" in caught.value.hint
