"""The JSON Schema of layout files, by which editors complete and check them; `python -m ingest.layout_schema` renews it.

Belongs here: the schema's text and place. Must not come here: what the schema says (that is layout_file).
"""

import json
from pathlib import Path

from ingest.layout_file import LayoutFile

SCHEMA = Path(__file__).parent / "layout_schema.json"
#: The line by which an editor finds the schema, in a file of layouts/<source>/.
EDITOR_LINE = "# yaml-language-server: $schema=../../layout_schema.json"


def schema_text() -> str:
    """Return the schema as it is to be committed."""
    schema = LayoutFile.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
