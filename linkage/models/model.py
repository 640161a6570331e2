"""A trained linkage model: versioned JSON of the three profiles' settings, and the gate that it must pass.

Loading, saving and judging a model belong here; estimating its parameters does not (`training`).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from linkage.models.frequencies import Frequencies
from warehouse.errors import P20WError

MAX_NAME_WEIGHT = 12.0
MAX_IDENTIFIER_WEIGHT = 22.0
_IDENTIFIERS = ("ssn",)
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
        return _versioned(self.profiles, self.trained_on, frequencies)

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


def make_model(
    profiles: dict[str, dict[str, Any]], trained_on: dict[str, Any], frequencies: Frequencies | None = None
) -> LinkModel:
    """Return a model whose version follows from its content, after the gate."""
    problems = implausible_weights(profiles)
    if problems:
        raise P20WError(
            f"The trained linkage model has {len(problems)} implausible or untrained weight(s): {problems[0]}.",
            "Train on more records, or keep the present model: a run with such weights would link at random.",
        )
    return _versioned(profiles, trained_on, frequencies)


def _versioned(
    profiles: dict[str, dict[str, Any]], trained_on: dict[str, Any], frequencies: Frequencies | None
) -> LinkModel:
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


def implausible_weights(profiles: dict[str, dict[str, Any]]) -> list[str]:
    """Name each level that has no m or u, or weighs more than evidence of its kind can."""
    problems = []
    for name, settings in profiles.items():
        for comparison in settings["comparisons"]:
            part = comparison["output_column_name"]
            limit = MAX_IDENTIFIER_WEIGHT if part in _IDENTIFIERS else MAX_NAME_WEIGHT
            for level in comparison["comparison_levels"]:
                fault = _fault(level, limit)
                if fault:
                    problems.append(f"{name}, {part}, '{level['label_for_charts']}' {fault}")
    return problems


def _fault(level: dict[str, Any], limit: float) -> str | None:
    if level.get("is_null_level"):
        return None
    m, u = level.get("m_probability"), level.get("u_probability")
    if not isinstance(m, float | int) or not isinstance(u, float | int) or m <= 0 or u <= 0:
        return "is not trained"
    weight = math.log2(m / u)
    return f"weighs {weight:.1f} bits" if abs(weight) > limit else None
