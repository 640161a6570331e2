"""A year states only its difference, a variant only its form, a state only its changes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from ingest.layout_file import LayoutFile, expand
from ingest.recognise_form import form_of
from tests.unit.ingest.test_fixed_width import record, trailer
from warehouse.errors import P20WError
from warehouse.state import load_state

PACKAGE = Path(__file__).parents[3] / "ingest"
WAGE = load_catalogue().layouts["ui/wage"]
SENDER = load_state().submitters["ui_agency"]

WRITTEN = """
source: x
file_type: y
title: t
grain: g
provided_by: p
period: school_year
key: [a]
versions:
  "2015": {format: delimited, delimiter: ",", encoding: windows-1252, date_format: MM/DD/YYYY}
  "2019": {delimiter: "|", encoding: utf-8}
  "2021": {columns: {a: {headers: [newA]}, d: {headers: [D]}, b: {absent: true}}}
variants:
  tabs:
    title: Separated by tabs
    like: standard
    versions:
      "2016": {delimiter: "\\t"}
      "2022": {columns: {c: {headers: [see]}}}
  fixed:
    title: Fixed width
    versions:
      "2019":
        {format: fixed_width, encoding: ascii, record_length: 9, columns: {a: {position: [1, 4]}, c: {position: [5, 9]}}}
columns:
  - {name: a, description: d, type: text, required: true, pii: none, headers: [A]}
  - {name: b, description: d, type: text, pii: none, headers: {"2015": [B], "2019": [bee]}}
  - {name: c, description: d, type: text, required: "2019", pii: none, headers: {"2019": [C]}}
  - {name: d, description: d, type: text, pii: none}
  - {name: e, description: d, type: text, pii: none, headers: {"2015": [E], "2019": []}}
"""


def _expanded(**changes: Any) -> Layout:
    return expand(LayoutFile.model_validate(yaml.safe_load(WRITTEN) | changes))


def _headers(layout: Layout, form: str) -> dict[str, list[str]]:
    return {column.name: column.headers_for(form) for column in layout.columns_in(form)}


def test_a_version_has_everything_of_the_one_before_but_what_it_says() -> None:
    layout = _expanded()
    newest = layout.versions["2021"]
    assert (newest.delimiter, newest.encoding, newest.date_format) == ("|", "utf-8", "MM/DD/YYYY")
    assert _headers(layout, "2015") == {"a": ["A"], "b": ["B"], "e": ["E"]}
    assert _headers(layout, "2019") == {"a": ["A"], "b": ["bee"], "c": ["C"]}
    assert _headers(layout, "2021") == {"a": ["newA"], "c": ["C"], "d": ["D"]}


def test_a_variant_is_what_it_is_like_with_its_own_differences_on_top() -> None:
    layout = _expanded()
    assert layout.versions_of("tabs") == ["2016+tabs", "2019+tabs", "2021+tabs", "2022+tabs"]
    assert {layout.versions[form].delimiter for form in layout.versions_of("tabs")} == {"\t"}
    assert _headers(layout, "2021+tabs") == _headers(layout, "2021")
    assert _headers(layout, "2022+tabs") == {"a": ["newA"], "c": ["see"], "d": ["D"]}
    assert [column.name for column in layout.columns_in("2019+fixed")] == ["a", "c"]


def test_a_period_has_one_form_of_each_variant() -> None:
    layout = _expanded()
    assert [layout.version_for("2020", v) for v in (None, "standard", "tabs", "fixed")] == [
        "2019",
        "2019",
        "2019+tabs",
        "2019+fixed",
    ]
    with pytest.raises(P20WError, match="begins with 2019 and has no version for 2018"):
        layout.version_for("2018", "fixed")
    with pytest.raises(P20WError, match="has no variant 'efw2'") as caught:
        layout.version_for("2018", "efw2")
    assert "standard, tabs, fixed" in caught.value.hint


def test_a_column_is_required_from_the_version_on_that_says_so() -> None:
    column = _expanded().columns_by_name["c"]
    assert [column.is_required_in(form) for form in ("2015", "2016+tabs", "2019", "2019+fixed")] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"versions": {"2015": {"format": "delimited", "encoding": "utf-8"}}}, "names version 2019"),
        (
            {"variants": {"v": {"title": "t", "like": "w", "versions": {"2015": {}}}}},
            "v is like w, which is no variant",
        ),
        (
            {"variants": {"standard": {"title": "t", "like": "standard", "versions": {"2015": {}}}}},
            "the layout's own form",
        ),
        (
            {
                "variants": {
                    "v": {"title": "t", "like": "standard", "versions": {"2015": {"columns": {"z": {}}}}}
                }
            },
            "speaks of column z",
        ),
        (
            {
                "variants": {
                    "v": {
                        "title": "t",
                        "like": "standard",
                        "versions": {"2019": {"columns": {"c": {"absent": True}}}},
                    }
                }
            },
            "required column c has no header in version 2019",
        ),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        _expanded(**changes)


def _state_catalogue(tmp_path: Path, text: str) -> Path:
    (tmp_path / "state.yml").write_bytes((PACKAGE.parent / "warehouse" / "states" / "demo.yml").read_bytes())
    path = tmp_path / "catalogue" / "layouts" / "ui" / "wage.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_a_state_changes_positions_and_adds_variants_without_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _state_catalogue(
        tmp_path,
        """
