"""How likely it is that a learner's school year goes wrong: the gaps between groups that are planted on purpose.

Belongs here: from groups to log-odds. Must not come here: what then happens.
"""

import numpy as np

from ingest.synthetic.arrays import Array
from ingest.synthetic.parameters import SchoolingRates
from ingest.synthetic.population import MALE, People


def risk_of_a_bad_year(rates: SchoolingRates, people: People, in_cte: Array) -> Array:
    """Return each learner's log-odds of a bad year against the reference group."""
    part = slice(0, people.learners)
    risk = np.array(rates.race_gap)[people.race[part]] - 0.9 * people.ability[part]
    for name in ("economic", "english_learner", "idea", "homeless", "foster"):
        risk = risk + getattr(rates, f"{name}_gap") * getattr(people, name)[part]
    risk = risk + rates.male_gap * (people.sex[part] == MALE) + rates.cte_gap * in_cte
    return np.asarray(risk, dtype=float)
