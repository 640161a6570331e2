"""Every indicator has golden cases of its own, and every exception that its registry entry declares is named by one.

A golden case is a dbt unit test. What exceptions its rows show stands in its `config.meta.exclusions`, in the registry's words.
"""

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from warehouse.yaml_lines import read_yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
SQL = {path.stem: path.read_text() for path in (PROJECT / "models").rglob("*.sql")}
MACROS = {
    name: body
    for path in (PROJECT / "macros").rglob("*.sql")
    for name, body in re.findall(r"{%-? macro (\w+)\(.*?%}(.*?){%-? endmacro", path.read_text(), re.DOTALL)
}


def read(pattern: str, kind: str) -> list[dict[str, Any]]:
    folder = PROJECT / "models"
    # The loader in C: there are thousands of rows to read.
    found = [read_yaml(path.read_text()).get(kind, []) for path in sorted(folder.rglob(pattern))]
    return [entry for entries in found for entry in entries]


CASES = read("*__unit_tests.yml", "unit_tests")
INDICATORS = {
    model["name"]: model["config"]["meta"]["indicator"]["exclusions"] for model in read("ind_*.yml", "models")
}


def plain(sentence: str) -> str:
    return " ".join(sentence.split()).strip(" .;").lower()


def exceptions(exclusions: str) -> set[str]:
    """The sentences of a registry entry, of which each is one exception or one kind of them."""
    return {plain(sentence) for sentence in re.split(r"(?<=[.;])\s+", exclusions) if plain(sentence)}


@cache
def stands_on(name: str) -> frozenset[str]:
    """The model itself and every model that it is made of, by its SQL and by the macros that it calls."""
    text, called = SQL[name], set[str]()
    while more := set(re.findall(r"\b(\w+)\(", text)) & (MACROS.keys() - called):
        called |= more
        text += "".join(MACROS[macro] for macro in more)
    # A macro that takes the name of a model refers to it where it is called.
    named = set(re.findall(r"ref\('(\w+)'\)", text)) | set(re.findall(r"\('(\w+)'\)", SQL[name]))
    found = {model for model in named if model in SQL and model != name}
    return frozenset({name}).union(*(stands_on(model) for model in found))


def shown() -> dict[str, set[str]]:
    """The exceptions that the golden cases of each model show."""
    by_model: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        said = case.get("config", {}).get("meta", {}).get("exclusions", [])
        by_model[case["model"]] |= {plain(sentence) for sentence in said}
    return by_model


SHOWN = shown()


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_an_indicator_has_a_golden_case_and_one_for_each_declared_exception(name: str) -> None:
    assert name in {case["model"] for case in CASES}

    covered = set().union(*(SHOWN[model] for model in stands_on(name) if model in SHOWN))
    assert exceptions(INDICATORS[name]) - covered == set()


def test_a_golden_case_names_only_exceptions_that_an_indicator_above_it_declares() -> None:
    declared: dict[str, set[str]] = defaultdict(set)
    for name, exclusions in INDICATORS.items():
        for model in stands_on(name):
            declared[model] |= exceptions(exclusions)

    assert {model: said - declared[model] for model, said in SHOWN.items() if said - declared[model]} == {}


@pytest.mark.parametrize(
    ("seed", "columns", "model"),
    [
        ("pirl_exit_exclusion", ["other_reasons_for_exit_code"], "int_wioa__exiter"),
        ("pirl_exit_exclusion", ["other_reasons_for_exit_code"], "ind_wioa_measurable_skill_gains"),
        ("credential_recognition", ["reported_by", "credential_type"], "int_person__recognized_credential"),
    ],
)
def test_every_row_of_a_seed_of_exceptions_has_a_golden_case(
    seed: str, columns: list[str], model: str
) -> None:
    with (PROJECT / "seeds" / f"{seed}.csv").open(newline="") as file:
        codes = {tuple(row[column] for column in columns) for row in csv.DictReader(file)}
    given = {
        tuple(row.get(column) or "unknown" for column in columns)
        for case in CASES
        if case["model"] == model
        for source in case["given"]
        for row in source.get("rows", [])
    }

    assert codes - given == set()


def test_every_exit_code_has_a_golden_case() -> None:
    """Each is given once by a loop, removed or kept: what is not expected is removed."""
    (case,) = (case for case in CASES if case["name"] == "each_documented_exit_code_removes_or_stays")
    with (PROJECT / "seeds" / "k12_exit_treatment.csv").open(newline="") as file:
        treatments = {row["exit_type_code"]: row["cohort_treatment"] for row in csv.DictReader(file)}
    staying = {row["person_id"][-5:] for row in case["expect"]["rows"]}

    assert {code for code, treated in treatments.items() if treated != "remove_if_documented"} == staying
