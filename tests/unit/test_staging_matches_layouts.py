import re
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import load_catalogue
from ingest.dbt_sources import column_meta
from ingest.layout import Layout
from warehouse.yaml_lines import read_yaml

STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
CATALOGUE = load_catalogue()
LAYOUTS = sorted(CATALOGUE.layouts)

OF_THE_DELIVERY = ["delivery_id", "row_number", "submitter", "period"]
# Columns that staging computes; every other column is the layout's.
DERIVED = {"stg_ui__wages": ["wage_year", "wage_quarter", "quarter_index", "source_key"]}
DATA_TYPES = {"text": "text", "date": "date", "integer": "integer", "decimal": "numeric", "code": "text"}
MACROS = {
    "text": "as_text",
    "date": "as_date",
    "integer": "as_integer",
    "decimal": "as_decimal",
    "code": "as_code",
}
LONGEST_MODEL = 50
# A layout of more than a hundred columns cannot be read in fewer lines.
WIDEST, LONGEST_WIDE_MODEL = 100, 75


def model_of(layout: Layout) -> dict[str, Any]:
    """The staging model that says in its test which layout it stands for."""
    path = STAGING / layout.source / f"_{layout.source}__models.yml"
    models = read_yaml(path.read_text())["models"]
    (model,) = [
        model
        for model in models
        if model["data_tests"][0]["rows_match_deliveries"]["arguments"]["layout"] == layout.key
    ]
    assert isinstance(model, dict)
    return model


def sql_of(layout: Layout) -> str:
    return (STAGING / layout.source / f"{model_of(layout)['name']}.sql").read_text()


def conversions(sql: str) -> dict[str, tuple[str, str | None]]:
    """Column -> macro that reads it and code set, from the singular and the plural form of the macros."""
    found: dict[str, tuple[str, str | None]] = {}
    for macro, column, code_set in re.findall(
        r"\{\{ (as_\w+)\('(?:delivered\.)?(\w+)'(?:, '(\w+)')?\) \}\} as \w+", sql
    ):
        found[column] = (macro, code_set or None)
    for macro, code_set, columns in re.findall(r"\{\{ (as_\w+s)\((?:'(\w+)', )?\[([^\]]*)\]\) \}\}", sql):
        found |= {column: (macro[:-1], code_set or None) for column in re.findall(r"'(\w+)'", columns)}
    return found


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_staging_model_documents_every_column_of_its_layout(key: str) -> None:
    layout = CATALOGUE.layouts[key]
    model = model_of(layout)
    columns = {column["name"]: column for column in model["columns"]}
    derived = DERIVED.get(model["name"], [])
    assert list(columns) == OF_THE_DELIVERY + [column.name for column in layout.columns] + derived
    for column in layout.columns:
        written = columns[column.name]
        code_set = {"code_set": column.code_set} if column.code_set else {}
        assert written["config"]["meta"] == column_meta(column) | code_set
        assert written["description"]
        assert written["data_type"] == DATA_TYPES[column.type], column.name


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_staging_model_reads_every_column_as_the_type_and_code_set_of_its_layout(key: str) -> None:
    layout = CATALOGUE.layouts[key]
    expected = {column.name: (MACROS[column.type], column.code_set) for column in layout.columns}
    assert conversions(sql_of(layout)) == expected


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_staging_model_is_short_and_says_what_a_row_is(key: str) -> None:
    layout = CATALOGUE.layouts[key]
    lines = sql_of(layout).splitlines()
    assert lines[0].startswith("-- One row per ")
    assert len(lines) <= (LONGEST_WIDE_MODEL if len(layout.columns) > WIDEST else LONGEST_MODEL)
