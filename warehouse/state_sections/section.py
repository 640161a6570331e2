"""What every section of the state's file has in common: unknown keys are errors, and some values recur."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# File names separate submitter, layout and period by two underscores.
SubmitterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
LayoutKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Year = Annotated[int, Field(ge=1900, le=9999)]


class Section(BaseModel):
    """A part of the file: unknown keys are errors, values read as attributes or by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __getitem__(self, name: str) -> Any:
        if name not in type(self).model_fields:
            raise KeyError(name)
        return getattr(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a key, else the default."""
        return self[name] if name in type(self).model_fields else default
