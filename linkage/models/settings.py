"""The three models, one per identifier profile, as Splink settings.

education: names and birth date without SSN; full: with SSN; wages: SSN and names without birth date. Every pair is scored
by exactly one of them. Built fresh at each call; nothing is trained here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linkage.models import comparisons, rules


@dataclass(frozen=True)
class Profile:
    """One model: which tables it reads, what it compares, which pairs, and how its parameters are learnt."""

    name: str
    tables: tuple[str, ...]
    comparisons: list[comparisons.Comparison]
    blocking_rules: list[str]
    training_rules: tuple[str, ...]

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Comparisons that may weigh more than a name."""
        return tuple(c["output_column_name"] for c in self.comparisons if c["output_column_name"] == "ssn")


def profiles() -> dict[str, Profile]:
    """Return the models by name."""
    c = comparisons
    learner = [c.given(), c.family(), c.middle(), c.birth_date(), c.sex(), c.residence(), c.street()]
    names = "l.given = r.given and l.family = r.family"
    birth = "l.dob = r.dob"
    made = (
        Profile("education", ("spine",), learner, list(rules.NAME_RULES), (birth, names)),
        Profile(
            "full",
            ("spine",),
            [*learner, c.ssn()],
            [*rules.SSN_RULES, *rules.NAME_RULES],
            ("l.ssn = r.ssn", birth, names),
        ),
        Profile(
            "wages",
            ("spine", "wages"),
            [c.given_or_initial(), c.family_or_six_letters(), c.middle_initial(), c.ssn()],
            list(rules.WAGE_RULES),
            # Never on a part of a name: pairs so chosen would teach the names' own weights, and teach them wrongly.
            ("l.ssn = r.ssn", names),
        ),
    )
    return {profile.name: profile for profile in made}


def splink_settings(profile: Profile, prior: float) -> dict[str, Any]:
    """Return untrained Splink settings for one profile."""
    return {
        "link_type": "dedupe_only" if len(profile.tables) == 1 else "link_only",
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": prior,
        "comparisons": profile.comparisons,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in profile.blocking_rules
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "em_convergence": 0.0001,
        "max_iterations": 50,
        "linker_uid": profile.name,
    }
