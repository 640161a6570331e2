"""Districts, schools, colleges and employers of the synthetic state.

Belongs here: places, made once for the whole state. Must not come here: people.
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, choose
from ingest.synthetic.calendars import FIRST_QUARTER, QUARTERS
from ingest.synthetic.keys import scramble

COUNTIES = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hawthorn", "Juniper", "Larch", "Maple", "Oak", "Willow",
)  # fmt: skip
REGIONS = ("Uplands", "River Valley", "Lake Shore", "Plains")
_SCHOOL_WORDS = ("Central", "Lincoln", "Roosevelt", "Riverside", "Summit", "Prairie", "Heritage", "Northside")
_ZIPS_PER_DISTRICT = 5
# NAICS code, share of jobs, wage level, QCEW ownership.
_INDUSTRIES = (
    ("722513", 15, 0.72, "5"), ("445110", 7, 0.78, "5"), ("452311", 6, 0.80, "5"), ("722511", 6, 0.74, "5"),
    ("561320", 6, 0.85, "5"), ("622110", 8, 1.25, "5"), ("623110", 5, 0.92, "5"), ("624410", 3, 0.75, "5"),
    ("236115", 3, 1.15, "5"), ("238210", 3, 1.30, "5"), ("332710", 3, 1.20, "5"), ("311615", 3, 0.98, "5"),
    ("484121", 3, 1.18, "5"), ("493110", 5, 0.97, "5"), ("541512", 3, 1.75, "5"), ("522110", 3, 1.30, "5"),
    ("811111", 2, 1.00, "5"), ("713940", 2, 0.70, "5"), ("721110", 3, 0.80, "5"), ("611110", 5, 1.05, "3"),
    ("611310", 2, 1.10, "2"), ("921190", 2, 1.08, "3"), ("922120", 1, 1.25, "3"), ("926120", 1, 1.15, "2"),
)  # fmt: skip
NAME_FULL, NAME_SHORT, NAME_NONE = 0, 1, 2
SUBMITTERS = ("north", "south")


@dataclass(frozen=True)
class Schools:
    """High schools with their districts; the submitter of a district is a position in SUBMITTERS."""

    school_id: Array
    name: Array
    district: Array
    weight: Array
    kind: Array
    district_id: Array
    district_name: Array
    district_region: Array
    district_submitter: Array
    district_zip: Array

    @property
    def submitter(self) -> Array:
        """Return the submitter of each school."""
        found: Array = self.district_submitter[self.district]
        return found


@dataclass(frozen=True)
class Colleges:
    """Institutions inside and outside the state; sector is a position in the college rates' sectors."""

    unit_id: Array
    ope_id: Array
    name: Array
    state: Array
    level: Array
    control: Array
    county: Array
    sector: Array
    weight: Array
    reports_units: Array
    in_clearinghouse: Array

    @property
    def in_state(self) -> Array:
        """Return whether each institution lies in the state."""
        return np.asarray(self.state == "SY")


@dataclass(frozen=True)
class Employers:
    """Employers with their accounts; a successor account replaces the first from its quarter on."""

    account: Array
    successor: Array
    successor_from: Array
    fein: Array
    industry: Array
    county: Array
    units: Array
    name_style: Array
    weight: Array
    wage_level: Array

    @property
    def naics(self) -> Array:
        """Return the six-digit NAICS code of each employer."""
        return np.array([code for code, *_ in _INDUSTRIES])[self.industry]

    @property
    def ownership(self) -> Array:
        """Return the QCEW ownership code of each employer."""
        return np.array([code for *_, code in _INDUSTRIES])[self.industry]


