"""Where in a YAML file something stands, so that whoever wrote it is told the line.

Belongs here: finding lines. Must not come here: what files mean, messages.
"""

from typing import Any

import yaml


def line_of(text: str, names: tuple[str, ...]) -> int | None:
    """Return the line of a place in a YAML text, given by keys, list numbers and names of list entries."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = None
    for name in names:
        found = _step(node, name)
        if found is None:
            return None
        line, node = found
    return line


def _step(node: Any, name: str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value):
            named = isinstance(entry, yaml.MappingNode) and any(
                key.value == "name" and value.value == name for key, value in entry.value
            )
            if named or str(number) == name:
                return entry.start_mark.line + 1, entry
    return None
