"""Whether layout files are right: every problem by file and line.

Belongs here: the checks a person asks for while writing. Must not come here: what loading needs (catalogue_files).
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from ingest.catalogue import Catalogue, catalogue_folders
from ingest.catalogue_files import Problem, read_files, read_layout
from warehouse.errors import P20WError
from warehouse.yaml_lines import SafeLoader

#: What a draft writes where a person must decide.
UNDECIDED = "?"


def check_layouts(target: str | None = None) -> tuple[int, list[Problem]]:
    """Return how many layouts were looked at, and every problem; of a file, of one layout, or of the whole catalogue."""
    if target is not None and (target.endswith((".yml", ".yaml")) or Path(target).is_file()):
        return 1, _check_file(Path(target))
    folders = catalogue_folders()
    found = read_files(folders)
    paths = [path for folder in folders for path in sorted(folder.glob("layouts/*/*.yml"))]
    sets = [path for folder in folders for path in sorted(folder.glob("code_sets/*.yml"))]
    if target is None:
        written = [problem for path in [*paths, *sets] for problem in written_problems(path)]
        return len(found.layouts), _in_order(found.problems + written)
    chosen = [path for path in paths if f"{path.parent.name}/{path.stem}" == target]
    if not chosen:
        Catalogue(layouts=found.layouts, code_sets=found.code_sets).layout(target)
    written = [problem for path in chosen for problem in written_problems(path)]
    return 1, _in_order([p for p in found.problems if p.path in chosen] + written)


def _check_file(path: Path) -> list[Problem]:
    if not path.is_file():
        raise P20WError(f"There is no file {path}.", "Check the path, or name a layout such as k12/student.")
    # A draft has its code sets in a folder beside that of the layouts.
    own = [
        folder
        for folder in (path.resolve().parent, *path.resolve().parents[1:3])
        if (folder / "code_sets").is_dir()
    ]
    folders = catalogue_folders()
    known = read_files([*folders, *(folder for folder in own[:1] if folder not in folders)])
    written = list(written_problems(path))
    for code_set in own[:1]:
        for other in sorted((code_set / "code_sets").glob("*.yml")):
            written += written_problems(other)
    _, problems = read_layout(path, known.code_sets)
    sets = [problem for problem in known.problems if problem.path.parent.name == "code_sets"]
    return _in_order(written + sets + problems)


def written_problems(path: Path) -> Iterator[Problem]:
    """Yield what a YAML reader would pass over in silence: keys given twice, and what is not decided yet."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=SafeLoader)
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        # Reading the file as a layout says so.
        return
    yield from _walk(path, node, "")


def _walk(path: Path, node: yaml.Node | None, place: str) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            here = f"{place}.{key.value}".lstrip(".")
            if key.value in seen:
                reason = "the key is given twice, and the second would win"
                yield Problem(path, key.start_mark.line + 1, here, reason, f"Correct {path}.")
            seen.add(key.value)
            yield from _walk(path, key, here)
            yield from _walk(path, value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(path, value, f"{place}.{number}")
    elif isinstance(node, yaml.ScalarNode) and node.value == UNDECIDED:
        yield Problem(
            path, node.start_mark.line + 1, place, "this is still to be decided", f"Correct {path}."
        )


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Return the problems by file and line; where something is undecided, what follows from it is not said again."""
    lines = {(problem.path, problem.line) for problem in problems if "still to be decided" in problem.reason}
    kept = [
        problem
        for problem in dict.fromkeys(problems)
        if (problem.path, problem.line) not in lines or "still to be decided" in problem.reason
    ]
    return sorted(kept, key=lambda problem: (str(problem.path), problem.line or 0))