def make_schools(rng: Rng, learners: int) -> Schools:
    """Return the high schools for a state with so many learners."""
    count = max(12, learners // 400)
    districts = int(np.clip(count // 3, 6, 40))
    spread = districts * 2 if count >= districts * 2 else districts
    district = np.r_[np.arange(spread) % districts, rng.integers(0, districts, count - spread)].astype(
        np.int32
    )
    number = np.arange(count)
    words = np.array(_SCHOOL_WORDS)[number % len(_SCHOOL_WORDS)]
    place = np.array(COUNTIES)[district % len(COUNTIES)]
    zips = 201 + np.arange(districts)[:, None] * _ZIPS_PER_DISTRICT + np.arange(_ZIPS_PER_DISTRICT)
    return Schools(
        school_id=np.array([f"{d + 1:03d}{n + 1:04d}" for d, n in zip(district, number, strict=True)]),
        name=np.array([f"{p} {w} High School {n + 1}" for p, w, n in zip(place, words, number, strict=True)]),
        district=district,
        weight=rng.lognormal(0, 0.4, count),
        kind=choose(rng, [0.86, 0.06, 0.05, 0.03], count),
        district_id=np.array([f"{d + 1:03d}" for d in range(districts)]),
        district_name=np.array([f"{COUNTIES[d % len(COUNTIES)]} District {d + 1}" for d in range(districts)]),
        district_region=np.array([REGIONS[d % len(REGIONS)] for d in range(districts)]),
        district_submitter=np.isin(np.arange(districts) % 5, (1, 3)).astype(np.int32),
        district_zip=zips,
    )


def make_colleges(learners: int) -> Colleges:
    """Return the institutions; only public ones and one private one send unit records."""
    four = 4 + min(4, learners // 200_000)
    two = 6 + min(4, learners // 100_000)
    rows = [("4", "public", 1, "SY", f"{REGIONS[n % 4]} State University {n + 1}") for n in range(four)]
    rows += [("2", "public", 0, "SY", f"{COUNTIES[n]} Community College") for n in range(two)]
    rows += [("4", "private", 2, "SY", "Hawthorn College"), ("4", "private", 2, "SY", "Willow University")]
    states = ("OH", "PA", "IN", "MI", "KY", "WV", "IL", "TN")
    rows += [("4", "public", 3, s, f"{s} State University") for s in states]
    rows += [("4", "private", 3, s, f"{s} Wesleyan College") for s in states[:4]]
    rows += [("2", "public", 4, s, f"{s} Technical College") for s in states[:3]]
    level, control, sector, state, name = (np.array(column) for column in zip(*rows, strict=True))
    number = np.arange(len(rows))
    private_in_state = number == four + two + 1
    return Colleges(
        unit_id=np.array([f"{890001 + n * 37}" for n in number]),
        ope_id=np.array([f"{80001 + n * 13:06d}-00" for n in number]),
        name=name,
        state=state,
        level=level,
        control=control,
        county=np.array(COUNTIES)[number % len(COUNTIES)],
        sector=sector.astype(np.int32),
        weight=1.0 / (number % 5 + 2.0),
        reports_units=(state == "SY") & ~private_in_state,
        in_clearinghouse=(number != four + two - 1) & (number != len(rows) - 1),
    )


def make_employers(rng: Rng, persons: int, jobs_per_employer: int, shares: tuple[float, float]) -> Employers:
    """Return employers for a state with so many persons, of whom each holds about four jobs."""
    count = max(60, persons * 4 // jobs_per_employer)
    nameless, short = shares
    industry = choose(rng, [share for _, share, *_ in _INDUSTRIES], count)
    changes = rng.random(count) < 0.03
    numbers = scramble(np.arange(2 * count), 10**9, 77)
    return Employers(
        account=numbers[:count] + 10**9,
        successor=numbers[count:] + 10**9,
        successor_from=np.where(changes, FIRST_QUARTER + rng.integers(4, QUARTERS - 4, count), 2**30),
        fein=scramble(np.arange(count), 800_000_000, 78) + 100_000_000,
        industry=industry,
        county=rng.integers(0, len(COUNTIES), count).astype(np.int32),
        units=np.where(rng.random(count) < 0.08, 3, 1),
        name_style=choose(rng, [1 - nameless - short, short, nameless], count),
        weight=rng.lognormal(0, 1.2, count),
        wage_level=np.array([level for _, _, level, _ in _INDUSTRIES])[industry]
        * rng.lognormal(0, 0.12, count),
    )
