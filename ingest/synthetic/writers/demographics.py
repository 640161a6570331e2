"""Sex, race and ethnicity as files write them.

Belongs here: the flags that every education file shares. Must not come here: names.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.population import RACE, People
from ingest.synthetic.writers.outbox import Coded, Value

SEXES = ("M", "F", "X")
YES_NO = ("Y", "N")
RACE_COLUMNS = {
    "american_indian_or_alaska_native": "AmericanIndianorAlaskaNative",
    "asian": "Asian",
    "black_or_african_american": "BlackorAfricanAmerican",
    "native_hawaiian_or_other_pacific_islander": "NativeHawaiianorOtherPacificIslander",
    "white": "White",
}
_ETHNICITY = "hispanic_or_latino_ethnicity"


def races(people: People) -> dict[str, Array]:
    """Return who has each race, and Hispanic or Latino ethnicity; several races are possible."""
    number = people.person % 100
    several = people.race == RACE["TwoorMoreRaces"]
    hispanic = people.race == RACE["HispanicorLatinoEthnicity"]
    found = {_ETHNICITY: hispanic}
    for column, name in RACE_COLUMNS.items():
        found[column] = people.race == RACE[name]
    found["white"] = found["white"] | (several & (number < 85)) | (hispanic & (number < 62))
    found["black_or_african_american"] |= (several & ((number >= 45) | (number >= 85))) | (
        hispanic & (number >= 95)
    )
    found["asian"] |= several & ((number < 45) | (number >= 85))
    found["american_indian_or_alaska_native"] |= hispanic & (number >= 62) & (number < 66)
    return {name: np.asarray(values) for name, values in found.items()}


def race_flags(people: People) -> dict[str, Value]:
    """Return yes-or-no columns of race and ethnicity."""
    return {name: Coded(1 - values.astype(np.int8), YES_NO) for name, values in races(people).items()}
