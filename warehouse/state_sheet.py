"""A YAML file beside the state's file with its text, so that every fault in it is told with its line.

Belongs here: reading the file and refusing it. Must not come here: what the files say.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from warehouse.errors import P20WError
from warehouse.yaml_lines import UniqueKeyLoader, line_of

Sheet = TypeVar("Sheet", bound=BaseModel)


class StateSheetFile(Generic[Sheet]):
    """One YAML file of a state, read as a sheet of the given shape; `usual` is what it may leave out."""

    def __init__(self, path: Path, shape: type[Sheet], usual: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.text = ""
        try:
            self.text = path.read_text(encoding="utf-8")
            content = yaml.load(self.text, Loader=UniqueKeyLoader) or {}  # noqa: S506 - a SafeLoader
            self.sheet = shape.model_validate(
                {**(usual or {}), **content} if isinstance(content, dict) else content
            )
        except OSError as error:
            self.refuse((), f"it cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.refuse((), "it is not UTF-8")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            repeated = error.problem if isinstance(error, yaml.constructor.ConstructorError) else None
            self.refuse((), repeated or "it is not valid YAML", line=mark.line + 1 if mark else None)
        except ValidationError as error:
            self.refuse_invalid((), error)

    def refuse_invalid(self, place: tuple[str, ...], error: ValidationError) -> NoReturn:
        """Raise P20WError with the first thing that a check of a shape found, below a place in the file."""
        first = error.errors()[0]
        inside = tuple(str(step) for step in first["loc"])
        words = {"missing": "it is missing", "extra_forbidden": "it is not a known key"}
        reason = words.get(first["type"]) or first["msg"].removeprefix("Value error, ")
        self.refuse((*place, *inside), reason)

    def refuse(self, place: tuple[str, ...], reason: str, line: int | None = None) -> NoReturn:
        """Raise P20WError with file, place and line."""
        for length in range(len(place), 0, -1):
            line = line or line_of(self.text, place[:length])
        where = f" in {'.'.join(place)}" if place else ""
        at = f" (line {line})" if line else ""
        raise P20WError(
            f"{'/'.join(self.path.parts[-3:])} is wrong{where}{at}: {reason}.", f"Correct {self.path}."
        ) from None
