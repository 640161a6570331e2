"""A kind of file that the package does not know: a layout in the state's catalogue takes it from the folder to the receipt."""

import csv
import os
import time
from pathlib import Path

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner

from ingest.catalogue import load_catalogue
from ingest.dbt_sources import sources_yaml
from orchestration.assets.raw import raw_asset, raw_assets
from orchestration.commands.layout import command
from orchestration.intake import load_by_hand
from orchestration.resources import WarehouseResource
from orchestration.rule_list import rule_lines
from quality_checks.catalogue import _read_rules, rule_set
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE

LAYOUT = """\
source: corrections
file_type: release
title: Releases from custody
grain: one row per person and release
provided_by: department of corrections
period: calendar_year
key: [offender_id, release_date]
versions:
  "2020": {format: delimited, delimiter: ",", encoding: utf-8, date_format: YYYY-MM-DD}
columns:
  - {name: offender_id, description: Number of the department, type: text, required: true, pii: direct, headers: [OffenderID]}
  - {name: release_date, description: Day of release, type: date, required: true, pii: quasi, headers: [ReleaseDate]}
  - {name: release_type, description: Kind of release, type: code, pii: none, code_set: release_type, headers: [Type]}
  - {name: facility, description: Name of the facility, type: text, pii: none, headers: [Facility]}
"""
CODES = """\
name: release_type
title: Kind of release
reference: list of the department
codes: {"P": Parole, "S": Sentence served}
"""
RULES = """\
rules:
  - code: CORRRELE-001
    kind: uniqueness
    columns: [offender_id, release_date]
    sentence: A release is sent once.
    repair: Send one row per person and release.
    severity: reject
"""
AGREEMENT = """\
agreement: CORRECTIONS
title: Synthetic agreement on releases from custody
synthetic: true
parties:
  providers: [corrections]
  recipient: {name: Synthetic State Data System, kind: public_official}
legal_basis: [other_law]
citation: A law of the synthetic state.
purpose: Follow people who were released into education and work.
permits: [load]
elements:
  - layouts: [corrections/release]
effective: 2020-01-01
expires: 2099-12-31
destroy_by: 2099-12-31
limits_on_use: Only to evaluate programs of the department.
"""
HEADER = "OffenderID,ReleaseDate,Type,Facility\n"


