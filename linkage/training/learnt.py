"""Which value each level of a trained model gets: what was learnt, or the value set by hand where too little was seen.

Deciding and telling why belong here; estimating is `train`'s, judging the outcome `plausible`'s.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage.models.settings import Profile
    from linkage.training.rounds import Examples, Level, Round

# EM's estimate of a level that fewer matches show is mere chance; nor can so few tell that a value set by hand is wrong.
_FEWEST_MATCHES = 100
_FEWEST_RANDOM_PAIRS = 20
# So many matches should have shown a level by the value set by hand: then that value is refuted, not merely untested.
_EXPECTED_MATCHES = 4 * _FEWEST_MATCHES


@dataclass(frozen=True)
class Chance:
    """What taught how often values agree by chance.

    Attributes:
        pairs: random pairs looked at.
        match_share: share of all pairs that are of one person: in a small file random pairs hold so many of them that an
            agreement would look likelier by chance than it is.
    """

    pairs: int
    match_share: float

    def corrected(self, share: float, m: float) -> float:
        """Take the true matches out of the share of random pairs that show a level."""
        return (share - self.match_share * m) / (1 - self.match_share)


@dataclass(frozen=True)
class Learnt:
    """One trained profile and where each of its values comes from.

    Attributes:
        settings: Splink settings with every m and u.
        rounds: what EM learnt.
        examples: the pairs that stand behind the values; None where nothing could be learnt.
        origins: by level, where its m and its u come from: `learnt`, `kept` (too few examples) or `fixed` (by hand).
    """

    settings: dict[str, Any]
    rounds: list[Round]
    examples: Examples | None
    origins: dict[Level, tuple[str, str]]

    @property
    def learnt_levels(self) -> set[Level]:
        """Levels whose m training decided."""
        return {level for level, (m, _) in self.origins.items() if m == "learnt"}

    def as_dict(self) -> dict[str, Any]:
        """Return what the model's JSON tells of the profile's training: numbers only."""
        by_level = self.examples.by_level if self.examples else {}
        return {
            "rounds": [round_.as_dict() for round_ in self.rounds],
            "pairs": self.examples.pairs if self.examples else 0,
            "expected_matches": round(self.examples.matches) if self.examples else 0,
            "levels": [
                {
                    "comparison": part,
                    "level": label,
                    "m": m,
                    "u": u,
                    "examples": round(by_level.get((part, label), 0)),
                }
                for (part, label), (m, u) in self.origins.items()
            ],
        }


def choose_values(
    profile: Profile,
    trained: dict[str, Any],
    rounds: list[Round],
    examples: Examples | None,
    chance: Chance,
) -> Learnt:
    """Return the settings in which every level has an m and a u.

    Args:
        profile: The values set by hand.
        trained: Settings as Splink trained them.
        rounds: What EM learnt.
        examples: Matches by level; None before they are counted, when only what is missing is filled.
        chance: What taught u.
    """
    settings = copy.deepcopy(trained)
    origins: dict[Level, tuple[str, str]] = {}
    for comparison, start in zip(settings["comparisons"], profile.comparisons, strict=True):
        part = start["output_column_name"]
        for level, first in zip(comparison["comparison_levels"], start["comparison_levels"], strict=True):
            if first.get("is_null_level"):
                continue
            label = first["label_for_charts"]
            m, m_origin = _match_value((part, label), level, first, examples, bool(rounds))
            u, u_origin = _chance_value(level, first, chance, m)
            if m_origin == "kept" and examples is not None and u_origin == "learnt":
                # Half of a weight set by hand would be neither its author's nor the records'.
                u, u_origin = float(first["u_probability"]), "kept"
            # Six digits: sums of floats may differ in the last bit between machines.
            level["m_probability"], level["u_probability"] = float(f"{m:.6g}"), float(f"{u:.6g}")
            origins[part, label] = (m_origin, u_origin)
    settings["probability_two_random_records_match"] = float(
        f"{settings['probability_two_random_records_match']:.6g}"
    )
    return Learnt(settings, rounds, examples, origins)


def _match_value(
    key: Level, level: dict[str, Any], first: dict[str, Any], examples: Examples | None, has_rounds: bool
) -> tuple[float, str]:
    start = float(first["m_probability"])
    if first.get("fix_m_probability"):
        return start, "fixed"
    found = level.get("m_probability")
    learnt = found if isinstance(found, float) and found > 0 else None
    if examples is None:
        return (learnt, "learnt") if has_rounds and learnt is not None else (start, "kept")
    compared = examples.compared[key[0]]
    if examples.by_level[key] < _FEWEST_MATCHES and start * compared < _EXPECTED_MATCHES:
        return start, "kept"
    # Half an example stands for none.
    return max(learnt or 0.0, 0.5 / compared), "learnt"


def _chance_value(
    level: dict[str, Any], first: dict[str, Any], chance: Chance, m: float
) -> tuple[float, str]:
    start = float(first["u_probability"])
    if first.get("fix_u_probability"):
        return start, "fixed"
    found = level.get("u_probability")
    if isinstance(found, float):
        corrected = chance.corrected(found, m)
        if corrected * chance.pairs >= _FEWEST_RANDOM_PAIRS:
            return corrected, "learnt"
    return start, "kept"
