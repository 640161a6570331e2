"""The files of the catalogue: read, a state's own changes brought in, and every fault named by file and line.

Belongs here: YAML files and what is wrong with them. Must not come here: what a layout means, where the files lie.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ingest.code_set import CodeSet
from ingest.layout import Layout
from ingest.layout_file import LayoutFile, expand
from warehouse.errors import P20WError
from warehouse.yaml_lines import line_of, read_yaml

# What a state's own file may say about a layout of the package: how it comes, and columns of its own.
_CHANGEABLE = frozenset({"provided_by", "owner", "steward", "versions", "variants", "columns"})
# What only a layout that the package does not have says of itself.
_NEW = frozenset({"source", "file_type"})
# What is said anew as a whole or not at all.
_WHOLE = frozenset({"header", "trailer"})
_Place = tuple[int | str, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file of the catalogue."""

    path: Path
    line: int | None
    place: str
    reason: str
    hint: str

    @property
    def sentence(self) -> str:
        """What is wrong and where, with the file's last folder."""
        line = f" (line {self.line})" if self.line else ""
        place = f" in {self.place}" if self.place else ""
        return f"{self.path.parent.name}/{self.path.name} is wrong{place}{line}: {self.reason}."

    def error(self) -> P20WError:
        """Return the problem as an error to stop with."""
        return P20WError(self.sentence, self.hint)


@dataclass
class Files:
    """What the files hold, and what is wrong with those that hold nothing usable."""

    layouts: dict[str, Layout] = field(default_factory=dict)
    code_sets: dict[str, CodeSet] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Document:
    """One file as text and as data."""

    path: Path
    text: str
    content: Any


def read_files(folders: Sequence[Path]) -> Files:
    """Return what lies in folders with layouts/ and code_sets/; a later folder changes what an earlier one says."""
    found = Files()
    for documents in _by_name(folders, "code_sets", found).values():
        code_set = _code_set(documents[-1], found)
        if code_set is not None:
            found.code_sets[code_set.name] = code_set
    for key, documents in _by_name(folders, "layouts", found).items():
        layout = _layout(key, documents, folders[0], found)
        if layout is not None:
            found.layouts[key] = layout
    return found


def read_layout(path: Path, code_sets: dict[str, CodeSet]) -> tuple[Layout | None, list[Problem]]:
    """Return the layout in one file, wherever it lies, or what is wrong with it."""
    found = Files(code_sets=code_sets)
    document = _document(path, found)
    layout = _validated(None, [document], found) if document else None
    return layout, found.problems


def _by_name(folders: Sequence[Path], kind: str, found: Files) -> dict[str, list[_Document]]:
    """Return the documents of one kind by their path without extension, those of earlier folders first."""
    documents: dict[str, list[_Document]] = {}
    for folder in folders:
        for path in sorted((folder / kind).rglob("*.yml")):
            document = _document(path, found)
            if document is not None:
                name = path.relative_to(folder / kind).with_suffix("").as_posix()
                documents.setdefault(name, []).append(document)
    return documents


def _document(path: Path, found: Files) -> _Document | None:
    try:
        text = path.read_text(encoding="utf-8")
        content = read_yaml(text)
    except OSError as error:
        found.problems.append(
            Problem(path, None, "", f"it cannot be read: {error.strerror}", f"Check {path}.")
        )
    except UnicodeDecodeError:
        found.problems.append(Problem(path, None, "", "it is not UTF-8", f"Save {path} as UTF-8."))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        found.problems.append(Problem(path, line, "", "it is not valid YAML", f"Correct {path}."))
    else:
        if isinstance(content, dict):
            return _Document(path, text, content)
        found.problems.append(Problem(path, None, "", "it holds no keys", f"Correct {path}."))
    return None


def _code_set(document: _Document, found: Files) -> CodeSet | None:
    try:
        code_set = CodeSet.model_validate(document.content)
    except ValidationError as error:
        found.problems += _problems(error, [document], document.content)
        return None
    if code_set.name != document.path.stem:
        found.problems.append(_misplaced(document, f"code_sets/{code_set.name}.yml"))
        return None
    return code_set


