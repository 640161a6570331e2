"""What one agency's record says of a person: the true identity as that agency heard, wrote and kept it.

Belongs here: from persons to recorded identities. Must not come here: files, and the rates' values by source beyond
the profiles below.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, Rng, blank_where, chance, text
from ingest.synthetic.calendars import NO_DAY
from ingest.synthetic.identity_errors import misspell, wrong_birthdate, wrong_number
from ingest.synthetic.names import NameBook
from ingest.synthetic.population import HYPHEN, NO_SUFFIX, SUFFIXES, UNKNOWN_SEX, People

TRUE, WESTERN, PLAIN = "true", "western", "plain"
PLACEHOLDERS = ("000000000", "999999999", "123456789")


@dataclass(frozen=True)
class Profile:
    """How an agency records identities: rates for a person with an error factor of one."""

    spelling: str
    upper: bool
    no_ssn: float
    wrong_ssn: float = 0.006
    misspelled: float = 0.012
    nickname: float = 0.03
    one_surname: float = 0.10
    joined_surname: float = 0.06
    swapped_names: float = 0.0015
    wrong_birthdate: float = 0.004
    full_middle: float = 0.45
    initial_middle: float = 0.30
    keeps_suffix: float = 0.75
    wrong_sex: float = 0.0008
    unknown_sex: float = 0.002
    moved: float = 0.10


K12 = Profile(WESTERN, upper=True, no_ssn=0.92, nickname=0.035, misspelled=0.015)
POSTSECONDARY = Profile(PLAIN, upper=False, no_ssn=0.08, nickname=0.02, misspelled=0.008, moved=0.3)
WORKFORCE = Profile(
    PLAIN, upper=True, no_ssn=0.03, wrong_ssn=0.005, nickname=0.03, misspelled=0.012, moved=0.35
)
BRIDGE = Profile(
    PLAIN, upper=True, no_ssn=0.015, wrong_ssn=0.002, nickname=0.004, misspelled=0.004, one_surname=0.05,
    full_middle=0.8, initial_middle=0.1, wrong_birthdate=0.001, swapped_names=0.0005, keeps_suffix=0.9, moved=0.2,
)  # fmt: skip
WAGES = Profile(PLAIN, upper=True, no_ssn=0.0, one_surname=0.2, joined_surname=0.1)


@dataclass
class Rendition:
    """Recorded identities, one place per record; a null is a blank in the file."""

    first: pa.Array
    middle: pa.Array
    last: pa.Array
    suffix: pa.Array
    preferred: pa.Array
    former_last: pa.Array
    birth: Array
    sex: Array
    ssn: pa.Array
    zip_code: pa.Array


def render(
    rng: Rng,
    people: People,
    names: NameBook,
    profile: Profile,
    who: Array,
    *,
    on: Array | None = None,
    early: bool = False,
) -> Rendition:
    """Return how an agency with this profile records these persons on a day; without a day, before any marriage.

    Equal generators give equal records but for what differs: the spelling, the marriage, the earlier surname.
    """
    count, factor = len(who), people.error_factor[who]
    vocabulary = getattr(names, profile.spelling)
    uses_nickname = chance(rng, profile.nickname, count)
    first = vocabulary.take(pa.array(np.where(uses_nickname, people.nickname[who], people.first[who])))
    last = _surname(rng, people, vocabulary, profile, who)
    married = (
        np.zeros(count, dtype=bool)
        if on is None
        else (people.marries[who] != NO_DAY) & (people.marries[who] <= on)
    )
    former = blank_where(last, ~(married & (rng.random(count) < 0.6)))
    last = pc.if_else(pa.array(married), married_surname(people, vocabulary, who), last)
    first = misspell(rng, first, chance(rng, 0.4 * profile.misspelled * factor, count))
    last = misspell(rng, last, chance(rng, 0.6 * profile.misspelled * factor, count))
    swapped = pa.array(chance(rng, profile.swapped_names * factor, count))
    first, last = pc.if_else(swapped, last, first), pc.if_else(swapped, first, last)
    keeps = rng.random(count) < profile.keeps_suffix
    suffix = np.where(keeps, people.suffix[who], NO_SUFFIX)
    prefers = (people.nickname[who] != people.first[who]) & (rng.random(count) < 0.25)
    return Rendition(
        first=_cased(first, profile),
        middle=_cased(_middle(rng, people, vocabulary, profile, who), profile),
        last=_cased(last, profile),
        suffix=blank_where(pa.array(SUFFIXES).take(pa.array(suffix)), suffix == NO_SUFFIX),
        preferred=_cased(blank_where(vocabulary.take(pa.array(people.nickname[who])), ~prefers), profile),
        former_last=_cased(former, profile),
        birth=_birth(rng, people, profile, who),
        sex=_sex(rng, people, profile, who),
        ssn=_ssn(rng, people, profile, who),
        zip_code=_zip_code(rng, people, profile, who),
    )


def full_surname(people: People, vocabulary: pa.Array, who: Array) -> pa.Array:
    """Return the surname a person was born with, in full."""
    last = vocabulary.take(pa.array(people.last[who]))
    second = _optional(vocabulary, people.second[who])
    hyphen = pc.binary_join_element_wise(last, second, "-", null_handling="skip")
    space = pc.binary_join_element_wise(last, second, " ", null_handling="skip")
    joined = pc.if_else(pa.array(people.join[who] == HYPHEN), hyphen, space)
    return pc.binary_join_element_wise(
        _optional(vocabulary, people.particle[who]), joined, " ", null_handling="skip"
    )


def married_surname(people: People, vocabulary: pa.Array, who: Array) -> pa.Array:
    """Return the surname a person bears after marriage; meaningless for those who do not marry."""
    new = vocabulary.take(pa.array(np.maximum(people.married_last[who], 0)))
    own = vocabulary.take(pa.array(people.last[who]))
    return pc.if_else(
        pa.array(people.married_join[who] == HYPHEN), pc.binary_join_element_wise(own, new, "-"), new
    )


def _surname(rng: Rng, people: People, vocabulary: pa.Array, profile: Profile, who: Array) -> pa.Array:
    """Return the surname in the form that this agency took down: in full, the first or last of two, or run together."""
    count = len(who)
    full = full_surname(people, vocabulary, who)
    double = people.second[who] >= 0
    style = rng.random(count)
    last_only = vocabulary.take(pa.array(np.maximum(people.second[who], 0)))
    first_only = vocabulary.take(pa.array(people.last[who]))
    one, joined = profile.one_surname, profile.one_surname + profile.joined_surname
    result = pc.if_else(pa.array(double & (style < 0.7 * one)), first_only, full)
    result = pc.if_else(pa.array(double & (style >= 0.7 * one) & (style < one)), last_only, result)
    run_together = pc.replace_substring(pc.replace_substring(full, "-", ""), " ", "")
    compound = double | (people.particle[who] >= 0)
    return pc.if_else(pa.array(compound & (style >= one) & (style < joined)), run_together, result)


def _middle(rng: Rng, people: People, vocabulary: pa.Array, profile: Profile, who: Array) -> pa.Array:
    full = _optional(vocabulary, people.middle[who])
    style = rng.random(len(who))
    initial = pc.utf8_slice_codeunits(full, 0, 1)
    shown = pc.if_else(pa.array(style < profile.full_middle), full, initial)
    return blank_where(shown, style > profile.full_middle + profile.initial_middle)


def _optional(vocabulary: pa.Array, positions: Array) -> pa.Array:
    return vocabulary.take(pa.array(positions, mask=positions < 0))


def _cased(values: pa.Array, profile: Profile) -> pa.Array:
    return pc.utf8_upper(values) if profile.upper else values


def _birth(rng: Rng, people: People, profile: Profile, who: Array) -> Array:
    wrong = chance(rng, profile.wrong_birthdate * people.error_factor[who], len(who))
    birth = people.birth[who].astype(np.int32)
    birth[wrong] = wrong_birthdate(rng, birth[wrong])
    return birth


def _sex(rng: Rng, people: People, profile: Profile, who: Array) -> Array:
    count = len(who)
    sex = people.sex[who].astype(np.int8)
    sex = np.where(rng.random(count) < profile.wrong_sex, 1 - sex, sex)
    return np.where(rng.random(count) < profile.unknown_sex, UNKNOWN_SEX, sex)


def _ssn(rng: Rng, people: People, profile: Profile, who: Array) -> pa.Array:
    count = len(who)
    numbers = people.ssn[who].copy()
    wrong = chance(rng, profile.wrong_ssn * people.error_factor[who], count)
    numbers[wrong] = wrong_number(rng, numbers[wrong])
    shown = text(numbers, 9)
    given = pa.array(PLACEHOLDERS).take(pa.array(rng.integers(0, len(PLACEHOLDERS), count)))
    shown = pc.if_else(pa.array(rng.random(count) < 0.0006), given, shown)
    return blank_where(shown, chance(rng, profile.no_ssn, count))


def _zip_code(rng: Rng, people: People, profile: Profile, who: Array) -> pa.Array:
    moved = chance(rng, profile.moved, len(who))
    return text(np.where(moved, rng.permutation(people.zip_code[who]), people.zip_code[who]), 5)
