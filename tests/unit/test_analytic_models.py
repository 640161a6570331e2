"""What holds for every model above the identity vault, read from the YAML beside the models."""

import csv
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import load_catalogue
from ingest.synthetic.career import PROGRAMS
from ingest.synthetic.workforce import TRAINING_PROGRAMS
from warehouse.yaml_lines import read_yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
CATALOGUE = load_catalogue()
# The bridge from agencies' record numbers to people is made in the second step, and lies in staging.
IN_STAGING = {"person_key"}
CONTRACT = {
    "indicator_code": "text",
    "indicator_version": "text",
    "cohort_period": "text",
    "unit_id": "text",
    "person_id": "uuid",
    "school_id": "text",
    "district_id": "text",
    "cip_code": "text",
    "career_cluster_code": "text",
    "outcome": "text",
    "amount_usd": "numeric(14,2)",
    "evidence_source": "text",
    "employer_key": "text",
}
REGISTERED = {
    "code", "version", "valid_from", "family", "name", "unit", "definition", "numerator", "denominator", "exclusions", "sources",
    "lag", "parameter_sets", "citation", "owner", "caveats", "education_to_workforce",
}  # fmt: skip
FAMILIES = {"high_school", "transitions", "perkins", "wioa", "outcomes", "pathways"}


def models() -> list[dict[str, Any]]:
    files = [
        path
        for schema in ("core", "indicators", "marts")
        for path in sorted((PROJECT / "models" / schema).rglob("[a-z]*.yml"))
    ]
    return [model for path in files for model in read_yaml(path.read_text())["models"]]


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


MODELS = {model["name"]: model for model in models()}
PARAMETER_SETS = {row["indicator_code"] for row in seed("indicator_parameter_default")}
INDICATORS = [name for name in MODELS if name.startswith("ind_")]


def test_every_model_has_its_description_beside_it() -> None:
    found = {
        path.stem
        for schema in ("core", "indicators", "marts")
        for path in (PROJECT / "models" / schema).rglob("*.sql")
    }

    assert found == set(MODELS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_says_its_grain_first_and_stays_short(name: str) -> None:
    (path,) = (PROJECT / "models").rglob(f"{name}.sql")
    lines = path.read_text().splitlines()

    assert lines[0].startswith("-- One row")
    assert len(lines) <= 120
    assert MODELS[name]["description"].startswith("**Grain**: One row")


@pytest.mark.parametrize("name", sorted(set(MODELS) - IN_STAGING))
def test_no_column_above_the_vault_identifies_a_person_directly(name: str) -> None:
    direct = {
        column.name
        for layout in CATALOGUE.layouts.values()
        for column in layout.columns
        if column.pii == "direct"
    }
    for column in MODELS[name]["columns"]:
        assert column["description"], column["name"]
        assert column["data_type"], column["name"]
        assert column["config"]["meta"]["pii"] in {"none", "quasi", "wage_confidential"}, column["name"]
        assert column["name"] not in direct


def test_source_keys_stay_in_staging() -> None:
    assert all(MODELS[name]["config"]["schema"] == "staging" for name in IN_STAGING)
    holding = {
        name
        for name, model in MODELS.items()
        for column in model["columns"]
        if column["name"] == "source_key"
    }
    assert holding == IN_STAGING


@pytest.mark.parametrize("name", INDICATORS)
def test_an_indicator_keeps_the_common_contract_and_is_described(name: str) -> None:
    model = MODELS[name]

    assert model["config"]["contract"]["enforced"] is True
    described = model["config"]["meta"]["indicator"]
    # A program may belong to several career pathways: their indicators say in which one a unit is counted.
    more = {"pathway_code": "text"} if described["family"] == "pathways" else {}
    assert {column["name"]: column["data_type"] for column in model["columns"]} == CONTRACT | more
    assert set(described) == REGISTERED
    assert all(str(value).strip() for value in described.values())
    assert described["family"] in FAMILIES
    assert set(described["parameter_sets"].split()) <= PARAMETER_SETS | {"none"}
    (path,) = (PROJECT / "models" / "indicators" / described["family"]).glob(f"{name}.sql")
    sql = path.read_text()
    assert f"'{described['code']}' as indicator_code" in sql
    assert f"'{described['version']}' as indicator_version" in sql


def test_an_indicator_that_cannot_be_computed_says_what_it_needs() -> None:
    computed = {MODELS[name]["config"]["meta"]["indicator"]["code"] for name in INDICATORS}
    named = MODELS["registry"]["config"]["meta"]["not_computable"]

    assert named
    for entry in named:
        assert set(entry) == REGISTERED | {"needs"}
        assert entry["code"] not in computed


def test_the_outcomes_hold_every_indicator() -> None:
    sql = (PROJECT / "models" / "indicators" / "cube" / "outcome.sql").read_text()

    assert all(f"ref('{name}')" in sql for name in INDICATORS)


@pytest.mark.parametrize(
    ("name", "column", "code_set"),
    [
        ("k12_exit_treatment", "exit_type_code", "k12_exit_type"),
        ("k12_diploma_treatment", "diploma_type_code", "k12_diploma_type"),
    ],
)
def test_every_standard_code_has_a_treatment(name: str, column: str, code_set: str) -> None:
    treated = [row[column] for row in seed(name)]

    assert len(treated) == len(set(treated))
    assert set(CATALOGUE.code_sets[code_set].codes) <= set(treated)


def test_excluding_reasons_are_codes_of_the_pirl() -> None:
    codes = {row["other_reasons_for_exit_code"] for row in seed("pirl_exit_exclusion")}

    assert codes <= set(CATALOGUE.code_sets["pirl_other_reasons_for_exit"].codes)


def test_programs_and_families_name_known_clusters_once() -> None:
    clusters = {row["career_cluster_code"] for row in seed("career_cluster")} | {""}
    codes = [row["cip_code"] for row in seed("cip")]
    families = {row["cip_family_code"] for row in seed("cip_family")}

    assert len(codes) == len(set(codes))
    assert {row["career_cluster_code"] for row in [*seed("cip"), *seed("cip_family")]} <= clusters
    assert {code[:2] for code in codes} <= families


def test_occupations_stand_beside_known_programs_once() -> None:
    rows = seed("cip_soc")
    keys = [(row["cip_code"], row["soc_code"], row["cip_year"]) for row in rows]

    assert len(keys) == len(set(keys))
    assert {row["cip_code"] for row in rows} <= {row["cip_code"] for row in seed("cip")}
    # Every program of the synthetic state's schools and of its training is named.
    taught = {program[0] for program in (*PROGRAMS, *TRAINING_PROGRAMS)}
    assert taught <= {row["cip_code"] for row in rows}
