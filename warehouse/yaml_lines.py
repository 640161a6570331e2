"""YAML as people write it: a key that is given twice is refused, and a place in the file has a line.

Belongs here: reading keys, finding lines. Must not come here: what files mean, messages.
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


class UniqueKeyLoader(yaml.SafeLoader):
    """YAML lets a repeated key win silently; in a code map that loses a code, in an agreement a clause."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; raise yaml.constructor.ConstructorError when a key stands in it twice."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
