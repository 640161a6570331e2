"""Kinship within a block: twins, siblings, parents, marriages.

Belongs here: what persons share because they are kin. Must not come here: anything drawn for one person alone.
"""

import numpy as np

from ingest.synthetic.arrays import Array, Rng, chance
from ingest.synthetic.calendars import AS_OF, NO_DAY
from ingest.synthetic.names import CULTURES, NameBook
from ingest.synthetic.parameters import IdentityRates, PopulationRates
from ingest.synthetic.population import FEMALE, HYPHEN, JUNIOR, MALE, NO_SUFFIX, SENIOR, People

_SHARED = (
    "race",
    "culture",
    "last",
    "second",
    "join",
    "particle",
    "school",
    "zip_code",
    "economic",
    "english_learner",
)
_GIVEN = ("first", "middle", "nickname")


def join_families(rng: Rng, rates: PopulationRates, names: NameBook, people: People) -> None:
    """Make some learners siblings or twins of others, and some adults parents of learners."""
    order = rng.permutation(people.learners)
    twins = round(people.learners * rates.twins)
    siblings = round(people.learners * rates.siblings)
    leaders = order[: twins + siblings]
    followers = order[-(twins + siblings) :] if twins + siblings else leaders
    _follow(people, leaders, followers)
    _redraw_given(rng, names, people, followers)
    people.birth[followers[:twins]] = people.birth[leaders[:twins]]
    people.cohort[followers[:twins]] = people.cohort[leaders[:twins]]
    _make_parents(rng, rates, names, people)


def _follow(people: People, leaders: Array, followers: Array) -> None:
    for name in (*_SHARED, "household"):
        values = getattr(people, name)
        values[followers] = values[leaders]


def _redraw_given(rng: Rng, names: NameBook, people: People, who: Array) -> None:
    culture, sex = people.culture[who], people.sex[who]
    people.first[who] = names.draw_first(rng, culture, sex)
    people.nickname[who] = names.nickname(rng, people.first[who])
    people.middle[who] = np.where(rng.random(len(who)) < 0.8, names.draw_first(rng, culture, sex), -1)


def _make_parents(rng: Rng, rates: PopulationRates, names: NameBook, people: People) -> None:
    adults = len(people) - people.learners
    parents = people.learners + np.arange(round(adults * rates.parents_among_adults))
    children = rng.choice(people.learners, len(parents), replace=False)
    _follow(people, children, parents)
    _redraw_given(rng, names, people, parents)
    people.birth[parents] = (
        people.birth[children] - 365 * rng.integers(19, 42, len(parents)) - rng.integers(0, 365, len(parents))
    )
    # Spanish custom gives a child one surname of each parent; elsewhere some mothers keep their own.
    hispanic = people.culture[parents] == CULTURES.index("hispanic")
    mother = people.sex[parents] == FEMALE
    own = mother & ~hispanic & (rng.random(len(parents)) < 0.3)
    people.last[parents[own]] = names.draw_last(rng, people.culture[parents[own]])
    other = hispanic & (people.second[parents] >= 0)
    people.second[parents[other]] = names.draw_last(rng, people.culture[parents[other]])
    heir = (
        (people.sex[parents] == MALE) & (people.sex[children] == MALE) & (people.suffix[parents] == NO_SUFFIX)
    )
    _name_after_father(rng, rates, people, parents[heir], children[heir])


def _name_after_father(rng: Rng, rates: PopulationRates, people: People, fathers: Array, sons: Array) -> None:
    named = rng.random(len(fathers)) < 2 * rates.junior
    fathers, sons = fathers[named], sons[named]
    for name in _GIVEN:
        getattr(people, name)[fathers] = getattr(people, name)[sons]
    for name in ("last", "second", "join", "particle"):
        getattr(people, name)[fathers] = getattr(people, name)[sons]
    people.suffix[sons] = JUNIOR
    people.suffix[fathers] = np.where(rng.random(len(fathers)) < 0.5, SENIOR, NO_SUFFIX)


def marry(rng: Rng, rates: PopulationRates, names: NameBook, people: People) -> None:
    """Give some persons a day of marriage and the surname they bear then; some learners had another one before."""
    count = len(people)
    learner = np.arange(count) < people.learners
    share = np.where(learner, rates.learner_marries, rates.adult_marries)
    share = np.where(people.sex == FEMALE, 1.8 * share, 0.06 * share)
    who = chance(rng, share, count)
    begin = np.where(learner, people.birth + 365 * 19, AS_OF - 365 * 10)
    wedding = begin + (np.maximum(AS_OF - begin, 1) * np.sqrt(rng.random(count))).astype(np.int32)
    people.marries = np.where(who & (wedding < AS_OF), wedding, NO_DAY).astype(np.int32)
    partner = names.draw_last(rng, people.culture)
    people.married_last = np.where(partner == people.last, -1, partner)
    people.marries[people.married_last < 0] = NO_DAY
    earlier = names.draw_last(rng, people.culture)
    people.changes_name &= learner
    people.early_last = np.where(people.changes_name, earlier, -1)
    people.married_join = np.where(rng.random(count) < 0.12, HYPHEN, 0)


def set_error_factors(rates: IdentityRates, people: People) -> None:
    """Set how many times more often than usual records of a person go wrong: here linkage bias begins."""
    factor = np.array(rates.race_factor)[people.race]
    factor = factor * np.where(people.english_learner, rates.english_learner_factor, 1.0)
    people.error_factor = factor * np.where(people.double_surname, rates.double_surname_factor, 1.0)
