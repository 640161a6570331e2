"""The rules of disclosure control that a state applies: a preset, and what its state file changes.

The presets are data, in `presets/`, each with the source of its figures. What the rules decide is elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.errors import P20WError
from warehouse.yaml_lines import read_yaml

Unit = Literal["percent", "usd"]
# Largest group and a width or a cut in percent; no largest group in the last pair.
Ladder = tuple[tuple[int | None, float], ...]

PRESETS = Path(__file__).parent / "presets"
# The preset of a state whose people are simulated; its releases say so on every page.
SYNTHETIC_PRESET = "synthetic_state"
# States publish from 5 people upwards at the least; below 3 even an honest setting protects nobody.
_LOWEST_COUNT = 3
_LADDERS = ("coded", "bins")

ONE_WAY = ("district", "school", "career_cluster", "subgroup")


@dataclass(frozen=True)
class DisclosurePolicy:
    """The rules of one state. Every table of a release follows the same ones."""

    preset: str = "own"
    min_count: int = 10
    #: People on each side of a shown rate; nought where bins or coding hide who is at the ends.
    min_outcome_count: int = 3
    min_wage_count: int = 10
    min_employers: int = 3
    max_employer_share: float = 0.8
    round_count_to: int = 10
    #: For counts from 1,000.
    round_large_count_to: int | None = None
    round_rate_to: float = 0.1
    round_usd_to: float = 100
    #: Amounts above are shown as the bound.
    usd_top: float | None = None
    #: A rate is never finer than the weight of one person.
    rate_step_by_size: bool = True
    #: A percentage is made of the rounded counts.
    rate_of_rounded_counts: bool = False
    coded: Ladder = ((20, 20), (40, 10), (100, 5), (300, 2), (None, 1))
    bins: Ladder = ()
    # Single cohorts and all cohorts pooled are never both published: their difference is one cohort.
    cohorts: Literal["single", "pooled"] = "single"
    #: Tables of a release. A cross of two, such as `district x subgroup`, is a state's own choice: it is dear to attack.
    tables: tuple[str, ...] = ONE_WAY
    #: A table that would lose more than this share of its cells is left out for the coarser one; never where none.
    roll_up_above: float | None = None
    #: Such a table of so many consecutive cohorts is published as one instead, where that shows more; never where 1.
    pool_years: int = 1

    def __post_init__(self) -> None:
        """Refuse rules that would protect nobody."""
        if min(self.min_count, self.min_wage_count) < _LOWEST_COUNT or (
            self.min_outcome_count < 1 and not (self.bins or self.coded)
        ):
            raise P20WError(
                "The disclosure thresholds are too low to protect anybody.",
                f"Set min_count and min_wage_count to at least {_LOWEST_COUNT}, and min_outcome_count to at least 1"
                " unless rates are coded or binned.",
            )
        if min(self.round_rate_to, self.round_usd_to, self.round_count_to) <= 0:
            raise P20WError(
                "A rounding step of the disclosure settings is not positive.",
                "Set round_rate_to, round_usd_to and round_count_to above zero.",
            )
        if self.cohorts not in ("single", "pooled"):
            raise P20WError(
                "The disclosure setting 'cohorts' is neither 'single' nor 'pooled'.",
                "Choose one of the two: publishing both would let one cohort be computed by subtraction.",
            )

    @property
    def pools_years(self) -> bool:
        """True where tables of consecutive cohorts may be published as one."""
        return self.pool_years > 1 and self.roll_up_above is not None and self.cohorts == "single"

    @classmethod
    def from_settings(cls, settings: Any) -> DisclosurePolicy:
        """The preset that a state file names, with what the file sets instead."""
        own = {f.name: getattr(settings, f.name, None) for f in fields(cls) if f.name != "preset"}
        return cls.of_preset(settings.preset, **{k: v for k, v in own.items() if v is not None})

    @classmethod
    def of_preset(cls, preset: str, **changed: Any) -> DisclosurePolicy:
        """A preset by the name of its file, changed where asked."""
        given = {"rate_step_by_size": False, "coded": (), **read_preset(preset)["rules"], **changed}
        for ladder in _LADDERS:
            given[ladder] = tuple((largest, step) for largest, step in given.get(ladder, ()))
        if "tables" in given:
            given["tables"] = tuple(given["tables"])
        return cls(preset=preset, **given)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> DisclosurePolicy:
        """The rules as an earlier release recorded them."""
        known = {f.name for f in fields(cls)} - {"preset"}
        # Releases that do not say so rolled nothing up and pooled nothing.
        given = {"roll_up_above": None, "pool_years": 1, **{k: v for k, v in record.items() if k in known}}
        return cls.of_preset(record["preset"], **given)

    def as_dict(self) -> dict[str, Any]:
        """The rules by name, for the record of a release."""
        rules = asdict(self)
        if self.roll_up_above is None:
            del rules["roll_up_above"]
        if self.pool_years == 1:
            del rules["pool_years"]
        return rules

    def smallest_group(self, unit: Unit) -> int:
        """The fewest people a shown number may stand for."""
        return self.min_count if unit == "percent" else max(self.min_count, self.min_wage_count)

    def count_step(self, people: int) -> int:
        """What a count of people is rounded to."""
        large = self.round_large_count_to
        return large if large is not None and people >= 1000 else self.round_count_to


def preset_names() -> list[str]:
    """The presets that a state file can name."""
    return sorted(path.stem for path in PRESETS.glob("*.yml"))


@cache
def read_preset(preset: str) -> dict[str, Any]:
    """Name, source and rules of a preset."""
    if preset not in preset_names():
        raise P20WError(
            f"There is no disclosure preset {preset!r}.",
            f"Name one of {', '.join(preset_names())} in the state file.",
        )
    content: dict[str, Any] = read_yaml((PRESETS / f"{preset}.yml").read_text(encoding="utf-8"))
    return content


def step_of(ladder: Ladder, people: int) -> float | None:
    """The width or cut that a ladder gives a group of this size; none where it has no rung for it."""
    return next((step for largest, step in ladder if largest is None or people <= largest), None)
