from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from quality_checks.catalogue import load_rules, referenced_layouts, rule_set, rules_for
from warehouse.errors import P20WError
from warehouse.state import load_state

LAYOUTS = sorted(load_catalogue().layouts)

SHEET = """
prefix: K12SCH
owner: k12
rejected_tolerance: 0.1
rules:
  - code: K12SCH-101
    kind: {kind}
    {details}
    sentence: A school appears once in a school year.
    repair: Send one row per school.
    severity: reject
"""


def _write(folder: Path, sheet: str, key: str = "k12/school") -> Path:
    path = folder / f"{key}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sheet, encoding="utf-8")
    return folder


@pytest.mark.parametrize("key", LAYOUTS)
def test_every_layout_has_a_rule_for_its_key_and_one_more_written_by_hand(key: str) -> None:
    layout = load_catalogue().layout(key)
    rules = rules_for(key)
    keys = [rule for rule in rules if rule.kind == "uniqueness" and list(rule.columns) == layout.key_columns]
    assert [rule.severity for rule in keys] == ["reject"]
    assert [rule for rule in rules if rule.code.rpartition("-")[2].isdigit() and rule not in keys]


@pytest.mark.parametrize("key", LAYOUTS)
def test_every_layout_has_a_rule_that_compares_columns(key: str) -> None:
    assert [rule for rule in rules_for(key) if rule.kind in ("cross_column", "date_order")]


@pytest.mark.parametrize("key", LAYOUTS)
def test_every_required_typed_and_coded_column_has_its_basic_rule(key: str) -> None:
    layout = load_catalogue().layout(key)
    found = {(rule.kind, rule.column) for rule in rules_for(key)}
    for column in layout.columns:
        assert not column.required or ("completeness", column.name) in found
        assert column.type not in ("date", "integer", "decimal") or ("type", column.name) in found
        assert column.type != "code" or ("code_set", column.name) in found


def test_a_code_names_one_rule_in_the_whole_catalogue() -> None:
    codes = [rule.code for rules in load_rules().values() for rule in rules.rules]
    assert len(codes) == len(set(codes))


def test_every_owner_is_an_agency_that_sends_files() -> None:
    agencies = {submitter.agency for submitter in load_state().submitters.values()}
    assert {rule.owner for rules in load_rules().values() for rule in rules.rules} <= agencies


def test_a_row_is_rejected_for_its_key_and_a_delivery_held_for_a_code() -> None:
    severities = {rule.code: rule.severity for rule in rules_for("k12/student")}
    assert severities["K12STU-REQ-student_id_state"] == "reject"
    assert severities["K12STU-TYP-birthdate"] == "reject"
    assert severities["K12STU-SET-sex"] == "hold"
    assert severities["K12STU-103"] == "warn"


def test_directories_are_named_as_what_has_to_come_first() -> None:
    assert referenced_layouts("k12/enrollment") == ["k12/school", "k12/student"]
    assert referenced_layouts("postsecondary/award") == [
        "postsecondary/enrollment",
        "postsecondary/institution",
    ]
    assert referenced_layouts("k12/school") == []


def test_no_two_layouts_wait_for_each_other() -> None:
    for key in LAYOUTS:
        assert all(key not in referenced_layouts(other) for other in referenced_layouts(key))


def test_a_layout_without_rules_is_let_in_by_nobody() -> None:
    with pytest.raises(P20WError, match="has no rules"):
        rule_set("k12/attendance")


@pytest.mark.parametrize(
    ("kind", "details", "complaint"),
    [
        ("uniqueness", "columns: [school_number]", "names column school_number"),
        ("range", "{column: school_name, minimum: 0}", "cannot have"),
        ("format", "column: school_id", "column, pattern and nothing else"),
        ("cross_column", "{column: school_id, fails: district_id is null}", "does not judge"),
        ("guess", "column: school_id", "Input should be"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_by_name(
    tmp_path: Path, kind: str, details: str, complaint: str
) -> None:
    lines = details.strip("{}").replace(", min", "\n    min").replace(", fails", "\n    fails")
    with pytest.raises(P20WError, match=complaint):
        load_rules(_write(tmp_path, SHEET.format(kind=kind, details=lines)))


@pytest.mark.parametrize(
    ("column", "other", "complaint"),
    [
        ("school_year", "ui/wage", "names column school_year, which ui/wage"),
        ("school_id", "k12/homework", "k12/homework, which is no layout"),
        # Institutions come by the year, enrollments by the term.
        ("institution_id_ipeds", "postsecondary/enrollment", "PSINS-101 would never judge"),
    ],
)
def test_a_rule_that_cannot_look_into_the_other_file_is_refused(
    tmp_path: Path, column: str, other: str, complaint: str
) -> None:
    details = f"columns: [{column}]\n    other: {other}\n    partner: required"
    sheet = SHEET.format(kind="cross_file", details=details).replace("severity: reject", "severity: warn")
    key = "k12/school"
    if other.startswith("postsecondary"):
        key, sheet = "postsecondary/institution", sheet.replace("K12SCH", "PSINS")
    with pytest.raises(P20WError, match=complaint):
        load_rules(_write(tmp_path, sheet, key))


def test_rules_for_a_layout_that_does_not_exist_are_refused(tmp_path: Path) -> None:
    sheet = SHEET.format(kind="uniqueness", details="columns: [school_id]")
    with pytest.raises(P20WError, match="k12/schol"):
        load_rules(_write(tmp_path, sheet, "k12/schol"))
