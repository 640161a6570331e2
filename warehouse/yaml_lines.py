"""YAML as people write it: read fast, a key that is given twice refused, and a place in the file has a line.

Belongs here: reading texts and keys, finding lines. Must not come here: what files mean, messages.
"""

from typing import Any

import yaml

#: libyaml reads about ten times faster than Python does; it is absent from some builds of PyYAML.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """Return what a YAML text of ours holds: plain values, as `yaml.safe_load` returns them."""
    return yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a SafeLoader


def line_of(text: str, names: tuple[str, ...]) -> int | None:
    """Return the line of a place in a YAML text, given by keys, list numbers and names of list entries."""
    node = yaml.compose(text, Loader=SafeLoader)
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


class UniqueKeyLoader(SafeLoader):  # type: ignore[misc]
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
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
