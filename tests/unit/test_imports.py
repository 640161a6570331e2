"""The walls between the packages: who may import whom, and what may be imported when a module loads."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIDDLE = ["ingest", "linkage", "quality_checks", "governance", "reports"]
PACKAGES = ["orchestration", *MIDDLE, "warehouse"]
MAY_IMPORT = {
    "warehouse": {"warehouse"},
    "orchestration": set(PACKAGES),
    **{package: {package, "warehouse"} for package in MIDDLE},
}
# The layout catalogue is the one contract that others read too.
READ_BY_NAME = {
    "governance": {"ingest.catalogue", "ingest.layout"},
    "quality_checks": {"ingest.catalogue", "ingest.layout"},
    "reports": {"ingest.catalogue", "ingest.layout"},
}
# Seconds and hundreds of megabytes each: imported inside the functions that need them.
HEAVY = {"great_expectations", "dbt", "splink", "duckdb", "pandas", "pyspark"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path, *, at_load_only: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _reached(tree) if at_load_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def _reached(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run when the module loads: not the bodies of functions, not `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _reached(child)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imports(path, at_load_only=False)
        if (top := name.split(".")[0]) in PACKAGES
        and top not in MAY_IMPORT[package]
        and name not in READ_BY_NAME.get(package, set())
    ]
    assert wrong == []


@pytest.mark.parametrize("package", [p for p in PACKAGES if p != "orchestration"])
def test_only_orchestration_imports_dagster(package: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in modules(package)
        if any(name.split(".")[0].startswith("dagster") for name in imports(path, at_load_only=False))
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_heavy_libraries_are_imported_inside_functions(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name} when it loads"
        for path in modules(package)
        for name in imports(path, at_load_only=True)
        if name.split(".")[0] in HEAVY
    ]
    assert wrong == []


def test_no_module_hides_a_library_by_its_name() -> None:
    hidden = {"splink.py", "dagster.py", "dbt.py", "utils.py"}
    assert [p for package in PACKAGES for p in modules(package) if p.name in hidden] == []
