"""The gaps that the synthetic state's parameters plant between groups, from many more lives than the state holds.

A state of a few hundred learners shows each gap by chance larger or smaller. Lives drawn from the same parameters with another
seed, in their thousands and without files or links, show what was planted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.life import Life, live, make_setting
from ingest.synthetic.parameters import RACES, Parameters
from ingest.synthetic.truth import adjusted_cohort
from ingest.synthetic.truth_college import CollegeTruth
from ingest.synthetic.truth_windows import college_spells
from warehouse.connection import Warehouse

_LEARNERS, _SEED = 20_000, 4711
_GAPS = """
    select indicator_code, subgroup_dimension, subgroup, gap_low, gap_high
    from indicators.equity_gap
    where cohort_period = 'all' and organization_level = 'state' and pathway_level = 'all' and is_large_enough
        and subgroup <> reference_subgroup and gap_low is not null
"""


@dataclass(frozen=True)
class Gap:
    """One gap against the reference group: as planted, and the interval in which the warehouse sees it."""

    indicator_code: str
    subgroup: str
    planted: float
    low: float
    high: float

    def is_recovered(self) -> bool:
        return self.low <= self.planted <= self.high


def gaps(warehouse: Warehouse) -> list[Gap]:
    """Every gap of the mart whose planted size is known."""
    planted = planted_gaps()
    return [
        Gap(code, f"{dimension} {subgroup}", planted[code, dimension, subgroup], low, high)
        for code, dimension, subgroup, low, high in warehouse.fetch_all(_GAPS)
        if (code, dimension, subgroup) in planted
    ]


def planted_gaps() -> dict[tuple[str, str, str], float]:
    """By indicator, dimension and group: the rate of the group less that of the reference."""
    setting = make_setting(Parameters(), _LEARNERS, _SEED)
    life = live(np.random.default_rng([_SEED, 1, 0]), setting, first=0, learners=_LEARNERS)
    return {
        (code, dimension, name): float(met[member[who]].mean() - met[reference[who]].mean())
        for code, who, met in _judged(life)
        for dimension, name, member, reference in _groups(life)
    }


def _judged(life: Life) -> Iterator[tuple[str, Array, Array]]:
    """Person and outcome of indicators that need no wages, which pass quarter by quarter only."""
    for years in (4, 5):
        who, _, graduate = adjusted_cohort(life.people, life.schooling, years)
        yield f"ACGR_{years}YR", who, graduate
    spells = college_spells(life)
    college = CollegeTruth(life, spells)
    for code, days in (("COLLEGE_GOING_12M", 365), ("COLLEGE_GOING_16M", 487)):
        yield (
            code,
            college.who,
            spells.overlapping(college.who, college.diploma + 1, college.diploma + days),
        )


def _groups(life: Life) -> Iterator[tuple[str, str, Array, Array]]:
    people = life.people
    yield "sex", "F", people.sex == 1, people.sex == 0
    white = people.race == RACES.index("White")
    for place, name in enumerate(RACES):
        if name != "White":
            yield "race_ethnicity", name, people.race == place, white
    statuses = {"economic_disadvantage": "economic", "english_learner": "english_learner", "idea": "idea"}
    for dimension, attribute in statuses.items():
        flag = getattr(people, attribute).astype(bool)
        yield dimension, "yes", flag, ~flag