@pytest.fixture(scope="module")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    state = yaml.safe_load(DEMO_STATE.read_text(encoding="utf-8"))
    state["submitters"]["doc"] = {
        "name": "Department of Corrections",
        "agency": "corrections",
        "layouts": ["corrections/release"],
        "code_maps": {"release_type": {"1": "P", "2": "S"}},
    }
    # These tests change the rules back and forth; that changes wait for approval is tried elsewhere.
    state["governance"]["approvals"] = "none"
    (folder / "state.yml").write_text(yaml.safe_dump(state, sort_keys=False), encoding="utf-8")
    for name, text in (
        ("layouts/corrections/release.yml", LAYOUT),
        ("code_sets/release_type.yml", CODES),
        ("rules/corrections/release.yml", RULES),
        ("../agreements/corrections.yml", AGREEMENT),
    ):
        path = folder / "catalogue" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _of_the_state(state_folder: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P20W_STATE", str(state_folder / "state.yml"))
    monkeypatch.setattr("warehouse.connection.open_warehouse", lambda: warehouse)
    monkeypatch.setattr("orchestration.resources.open_warehouse", lambda: warehouse)


def test_the_file_is_loaded_judged_and_answered_by_an_asset_of_its_own(warehouse: Warehouse) -> None:
    rows = [f"A{n},2021-03-{n % 28 + 1:02},{n % 2 + 1},North\n" for n in range(1, 151)]
    rows[6] = ",2021-03-01,1,North\n"
    rows[9] = "A10,2021-02-30,1,North\n"
    rows[19] = rows[18]
    folder = warehouse.home.incoming / "doc"
    folder.mkdir(parents=True)
    path = folder / "corrections__release__doc__2021.csv"
    path.write_text(HEADER + "".join(rows))
    # As long ago as a file that is no longer written to.
    os.utime(path, (time.time() - 3600,) * 2)
    asset = raw_asset(load_catalogue().layout("corrections/release"))
    assert asset.key.path == ["raw", "corrections__release"]
    assert {made.key for made in raw_assets()} >= {asset.key, dg.AssetKey(["raw", "k12__student"])}
    result = dg.materialize([asset], resources={"warehouse": WarehouseResource()})
    assert result.success
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert failed == {"CORRRELE_REQ_offender_id", "CORRRELE_TYP_release_date", "CORRRELE_001"}
    assert warehouse.fetch_all(
        "select status, row_count, accepted_count, rejected_count from control.delivery"
        " where layout = 'corrections/release'"
    ) == [("accepted", 150, 147, 3)]
    back = warehouse.home.agency_reports / "doc"
    (receipt,) = back.glob("delivery_*_receipt.html")
    assert "Releases from custody" in receipt.read_text()
    (rejects,) = back.glob("delivery_*_rows.csv")
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        found = {(row["line"], row["rule"]) for row in csv.DictReader(file)}
    assert found == {
        ("8", "CORRRELE-REQ-offender_id"),
        ("11", "CORRRELE-TYP-release_date"),
        ("21", "CORRRELE-001"),
    }
    assert warehouse.fetch_value("select count(*) from raw.corrections__release") == 150


def test_it_is_shown_checked_and_listed_as_any_other_layout() -> None:
    shown = CliRunner().invoke(command, ["show", "corrections/release", "--submitter", "doc"]).output
    assert "Releases from custody" in shown
    assert "Codes: 1 Parole; 2 Sentence served" in shown
    checked = CliRunner().invoke(command, ["check"])
    assert (checked.exit_code, f"{len(load_catalogue().layouts)} layouts checked" in checked.output) == (
        0,
        True,
    ), checked.output
    lines = {line.split()[0]: line for line in rule_lines("corrections/release")}
    assert {
        "CORRRELE-001",
        "CORRRELE-REQ-offender_id",
        "CORRRELE-SET-release_type",
        "CORRRELE-VOL-rows",
    } <= set(lines)
    assert " state " in lines["CORRRELE-VOL-rows"]
    assert "- name: corrections__release" in sources_yaml(load_catalogue(), "corrections")


def test_without_rules_what_follows_from_the_layout_is_judged(
    state_folder: Path, warehouse: Warehouse
) -> None:
    rules = state_folder / "catalogue" / "rules" / "corrections" / "release.yml"
    rules.unlink()
    _read_rules.cache_clear()
    try:
        own = rule_set("corrections/release")
        assert {rule.kind for rule in own.rules} == {
            "completeness",
            "type",
            "code_set",
            "volume",
            "distribution",
        }
        assert {(rule.origin, rule.owner) for rule in own.rules} == {("state", "corrections")}
        path = state_folder / "corrections__release__doc__2022.csv"
        path.write_text(HEADER + "A1,2022-01-01,3,North\n" * 40)
        # A code that nobody agreed on holds the file.
        assert "held: CORRRELE-SET-release_type" in load_by_hand(path, None, None, None, None).sentence
    finally:
        rules.write_text(RULES, encoding="utf-8")
        _read_rules.cache_clear()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prefix: x\n", r"release\.yml is wrong in prefix \(line 1\)"),
        ("rules:\n  - {code: CORRRELE-001, kind: range}\n", r"release\.yml is wrong in rules.* \(line 1\)"),
        ("prefix: K12STU\n", r"rule code K12STU-VOL-rows is used twice"),
    ],
)
def test_a_fault_in_its_rules_is_told_by_file_and_line(state_folder: Path, text: str, told: str) -> None:
    rules = state_folder / "catalogue" / "rules" / "corrections" / "release.yml"
    rules.write_text(text, encoding="utf-8")
    _read_rules.cache_clear()
    try:
        with pytest.raises(P20WError, match=told):
            rule_set("corrections/release")
    finally:
        rules.write_text(RULES, encoding="utf-8")
        _read_rules.cache_clear()
