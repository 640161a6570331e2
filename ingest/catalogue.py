"""The catalogue of layouts and code sets: the contract for every file that agencies send.

Belongs here: what the catalogue holds and where it lies. Must not come here: reading its files (catalogue_files),
database access, delivered files. Quality checks and reports read the catalogue too; nothing else of this package is theirs.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ingest.catalogue_files import read_files
from ingest.code_set import CodeSet
from ingest.layout import Column, Layout
from ingest.layout_form import LayoutVersion
from warehouse.errors import P20WError
from warehouse.state import own_catalogue

__all__ = ["Catalogue", "CodeSet", "Column", "Layout", "LayoutVersion", "catalogue_folders", "load_catalogue"]

_PACKAGE = Path(__file__).parent


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


def catalogue_folders() -> list[Path]:
    """Return the folders that make up the catalogue: the installed one, then the state's own changes to it."""
    own = own_catalogue()
    return [_PACKAGE, *([own] if own else [])]


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Return the catalogue in a folder with layouts/ and code_sets/; by default the installed one, as the state changes it."""
    return _read_catalogue(tuple([folder.resolve()] if folder else catalogue_folders()))


@lru_cache(maxsize=4)
def _read_catalogue(folders: tuple[Path, ...]) -> Catalogue:
    found = read_files(folders)
    if found.problems:
        raise found.problems[0].error()
    if not found.layouts:
        raise P20WError(f"No layout file lies under {folders[0] / 'layouts'}.", "Reinstall the package.")
    return Catalogue(layouts=found.layouts, code_sets=found.code_sets)
