"""The dbt sources over the raw tables, written from the layouts.

Belongs here: the text of a sources file, used when a source is new. Must not come here: writing over a file that
people have worked on since; a test compares the two sides instead.
"""

import json

from ingest.catalogue import Catalogue, Column, Layout

_HEAD = """\
version: 2

sources:
  - name: raw
    schema: raw
    description: Delivered rows as text, one table per layout; loaded by ingest
    tables:
"""
_OWN_COLUMNS = "".join(
    f"          - {{name: {name}, description: \"{{{{ doc('{name}') }}}}\", config: {{meta: {{pii: none}}}}}}\n"
    for name in ("delivery_id", "row_number")
)


def sources_yaml(catalogue: Catalogue, source: str) -> str:
    """Return the text of models/staging/<source>/_<source>__sources.yml."""
    layouts = sorted((c for c in catalogue.layouts.values() if c.source == source), key=lambda c: c.file_type)
    return _HEAD + "".join(map(_table, layouts))


def table_description(layout: Layout) -> str:
    """Return what dbt's documentation says about a raw table."""
    return f"{layout.title}, {layout.grain}"


def column_meta(column: Column) -> dict[str, str]:
    """Return the facts about a column that dbt keeps as meta."""
    return {"pii": column.pii} | ({"ceds": column.ceds} if column.ceds else {})


def _table(layout: Layout) -> str:
    return (
        f"      - name: {layout.table}\n"
        f"        description: {_quoted(table_description(layout))}\n"
        f"        config: {{meta: {{layout: {layout.key}}}}}\n"
        "        columns:\n" + _OWN_COLUMNS + "".join(map(_column, layout.columns))
    )


def _column(column: Column) -> str:
    meta = column_meta(column)
    facts = ", ".join(
        f"{name}: {_quoted(value) if name == 'ceds' else value}" for name, value in meta.items()
    )
    description = _quoted(column.description)
    return f"          - {{name: {column.name}, description: {description}, config: {{meta: {{{facts}}}}}}}\n"


def _quoted(text: str) -> str:
    """Return the text as a quoted YAML scalar; JSON's form is one."""
    return json.dumps(text, ensure_ascii=False)
