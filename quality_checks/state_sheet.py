"""A state's own file of rules with its text, so that every fault in it is told with its line.

Belongs here: reading the file and refusing it. Must not come here: what a change of a rule may be.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from warehouse.errors import P20WError
from warehouse.yaml_lines import line_of

Sheet = TypeVar("Sheet", bound=BaseModel)


class StateSheetFile(Generic[Sheet]):
    """One YAML file in a state's folder `catalogue`, read as a sheet of the given shape; `usual` is what it may leave out."""

    def __init__(self, path: Path, shape: type[Sheet], usual: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.text = ""
        try:
            self.text = path.read_text(encoding="utf-8")
            content = yaml.safe_load(self.text) or {}
            self.sheet = shape.model_validate(
                {**(usual or {}), **content} if isinstance(content, dict) else content
            )
        except OSError as error:
            self.refuse((), f"it cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.refuse((), "it is not UTF-8")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.refuse((), "it is not valid YAML", line=mark.line + 1 if mark else None)
        except ValidationError as error:
            self.refuse_invalid((), error)

    def refuse_invalid(self, place: tuple[str, ...], error: ValidationError) -> NoReturn:
        """Raise P20WError with the first thing that a check of a shape found, below a place in the file."""
        first = error.errors()[0]
        inside = tuple(str(step) for step in first["loc"])
        self.refuse((*place, *inside), first["msg"].removeprefix("Value error, "))

    def refuse(self, place: tuple[str, ...], reason: str, line: int | None = None) -> NoReturn:
        """Raise P20WError with file, place and line."""
        for length in range(len(place), 0, -1):
            line = line or line_of(self.text, place[:length])
        where = f" in {'.'.join(place)}" if place else ""
        at = f" (line {line})" if line else ""
        raise P20WError(
            f"{'/'.join(self.path.parts[-3:])} is wrong{where}{at}: {reason}.", f"Correct {self.path}."
        ) from None
