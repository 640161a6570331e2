"""The motor vehicle agency's extract of license and state ID holders.

Belongs here: who holds a license, and how it names him. Must not come here: anything else about him.
"""

import numpy as np
import pyarrow as pa

from ingest.synthetic.arrays import Array, Rng
from ingest.synthetic.calendars import BRIDGE_YEARS, FIRST_QUARTER, NO_DAY, day
from ingest.synthetic.keys import identifiers
from ingest.synthetic.names import NameBook
from ingest.synthetic.parameters import IdentityRates
from ingest.synthetic.population import People
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.renditions import BRIDGE, render
from ingest.synthetic.writers.demographics import SEXES
from ingest.synthetic.writers.outbox import Coded, Outbox

SUBMITTER = "motor_vehicle"


def write_extracts(
    outbox: Outbox, rng: Rng, rates: IdentityRates, people: People, names: NameBook, moved: Array, truth: RecordTruth,
    seed: int,
) -> None:  # fmt: skip
    """Append a block's holders to each year's extract; moved holds the quarter number of leaving the state."""
    license_id = identifiers(people.person, "D", seed)
    holds = rng.random(len(people)) < coverage(rates, people)
    draw = int(rng.integers(0, 2**63))
    ever = np.zeros(len(people), dtype=bool)
    for year in BRIDGE_YEARS:
        cut = int(day(year, 12, 31))
        quarter = year * 4 + 3 - FIRST_QUARTER
        living = (people.death == NO_DAY) | (people.death > cut)
        here = holds & living & (moved > quarter) & (people.birth + 365.25 * 16 <= cut)
        who = np.flatnonzero(here)
        ever |= here
        # The same generator each year: a holder's entry changes only with a marriage.
        entry = render(
            np.random.default_rng(draw),
            people,
            names,
            BRIDGE,
            np.arange(len(people)),
            on=np.full(len(people), cut),
        )
        place = pa.array(who)
        columns = {
            "license_id": license_id.take(place),
            "ssn": entry.ssn.take(place),
            "first_name": entry.first.take(place),
            "middle_name": entry.middle.take(place),
            "last_name": entry.last.take(place),
            "generation_code": entry.suffix.take(place),
            "former_last_name": entry.former_last.take(place),
            "birthdate": entry.birth[who],
            "sex": Coded(entry.sex[who], SEXES),
            "zip_code": entry.zip_code.take(place),
        }
        outbox.write("bridge/driver_license", SUBMITTER, str(year), columns)
    holders = np.flatnonzero(ever)
    truth.add("bridge", license_id.take(pa.array(holders)), people, holders)


def coverage(rates: IdentityRates, people: People) -> Array:
    """Return each person's probability of holding a license: lower for some groups, as in life."""
    missing = 1 - rates.bridge_coverage + np.array(rates.bridge_gap_race)[people.race]
    missing = missing + rates.bridge_gap_english_learner * people.english_learner
    return np.asarray(1 - missing - rates.bridge_gap_homeless * people.homeless)
