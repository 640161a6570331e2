"""The people of one block: who they are, whom they live with, what they are called.

Belongs here: the true attributes of persons. Must not come here: schooling, work, and how records show them.
"""

from dataclasses import dataclass

import numpy as np

from ingest.synthetic.arrays import Array, Rng, chance, choose
from ingest.synthetic.calendars import COHORT_YEARS, NO_DAY, day
from ingest.synthetic.keys import social_security_numbers
from ingest.synthetic.names import CULTURES, NameBook
from ingest.synthetic.parameters import RACES, Parameters, PopulationRates
from ingest.synthetic.places import Schools

MALE, FEMALE, UNKNOWN_SEX = 0, 1, 2
NO_SUFFIX, JUNIOR, SENIOR, SECOND, THIRD = 0, 1, 2, 3, 4
SUFFIXES = ("", "JR", "SR", "II", "III")
NO_JOIN, SPACE, HYPHEN = 0, 1, 2
RACE = {name: place for place, name in enumerate(RACES)}
# Cultures of names among the members of each race and ethnicity category, with their shares.
_CULTURES_OF: dict[str, dict[str, float]] = {
    "HispanicorLatinoEthnicity": {"hispanic": 0.94, "english": 0.06},
    "AmericanIndianorAlaskaNative": {"native": 1.0},
    "Asian": {"chinese": 0.28, "vietnamese": 0.22, "indian": 0.30, "korean": 0.12, "english": 0.08},
    "BlackorAfricanAmerican": {"black": 0.85, "somali": 0.09, "kenyan": 0.06},
    "NativeHawaiianorOtherPacificIslander": {"pacific": 1.0},
    "White": {"english": 0.96, "arabic": 0.03, "hispanic": 0.01},
    "TwoorMoreRaces": {"english": 0.65, "black": 0.17, "hispanic": 0.10, "chinese": 0.04, "korean": 0.04},
}


@dataclass
class People:
    """One block: the learners first, then the adults; every array has one place per person."""

    learners: int
    person: Array
    cohort: Array
    race: Array
    culture: Array
    sex: Array
    birth: Array
    first: Array
    nickname: Array
    middle: Array
    last: Array
    second: Array
    join: Array
    particle: Array
    suffix: Array
    marries: Array
    married_last: Array
    married_join: Array
    changes_name: Array
    early_last: Array
    school: Array
    zip_code: Array
    household: Array
    ssn: Array
    economic: Array
    english_learner: Array
    idea: Array
    homeless: Array
    foster: Array
    migrant: Array
    military: Array
    single_parent: Array
    ability: Array
    death: Array
    error_factor: Array

    def __len__(self) -> int:
        """Return the number of persons."""
        return len(self.person)

    @property
    def double_surname(self) -> Array:
        """Return who bears two surnames."""
        return np.asarray(self.second >= 0)


def draw_people(
    rng: Rng,
    parameters: Parameters,
    names: NameBook,
    schools: Schools,
    *,
    first: int,
    learners: int,
    seed: int,
) -> People:
    """Return a block of people whose running numbers begin at first."""
    rates = parameters.population
    count = learners + round(learners * rates.adults_per_learner)
    race = choose(rng, rates.race, count)
    culture = _cultures(rng, race)
    sex = (rng.random(count) < 0.49).astype(np.int8)
    first_name = names.draw_first(rng, culture, sex)
    school = choose(rng, schools.weight, count)
    is_learner = np.arange(count) < learners
    cohort = np.where(is_learner, COHORT_YEARS.start + np.arange(count) % len(COHORT_YEARS), 0)
    blank = np.zeros(count, dtype=np.int32)
    person = np.arange(first, first + count)
    economic = chance(rng, np.array(rates.economic_disadvantage)[race], count)
    english_learner = chance(rng, np.array(rates.english_learner)[race], count)
    people = People(
        learners=learners, person=person, cohort=cohort, race=race, culture=culture, sex=sex,
        birth=_births(rng, cohort, is_learner), first=first_name, nickname=names.nickname(rng, first_name),
        middle=np.where(rng.random(count) < 0.8, names.draw_first(rng, culture, sex), -1),
        last=names.draw_last(rng, culture), second=blank - 1, join=blank.copy(), particle=blank - 1,
        suffix=blank.copy(), marries=blank + NO_DAY, married_last=blank - 1, married_join=blank.copy(),
        changes_name=chance(rng, rates.legal_name_change, count), early_last=blank - 1, school=school,
        zip_code=schools.district_zip[schools.district[school], rng.integers(0, 5, count)],
        household=np.arange(count), ssn=social_security_numbers(person, seed),
        economic=economic, english_learner=english_learner,
        idea=chance(rng, np.array(rates.idea)[race], count),
        homeless=chance(rng, np.where(economic, 0.05, 0.003), count),
        foster=chance(rng, np.where(economic, 0.012, 0.002), count),
        migrant=chance(rng, np.where(english_learner, 0.06, 0.002), count), military=chance(rng, 0.025, count),
        single_parent=chance(rng, np.where(sex == FEMALE, 0.03, 0.004), count), ability=rng.normal(0, 1, count),
        death=blank + NO_DAY, error_factor=np.ones(count),
    )  # fmt: skip
    _surnames(rng, rates, names, people)
    return people


def _cultures(rng: Rng, race: Array) -> Array:
    culture = np.zeros(len(race), dtype=np.int32)
    for name, shares in _CULTURES_OF.items():
        mask = race == RACE[name]
        places = np.array([CULTURES.index(one) for one in shares], dtype=np.int32)
        culture[mask] = places[choose(rng, list(shares.values()), int(mask.sum()))]
    return culture


def _births(rng: Rng, cohort: Array, is_learner: Array) -> Array:
    count = len(cohort)
    turn = np.where(is_learner, cohort, 2016)
    school_entry = day(turn - 16, 9, 1) + rng.integers(0, 365, count)
    held_back = rng.random(count) < 0.05
    adult = day(1953, 1, 1) + rng.integers(0, 365 * 43, count)
    return np.where(is_learner, school_entry - held_back * 365, adult).astype(np.int32)


def _surnames(rng: Rng, rates: PopulationRates, names: NameBook, people: People) -> None:
    count = len(people)
    hispanic = people.culture == CULTURES.index("hispanic")
    share = np.where(hispanic, rates.double_surname_hispanic, rates.double_surname_other)
    share = np.where(
        np.isin(people.culture, [CULTURES.index("chinese"), CULTURES.index("korean")]), 0.003, share
    )
    double = chance(rng, share, count)
    people.second = np.where(double, names.draw_last(rng, people.culture), -1)
    people.second = np.where(people.second == people.last, -1, people.second)
    hyphen = np.where(hispanic, rates.hyphenated, 0.9)
    people.join = np.where(people.second < 0, NO_JOIN, np.where(rng.random(count) < hyphen, HYPHEN, SPACE))
    particle = names.draw_particle(rng, people.culture)
    wanted = chance(rng, np.where(people.culture == CULTURES.index("arabic"), 0.2, rates.particle), count)
    people.particle = np.where(wanted & ~double, particle, -1)
    people.suffix = np.where(
        people.sex == MALE, choose(rng, [0.985, 0.0, 0.0, 0.006, 0.009], count), NO_SUFFIX
    ).astype(np.int32)
