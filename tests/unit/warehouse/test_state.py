from pathlib import Path

import pytest

from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, load_state
from warehouse.state_sections.senders import Submitter


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = DEMO_STATE.read_text()
    assert old in text
    path = tmp_path / "state.yml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_synthetic_state_is_valid_and_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("P20W_STATE", raising=False)
    state = load_state()
    assert state.code == "SY"
    assert state.submitters_of("ui/wage") == ["ui_agency"]
    assert state.submitters["south"].code_maps["sex"]["1"] == "M"


def test_sections_read_by_attribute_and_by_name() -> None:
    state = load_state()
    assert state.disclosure["min_count"] == state.disclosure.min_count
    assert state.linkage.get("nothing", 7) == 7
    with pytest.raises(KeyError):
        state.linkage["nothing"]


def test_the_environment_names_another_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P20W_STATE", str(_changed(tmp_path, "name: Synthetic State", "name: Other")))
    assert load_state().name == "Other"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  code: SY\n", "", r"state\.code: is missing"),
        ("as_of: 2025-06-30", "as_of: tomorrow", r"state\.as_of: "),
        ("min_count: 10", "min_cuont: 10", r"disclosure\.min_cuont: is not a known key"),
        ("min_count: 10", "min_count: 1", r"disclosure\.min_count: input should be greater"),
        ("threshold: 0.9", "threshold: 0.05", r"linkage: .*review_floor must be below threshold"),
        ("    agency: wioa\n", "", r"submitters\.workforce\.agency: is missing"),
        ('"1": M', "1: M", r"submitters\.south\.code_maps\.sex\.1: must be text"),
        ("ui_agency:", "ui__agency:", r"submitters\.ui__agency"),
        ("  north:", "  south:", r"the key south is given twice"),
        ("[ui/wage,", "[wage,", r"submitters\.ui_agency\.layouts\.0"),
        ("scope: program", "scope: school", r"perkins\.concentrator\.scope"),
        ("state:\n", "status:\n", r"the key state is missing"),
        ("state:\n", "state: [\n", r"is not valid"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(P20WError, match=told):
        load_state(_changed(tmp_path, old, new))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(P20WError, match=r"/nowhere/state\.yml cannot be read"):
        load_state("/nowhere/state.yml")


def test_a_code_map_is_of_all_years_or_of_the_years_written_beside_it() -> None:
    north = load_state(DEMO_STATE).submitters["north"].model_dump(by_alias=True)
    years = [
        {"from": 2021, "codes": {"x": "X"}},
        {"to": 2015, "codes": {"m": "M"}},
        {"from": 2018, "codes": {"f": "F"}},
    ]
    sender = Submitter.model_validate(north | {"code_maps": {"sex": years, "yes_no": {"J": "Y"}}})
    assert sender.code_map("sex") == [
        (1900, 2015, {"m": "M"}),
        (2018, 2020, {"f": "F"}),
        (2021, 9999, {"x": "X"}),
    ]
    assert sender.code_map("yes_no") == [(1900, 9999, {"J": "Y"})]
    assert sender.code_map("k12_term") == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("[{from: 2019, codes: {a: M}}, {from: 2019, codes: {b: M}}]", "sex has two maps for 2019"),
        ("[{to: 2019, codes: {a: M}}, {from: 2018, codes: {b: M}}]", "sex has two maps for 2018"),
        ("[{from: 2019, to: 2018, codes: {a: M}}]", "sex ends in 2018, before it begins in 2019"),
        ("[{from: 2019}]", r"submitters\.south\.code_maps\.sex\.0\.codes: is missing"),
        ("[]", "sex has no codes"),
    ],
)
def test_years_of_codes_that_overlap_or_are_empty_are_named(tmp_path: Path, new: str, told: str) -> None:
    with pytest.raises(P20WError, match=told):
        load_state(_changed(tmp_path, 'sex: {"1": M, "2": F, "3": X}', f"sex: {new}"))


@pytest.mark.parametrize(
    ("added", "engine"),
    [("", "duckdb"), ("  engine: spark\n  spark_master: spark://cluster.example:7077\n", "spark")],
)
def test_a_state_chooses_where_linkage_scores(tmp_path: Path, added: str, engine: str) -> None:
    text = DEMO_STATE.read_text()
    path = tmp_path / "state.yml"
    path.write_text(text.replace("  review_floor: 0.1\n", f"  review_floor: 0.1\n{added}"))
    assert load_state(path).linkage.engine == engine


def test_an_address_that_is_no_cluster_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.yml"
    path.write_text(
        DEMO_STATE.read_text().replace(
            "  review_floor: 0.1\n", "  review_floor: 0.1\n  spark_master: http://x\n"
        )
    )
    with pytest.raises(P20WError, match="spark_master"):
        load_state(path)