def _layout(key: str, documents: list[_Document], package: Path, found: Files) -> Layout | None:
    first, *changes = documents
    if not first.path.is_relative_to(package) and not set(first.content) & _NEW:
        reason = "the package has no such layout; a new one says all, its source and file_type to begin with"
        hint = f"Rename {first.path} after the layout it changes, or see `p20w layout new`."
        found.problems.append(Problem(first.path, None, "", reason, hint))
        return None
    for change in changes:
        if unknown := sorted(set(change.content) - _CHANGEABLE):
            line = line_of(change.text, (unknown[0],))
            reason = f"a state's own file says {', '.join(sorted(_CHANGEABLE))} and nothing else"
            found.problems.append(Problem(change.path, line, unknown[0], reason, f"Correct {change.path}."))
            return None
    return _validated(key, documents, found)


def _validated(key: str | None, documents: list[_Document], found: Files) -> Layout | None:
    """Return the layout that the documents give together; its problems are added to those found."""
    document = documents[-1]
    merged = documents[0].content
    for change in documents[1:]:
        merged = _merged(merged, change.content)
    try:
        layout = expand(LayoutFile.model_validate(merged))
    except ValidationError as error:
        found.problems += _problems(error, documents, merged)
        return None
    except ValueError as error:
        found.problems.append(Problem(document.path, None, "", str(error), f"Correct {document.path}."))
        return None
    if key not in (None, layout.key):
        found.problems.append(_misplaced(documents[0], f"layouts/{layout.key}.yml"))
        return None
    for column in layout.columns:
        if column.code_set and column.code_set not in found.code_sets:
            line = _line(documents, merged, ("columns", layout.columns.index(column), "code_set"))[1]
            reason = f"column {column.name} uses code set {column.code_set}, which does not exist"
            hint = f"Add code_sets/{column.code_set}.yml, or correct the name."
            found.problems.append(Problem(document.path, line, f"columns.{column.name}", reason, hint))
            return None
    return layout


def _merged(said: Any, change: Any) -> Any:
    """Return mappings merged key by key and named list entries name by name; anything else is replaced."""
    if isinstance(said, dict) and isinstance(change, dict):
        return said | {
            key: value if key in _WHOLE else _merged(said.get(key), value) for key, value in change.items()
        }
    if isinstance(said, list) and _is_named(said) and _is_named(change):
        changes = {entry["name"]: entry for entry in change}
        kept = [_merged(entry, changes.pop(entry["name"], {})) for entry in said]
        return kept + list(changes.values())
    return change


def _is_named(entries: Any) -> bool:
    return isinstance(entries, list) and all(isinstance(e, dict) and "name" in e for e in entries)


def _problems(error: ValidationError, documents: list[_Document], merged: Any) -> Iterator[Problem]:
    for fault in error.errors():
        # Places such as function names are the validator's own: they are in no file.
        place = _existing(merged, fault["loc"])
        path, line = _line(documents, merged, place)
        reason = fault["msg"].removeprefix("Value error, ")
        names = ".".join(_names(merged, place))
        yield Problem(path, line, names, f"{reason[:1].lower()}{reason[1:]}".rstrip("."), f"Correct {path}.")


def _existing(content: Any, place: _Place) -> _Place:
    """Return a place without the steps that the file does not have; a missing last key stays."""
    kept: list[int | str] = []
    for number, step in enumerate(place):
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            if number < len(place) - 1 or not isinstance(content, dict):
                continue
        kept.append(step)
    return tuple(kept)


def _names(content: Any, place: _Place) -> Iterator[str]:
    """Yield the steps of a place with names instead of list numbers: columns, ssn, type."""
    for step in place:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        name = content.get("name") if isinstance(content, dict) and isinstance(step, int) else None
        yield str(name or step)


def _line(documents: list[_Document], merged: Any, place: _Place) -> tuple[Path, int | None]:
    """Return the file that says what stands at a place, and the line; the latest file that says it wins."""
    names = tuple(_names(merged, place))
    for length in range(len(names), 0, -1):
        for document in reversed(documents):
            line = line_of(document.text, names[:length])
            if line is not None:
                return document.path, line
    return documents[-1].path, None


def _misplaced(document: _Document, expected: str) -> Problem:
    return Problem(document.path, None, "", "it describes another file", f"Move it to {expected}.")
