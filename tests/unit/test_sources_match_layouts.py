from pathlib import Path
from typing import Any

import pytest

from ingest.catalogue import load_catalogue
from ingest.dbt_sources import column_meta, sources_yaml, table_description
from ingest.layout import RESERVED_COLUMNS
from warehouse.yaml_lines import read_yaml

STAGING = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
CATALOGUE = load_catalogue()
SOURCES = sorted({layout.source for layout in CATALOGUE.layouts.values()})


def _tables(text: str) -> dict[str, dict[str, Any]]:
    (source,) = read_yaml(text)["sources"]
    assert (source["name"], source["schema"]) == ("raw", "raw")
    return {table["name"]: table for table in source["tables"]}


@pytest.mark.parametrize("source", SOURCES)
def test_the_dbt_sources_and_the_layouts_say_the_same(source: str) -> None:
    path = STAGING / source / f"_{source}__sources.yml"
    assert path.exists(), f"{path} is missing; ingest.dbt_sources.sources_yaml writes its text"
    tables = _tables(path.read_text())
    layouts = [layout for layout in CATALOGUE.layouts.values() if layout.source == source]
    assert sorted(tables) == sorted(layout.table for layout in layouts)
    for layout in layouts:
        table = tables[layout.table]
        assert table["description"] == table_description(layout)
        assert table["config"]["meta"]["layout"] == layout.key
        columns = [(c["name"], c["config"]["meta"], c["description"]) for c in table["columns"]]
        assert [name for name, _, _ in columns[:2]] == list(RESERVED_COLUMNS)
        assert columns[2:] == [(c.name, column_meta(c), c.description) for c in layout.columns]


@pytest.mark.parametrize("source", SOURCES)
def test_the_text_for_a_new_source_is_what_the_project_holds(source: str) -> None:
    path = STAGING / source / f"_{source}__sources.yml"
    assert read_yaml(sources_yaml(CATALOGUE, source)) == read_yaml(path.read_text())
