"""The catalogue of layouts and code sets: the contract for every file that agencies send.

Belongs here: finding and reading the layout and code-set files. Must not come here: database access,
delivered files. Quality checks and reports read the catalogue too; nothing else of this package is theirs.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.layout import Column, Layout, LayoutVersion
from warehouse.errors import P20WError
from warehouse.state import FIRST_YEAR, LAST_YEAR

__all__ = ["Catalogue", "CodeSet", "Column", "Layout", "LayoutVersion", "load_catalogue"]

_PACKAGE = Path(__file__).parent
_Model = TypeVar("_Model", bound=BaseModel)


class DatedCode(BaseModel):
    """A code that is not of all years."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    first: int = Field(default=FIRST_YEAR, ge=FIRST_YEAR, le=LAST_YEAR, alias="from")
    last: int = Field(default=LAST_YEAR, ge=FIRST_YEAR, le=LAST_YEAR, alias="to")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the code ends in {self.last}, before it begins in {self.first}")
        return self


class CodeSet(BaseModel):
    """The standard codes of one coded column, with what each means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    reference: str
    note: str | None = None
    codes: dict[str, str] = Field(min_length=1)
    years: dict[str, tuple[int, int]] = Field(default={}, exclude=True)

    def years_of(self, code: str) -> tuple[int, int]:
        """Return the first and last year in which files may hold a code."""
        return self.years.get(code, (FIRST_YEAR, LAST_YEAR))

    @model_validator(mode="before")
    @classmethod
    def _part_labels_and_years(cls, content: Any) -> Any:
        """A code is written as its label, or as {label, from, to} when it is not of all years."""
        if not isinstance(content, dict) or not isinstance(content.get("codes"), dict):
            return content
        dated = {
            code: DatedCode.model_validate(said)
            for code, said in content["codes"].items()
            if isinstance(said, dict)
        }
        labels = {
            code: dated[code].label if code in dated else said for code, said in content["codes"].items()
        }
        years = {code: (said.first, said.last) for code, said in dated.items()}
        return content | {"codes": labels} | ({"years": years} if years else {})


class Catalogue(BaseModel):
    """Every layout by its key (k12/student) and every code set by its name."""

    model_config = ConfigDict(frozen=True)

    layouts: dict[str, Layout]
    code_sets: dict[str, CodeSet]

    def layout(self, key: str) -> Layout:
        """Return the layout of this key; raise P20WError with the nearest names when there is none."""
        if key in self.layouts:
            return self.layouts[key]
        from difflib import get_close_matches

        near = get_close_matches(key, self.layouts, n=3, cutoff=0.4) or sorted(self.layouts)
        raise P20WError(f"There is no layout {key!r}.", f"Layouts with a similar name: {', '.join(near)}.")

    def code_sets_of(self, layout_keys: list[str]) -> list[str]:
        """Return the names of the code sets that any of these layouts use."""
        return sorted({name for key in layout_keys for name in self.layout(key).code_sets})


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Return the catalogue in a folder with layouts/ and code_sets/, the installed one by default."""
    return _read_catalogue((folder or _PACKAGE).resolve())


@lru_cache(maxsize=4)
def _read_catalogue(folder: Path) -> Catalogue:
    code_sets = {}
    for path, content in _documents(folder / "code_sets"):
        code_set = _validated(CodeSet, path, content)
        if code_set.name != path.stem:
            raise _misplaced(path, f"code_sets/{code_set.name}.yml")
        code_sets[code_set.name] = code_set
    layouts = {}
    for path, content in _documents(folder / "layouts"):
        layout = _validated(Layout, path, content)
        if (path.parent.name, path.stem) != (layout.source, layout.file_type):
            raise _misplaced(path, f"layouts/{layout.key}.yml")
        if missing := [name for name in layout.code_sets if name not in code_sets]:
            raise P20WError(
                f"Layout file {path.name} uses code set {missing[0]}, which does not exist.",
                f"Add code_sets/{missing[0]}.yml, or correct the name.",
            )
        layouts[layout.key] = layout
    if not layouts:
        raise P20WError(f"No layout file lies under {folder / 'layouts'}.", "Reinstall the package.")
    return Catalogue(layouts=layouts, code_sets=code_sets)


def _documents(folder: Path) -> Iterator[tuple[Path, Any]]:
    # The C parser reads the catalogue about ten times faster; it is absent from some builds of PyYAML.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yml")):
        try:
            yield path, yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            raise P20WError(f"{path.name} is not valid YAML{where}.", f"Correct {path}.") from None


def _validated(model: type[_Model], path: Path, content: Any) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = _place(content, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise P20WError(
            f"{path.parent.name}/{path.name} is wrong{where}: {reason[:1].lower()}{reason[1:]}.",
            f"Correct {path}.",
        ) from None


def _place(content: Any, location: tuple[int | str, ...]) -> str:
    """Return ' in columns.ssn.type': the place with column names instead of list numbers."""
    parts: list[str] = []
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        name = content.get("name") if isinstance(content, dict) and isinstance(step, int) else None
        parts.append(str(name or step))
    return f" in {'.'.join(parts)}" if parts else ""


def _misplaced(path: Path, expected: str) -> P20WError:
    return P20WError(f"{path.parent.name}/{path.name} describes another file.", f"Move it to {expected}.")
