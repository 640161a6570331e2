"""Layouts are checked by file and line, drafted without anybody's values, and shown as a dictionary."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ingest.layout_check import check_layouts
from ingest.layout_draft import draft_layout
from ingest.layout_schema import EDITOR_LINE, SCHEMA, schema_text
from orchestration.commands.layout import command
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE

pytestmark = pytest.mark.slow

PACKAGE = Path(__file__).parents[3] / "ingest"
CODES = ["M", "F"]
ANSWERS = {
    'source: "?"': "source: k12",
    'file_type: "?"': "file_type: visit",
    'title: "?"': "title: Visits",
    'grain: "?"': "grain: one row per visit",
    'provided_by: "?"': "provided_by: districts",
    'period: "?"': "period: school_year",
    'key: ["?"]': "key: [visit_id]",
    '"?":': '"2020":',
    'description: "?"': "description: said by a person",
    'pii: "?"': "pii: none",
    'code_set: "?"': "code_set: yes_no",
}


def _sample(path: Path, header: str = "visitId|Last Name|SEX|Visit Date|hours|Outcome|=cmd|Größe") -> Path:
    lines = [
        f"{100000 + n}|Smith{n % 3}|{CODES[n % 2]}|2019-05-{n % 28 + 1:02}|{n}.5|{('done', 'open')[n % 2]}|x{n}|{n}"
        for n in range(100)
    ]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_every_shipped_layout_is_right_and_names_its_schema() -> None:
    assert check_layouts()[1] == []
    for path in PACKAGE.glob("layouts/*/*.yml"):
        assert path.read_text().splitlines()[0] == EDITOR_LINE
        assert (path.parent / EDITOR_LINE.partition("=")[2]).resolve() == SCHEMA


def test_the_committed_schema_is_that_of_the_model() -> None:
    assert SCHEMA.read_text() == schema_text(), "renew it with python -m ingest.layout_schema"
    assert json.loads(schema_text())["properties"]["columns"]


def test_a_draft_guesses_form_types_and_known_codes(tmp_path: Path) -> None:
    draft = yaml.safe_load(draft_layout(_sample(tmp_path / "s.txt")))
    (version,) = draft["versions"].values()
    assert version == {
        "format": "delimited",
        "delimiter": "|",
        "encoding": "utf-8",
        "date_format": "YYYY-MM-DD",
    }
    columns = {column["name"]: column for column in draft["columns"]}
    assert {name: column["type"] for name, column in columns.items()} == {
        "visit_id": "integer",
        "last_name": "text",
        "sex": "code",
        "visit_date": "date",
        "hours": "decimal",
        "outcome": "code",
        "cmd": "text",
        "gr_e": "integer",
    }
    assert (columns["sex"]["code_set"], columns["outcome"]["code_set"]) == ("sex", "?")
    assert columns["cmd"]["headers"] == ["=cmd"]
    assert columns["gr_e"]["headers"] == ["Größe"]


def test_a_draft_holds_no_value_of_the_sample_but_codes(tmp_path: Path) -> None:
    text = draft_layout(_sample(tmp_path / "s.txt"))
    assert 'codes in the sample: "done", "open"' in text
    for value in ("Smith", "100001", "2019-05", "1.5", "x1"):
        assert value not in text


def test_a_sample_without_a_header_is_refused_without_quoting_it(tmp_path: Path) -> None:
    for line in ("123456789|SMITH|M", "A|2019-05-31|B", "SMITH|SMITH|M"):
        with pytest.raises(P20WError, match="line 1 looks like data") as caught:
            draft_layout(
                _sample(tmp_path / "s.txt", line + "|a|b|c|d|e" if "1" in line else "a|SMITH|SMITH|b|c|d|e|f")
            )
        assert "SMITH" not in str(caught.value)


def test_a_draft_passes_when_every_question_is_answered_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "visit.yml"
    told = CliRunner().invoke(command, ["new", str(_sample(tmp_path / "s.txt")), "--out", str(path)])
    assert told.exit_code == 0, told.output
    undecided = check_layouts(str(path))[1]
    lines = path.read_text().splitlines()
    assert {problem.line for problem in undecided} == {
        number
        for number, line in enumerate(lines, 1)
        if '"?"' in line.partition("  #")[0] and not line.startswith("#")
    }
    assert all("still to be decided" in problem.reason for problem in undecided)
    text = path.read_text()
    for mark, answer in ANSWERS.items():
        text = text.replace(mark, answer)
    path.write_text(text)
    assert check_layouts(str(path))[1] == []
    assert CliRunner().invoke(command, ["check", str(path)]).output == "1 layout checked; nothing is wrong.\n"


def test_every_problem_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "w.yml"
    lines = (PACKAGE / "layouts" / "ui" / "employer.yml").read_text().splitlines()
    lines = [
        line.replace("type: integer", "type: whole").replace(
            "code_set: employer_ownership", "code_set: none_such"
        )
        for line in lines
    ]
    path.write_text("\n".join([*lines, "grain: again", "colour: red"]) + "\n")
    problems = check_layouts(str(path))[1]
    found = {(problem.line, problem.place) for problem in problems}
    whole = next(n for n, line in enumerate(lines, 1) if "type: whole" in line)
    assert {
        (whole, "columns.calendar_year.type"),
        (len(lines) + 1, "grain"),
        (len(lines) + 2, "colour"),
    } <= found
    told = CliRunner().invoke(command, ["check", str(path)])
    assert told.exit_code == 1
    assert f"{path}:{whole}: " in told.output


def test_an_unknown_layout_or_file_is_answered() -> None:
    with pytest.raises(P20WError, match="There is no file nowhere"):
        check_layouts("nowhere.yml")
    with pytest.raises(P20WError, match="There is no layout 'k12/studnet'"):
        check_layouts("k12/studnet")


def test_a_dictionary_tells_an_agency_its_own_codes_and_every_column() -> None:
    told = CliRunner().invoke(command, ["show", "k12/enrollment", "--submitter", "south", "--format", "csv"])
    rows = {row["name"]: row for row in csv.DictReader(told.output.splitlines())}
    assert rows["exit_type"]["codes"].startswith("W01 Transferred to a public school in the same district")
    assert rows["entry_date"] | {"codes": ""} == {
        "column": "entryDate",
        "name": "entry_date",
        "description": "First day of the enrollment",
        "ceds": "CEDS 000097",
        "type": "date YYYY-MM-DD",
        "required": "yes",
        "codes": "",
        "example": "2019-05-31",
        "confidentiality": "identifies together with other columns",
        "note": "",
        "limitations": "",
        "owner": "Office of school data",
        "steward": "K-12 data steward",
    }
    old = CliRunner().invoke(command, ["show", "k12/enrollment", "--version", "2017"])
    assert "ENTRY_DT  [entry_date]" in old.output
    page = CliRunner().invoke(command, ["show", "ui/wage", "--variant", "efw2", "--format", "html"])
    assert "<td>10-18</td><td>ssn</td>" in page.output
    assert DEMO_STATE.is_file()


def test_every_form_of_every_layout_can_be_shown() -> None:
    for path in PACKAGE.glob("layouts/*/*.yml"):
        for form in ("text", "html", "csv"):
            told = CliRunner().invoke(command, ["show", f"{path.parent.name}/{path.stem}", "--format", form])
            assert told.exit_code == 0, told.output


def test_known_limitations_stand_beside_their_columns_and_those_of_another_submitter_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = yaml.safe_load(DEMO_STATE.read_text(encoding="utf-8"))
    state["limitations"] = [
        {
            "code": "SOUTH_ENTRY_DATES",
            "sentence": "Entry dates are those of the first day of the month.",
            "owner": "south",
            "submitter": "south",
            "layout_columns": ["k12/enrollment.entry_date"],
        }
    ]
    own = tmp_path / "state.yml"
    own.write_text(yaml.safe_dump(state), encoding="utf-8")
    monkeypatch.setenv("P20W_STATE", str(own))
    ssn = CliRunner().invoke(command, ["show", "k12/student"]).output
    assert "Known limitation: Schools may ask for a social security number" in ssn
    for submitter, is_shown in (("south", True), ("north", False)):
        for form in ("text", "html", "csv"):
            told = CliRunner().invoke(
                command, ["show", "k12/enrollment", "--submitter", submitter, "--format", form]
            )
            assert ("first day of the month" in told.output) is is_shown


def test_a_column_or_layout_names_its_own_owner_and_else_has_the_agencys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(DEMO_STATE, tmp_path / "state.yml")
    own = tmp_path / "catalogue" / "layouts" / "k12" / "school.yml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "owner: Office of the school directory\ncolumns:\n  - {name: region_name, steward: Regional desk}\n"
    )
    monkeypatch.setenv("P20W_STATE", str(tmp_path / "state.yml"))
    told = CliRunner().invoke(command, ["show", "k12/school"]).output
    assert "Owner:    Office of the school directory" in told and "Steward:  K-12 data steward" in told
    assert told.count("Owner: Office of the school directory; steward: Regional desk") == 1
