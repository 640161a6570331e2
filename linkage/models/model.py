"""A trained linkage model: versioned JSON of the three profiles' settings.

Loading and saving belong here; estimating parameters does not (`training`), nor judging them (`plausible`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from linkage.models.frequencies import Frequencies
from warehouse.errors import P20WError

_CURRENT = "current"


@dataclass(frozen=True)
class LinkModel:
    """Trained Splink settings by profile, with where they come from.

    Attributes:
        version: follows from the content.
        trained_on: what it was trained on: numbers only.
        profiles: Splink settings by profile.
        frequencies: how often names occur; None lets each run count its own records.
    """

    version: str
    trained_on: dict[str, Any]
    profiles: dict[str, dict[str, Any]]
    frequencies: Frequencies | None = None

    def with_frequencies(self, frequencies: Frequencies) -> LinkModel:
        """Return the same weights with the name frequencies of one population."""
        return versioned(self.profiles, self.trained_on, frequencies)

    def save(self, folder: Path) -> Path:
        """Write the model as `person_<version>.json` and return the path; a version is never overwritten."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"person_{self.version}.json"
        if not path.exists():
            content = {"version": self.version, "trained_on": self.trained_on, "profiles": self.profiles}
            if self.frequencies:
                content["frequencies"] = self.frequencies.as_dict()
            path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        return path


def versioned(
    profiles: dict[str, dict[str, Any]], trained_on: dict[str, Any], frequencies: Frequencies | None = None
) -> LinkModel:
    """Return a model whose version follows from its content; whether it is plausible is judged elsewhere."""
    content = json.dumps([profiles, frequencies.as_dict() if frequencies else None], sort_keys=True)
    version = hashlib.sha256(content.encode()).hexdigest()[:12]
    return LinkModel(version, trained_on, profiles, frequencies)


def load_model(path: Path) -> LinkModel:
    """Read a saved model."""
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except OSError:
        raise P20WError(
            f"The linkage model {path.name} cannot be read.", "Name a model that `p20w link` saved."
        ) from None
    except (ValueError, KeyError):
        raise P20WError(
            f"{path.name} is not a linkage model.", "Name a model that `p20w link` saved."
        ) from None


def current_model(folder: Path) -> LinkModel:
    """Return the model that this warehouse trained last, else the one that ships with the package."""
    pointer = folder / _CURRENT
    if not pointer.exists():
        return default_model()
    return load_model(folder / f"person_{pointer.read_text(encoding='utf-8').strip()}.json")


def make_current(model: LinkModel, folder: Path) -> Path:
    """Save a model and let later runs use it."""
    path = model.save(folder)
    pointer = folder / _CURRENT
    written = pointer.with_suffix(".new")
    written.write_text(model.version + "\n", encoding="utf-8")
    written.replace(pointer)
    return path


def default_model() -> LinkModel:
    """Return the model that ships with the package (see models/MODEL_CARD.md)."""
    return _parse(files("linkage").joinpath("models/default.json").read_text(encoding="utf-8"))


def _parse(text: str) -> LinkModel:
    content = json.loads(text)
    kept = content.get("frequencies")
    frequencies = Frequencies(kept["rare"], kept["shares"]) if kept else None
    return LinkModel(content["version"], content["trained_on"], content["profiles"], frequencies)