versions:
  "2014": {trailer: {record_type: F}}
  "2022": {record_length: 300, columns: {weeks_worked: {position: [290, 291]}}}
variants:
  efw2:
    versions:
      "2014": {columns: {employer_account_id: {position: [248, 262]}}}
  semicolons:
    title: Extract with semicolons
    like: extract
    versions: {"2020": {delimiter: ";"}}
columns:
  - {name: county_of_work, description: County of the workplace, type: text, pii: none, position: {"2022": [280, 282]}}
""",
    )
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    wage = load_catalogue().layouts["ui/wage"]
    assert wage.versions["2014"].trailer != WAGE.versions["2014"].trailer
    assert (wage.versions["2022"].record_length, wage.versions["2022"].record_type) == (300, "S")
    assert wage.columns_by_name["weeks_worked"].position_in("2022") == (290, 291)
    assert wage.columns_by_name["weeks_worked"].position_in("2014") == (130, 131)
    assert wage.columns_by_name["employer_account_id"].position_in("2014+efw2") == (248, 262)
    assert wage.columns_by_name["ssn"].position_in("2014+efw2") == (10, 18)
    assert wage.versions["2020+semicolons"].delimiter == ";"
    assert wage.columns[-1].position_in("2022") == (280, 282)
    monkeypatch.delenv("P20W_STATE")
    assert load_catalogue().layouts["ui/wage"] == WAGE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "versions:\n  '2014':\n    record_length: many\n",
            r"wage\.yml is wrong in versions\.2014\.record_length \(line 3\)",
        ),
        ("period: school_year\n", r"wage\.yml is wrong in period \(line 1\): a state's own file says"),
        ("columns:\n  - {name: ssn, pii: maybe}\n", r"wage\.yml is wrong in columns\.ssn\.pii \(line 2\)"),
    ],
)
def test_a_wrong_change_of_a_state_is_named_by_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    path = _state_catalogue(tmp_path, text)
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    with pytest.raises(P20WError, match=told) as caught:
        load_catalogue()
    assert str(path) in caught.value.hint


def _efw2() -> bytes:
    lines = [kind.ljust(512).encode() for kind in ("RA", "RE", "RS", "RT", "RF")]
    return b"".join(line + b"\n" for line in lines)


EXTRACT = ",".join(c.headers_for("2014+extract")[0] for c in WAGE.columns_in("2014+extract")).encode() + b"\n"
ICESA = b"".join(line + b"\n" for line in (record("A"), record(), trailer(1, 0)))


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (_efw2(), "2014+efw2"),
        (EXTRACT, "2014+extract"),
        (ICESA, "2014"),
        (b"anything\n", "2014"),
        (b"", "2014"),
    ],
)
def test_the_content_shows_its_form_unless_somebody_says_it(
    tmp_path: Path, content: bytes, form: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    assert form_of(path, WAGE, "2019Q1", SENDER, None) == form
    assert form_of(path, WAGE, "2019Q1", SENDER, "extract") == "2014+extract"
    chosen = SENDER.model_copy(update={"variants": {"ui/wage": "efw2"}})
    assert form_of(path, WAGE, "2019Q1", chosen, None) == "2014+efw2"
    assert form_of(path, WAGE, "2019Q1", chosen, "icesa") == "2014"
