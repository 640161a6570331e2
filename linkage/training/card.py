"""The model card: what a model learnt from, with which settings, and the weight of every level, as one page without request.

Filling the page belongs here. It shows counts and weights only, no value of a record.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.models.plausible import bits
from linkage.training.charts import LevelValues, percent, shares_chart, weights_chart
from linkage.training.reasons import why_fixed

if TYPE_CHECKING:
    from linkage.models.model import LinkModel

_HERE = Path(__file__).parent
_COMPARED = {
    "education": "pairs of which a side has no SSN: names, birth date, sex, residence",
    "full": "pairs that both have an SSN: the same and the SSN",
    "wages": "a wage record and another, both with an SSN: names and SSN",
}
_ORIGINS = {
    "learnt": "learnt from these records",
    "kept": "set by hand: too few examples to learn from",
    "fixed": "set by hand on purpose",
}


def write_card(model: LinkModel, folder: Path, *, refused: list[str] | None = None) -> Path:
    """Write the card of a model into a folder, beside its JSON, and return the path.

    Args:
        model: What was trained.
        folder: Where the models are.
        refused: Why the model must not be used, if so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{'refused' if refused else 'person'}_{model.version}.html"
    path.write_text(card_page(model, refused or []), encoding="utf-8")
    return path


def card_page(model: LinkModel, refused: list[str]) -> str:
    """Return the card as a page."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    style = (_HERE / "static" / "card.css").read_text(encoding="utf-8")
    return environment.get_template("card.html.j2").render(
        model=model,
        on=model.trained_on,
        refused=refused,
        profiles=[_profile(name, settings, model.trained_on) for name, settings in model.profiles.items()],
        style=Markup(style),  # noqa: S704 - a file of this package
        style_fingerprint=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _profile(name: str, settings: dict[str, Any], trained_on: dict[str, Any]) -> dict[str, Any]:
    told = trained_on.get("profiles", {}).get(name, {})
    levels = level_values(settings, told)
    weighed = [level for level in levels if level.m > 0 and level.u > 0]
    return {
        "name": name,
        "compared": _COMPARED.get(name, ""),
        "rounds": told.get("rounds", []),
        "pairs": told.get("pairs", 0),
        "matches": told.get("expected_matches", 0),
        "levels": levels,
        "fixed": [
            (level, why_fixed(level.comparison, level.label))
            for level in levels
            if level.origin == _ORIGINS["fixed"]
        ],
        "weights": weights_chart(f"{name}-weights", weighed),
        "shares": shares_chart(f"{name}-shares", weighed),
    }


def level_values(settings: dict[str, Any], told: dict[str, Any]) -> list[LevelValues]:
    """Return the levels of one profile in the order of the model, with where their values come from."""
    origins = {(entry["comparison"], entry["level"]): entry for entry in told.get("levels", [])}
    found = []
    for comparison in settings["comparisons"]:
        part = comparison["output_column_name"]
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            entry = origins.get((part, level["label_for_charts"]), {"m": "fixed", "examples": None})
            found.append(
                LevelValues(
                    part,
                    level["label_for_charts"],
                    level["m_probability"],
                    level["u_probability"],
                    bits(level),
                    _ORIGINS[entry["m"]],
                    entry["examples"],
                )
            )
    return found
