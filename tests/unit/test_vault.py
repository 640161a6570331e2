"""Identifiers stay in the vault: what dbt builds elsewhere has no column of the class `direct`, by the columns' own words."""

from typing import Any

from orchestration.manifest import load_manifest

#: An agency's own number for a record: staging needs it to find the person, and only staging has it.
RECORD_NUMBERS = {
    "student_id_state",
    "student_id_local",
    "student_id_institution",
    "unique_individual_identifier",
    # The same under one name, or the random id of a record where the agency's key would say who it is.
    "source_key",
}


def direct_columns(schemas: set[str]) -> set[tuple[str, str]]:
    nodes: Any = load_manifest()["nodes"]
    return {
        (node["name"], name)
        for node in nodes.values()
        if node["resource_type"] in {"model", "seed"} and node["schema"] in schemas
        for name, column in node["columns"].items()
        if column["config"].get("meta", column["meta"]).get("pii") == "direct"
    }


def test_core_and_above_have_no_direct_identifier() -> None:
    assert direct_columns({"core", "indicators", "marts", "published"}) == set()


def test_staging_outside_the_vault_has_record_numbers_only() -> None:
    assert {column for _, column in direct_columns({"staging"})} <= RECORD_NUMBERS


def test_the_vault_is_where_names_and_social_security_numbers_are() -> None:
    assert {"first_name", "last_name", "ssn", "birthdate"} <= {c for _, c in direct_columns({"identity"})}


def test_every_column_of_core_and_above_says_its_class() -> None:
    nodes: Any = load_manifest()["nodes"]
    silent = [
        f"{node['name']}.{name}"
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] in {"core", "indicators", "marts"}
        for name, column in node["columns"].items()
        if "pii" not in column["config"].get("meta", column["meta"])
    ]
    assert silent == []
