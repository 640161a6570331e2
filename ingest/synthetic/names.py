"""Names with the frequencies and cultures of life, as positions in one vocabulary.

Belongs here: which names exist, how usual each is among whom, how each is spelled without diacritics.
Must not come here: persons, and mistakes in names.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.synthetic.arrays import Array, Rng
from warehouse.yaml_lines import read_yaml

CULTURES = (
    "english", "black", "hispanic", "chinese", "vietnamese", "indian", "korean", "arabic", "somali", "kenyan",
    "pacific", "native",
)  # fmt: skip
SEXES = ("male", "female")
_STANDING = {
    "đ": "d",
    "Đ": "D",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "ß": "ss",
    "æ": "ae",
    "Æ": "Ae",
}
_EUROPE = ("de_DE", "fr_FR", "it_IT", "nl_NL", "sv_SE", "no_NO", "fi_FI", "hu_HU", "cs_CZ", "da_DK", "en_GB")
# Share of persons whose surname is outside the thousand most usual ones of the name library.
_TAIL_SHARE = 0.4
_FIRST_TAIL_SHARE = 0.12
_NO_NICKNAME = -1

Weights = dict[str, float]


@dataclass(frozen=True)
class Pool:
    """Names to draw from: their positions in the vocabulary and their cumulative weights."""

    positions: Array
    cumulative: Array

    def draw(self, rng: Rng, count: int) -> Array:
        """Return positions of drawn names."""
        found = np.searchsorted(self.cumulative, rng.random(count), side="right")
        drawn: Array = self.positions[np.minimum(found, len(self.positions) - 1)]
        return drawn


@dataclass(frozen=True)
class NameBook:
    """The vocabulary in three spellings, and the pools of each culture."""

    true: pa.Array
    western: pa.Array
    plain: pa.Array
    first: Mapping[tuple[str, str], Pool]
    last: Mapping[str, Pool]
    particles: Mapping[str, Array]
    nicknames: Array

    def draw_first(self, rng: Rng, culture: Array, sex: Array) -> Array:
        """Return a given name for each person's culture and sex."""
        result = np.zeros(len(culture), dtype=np.int32)
        for place, name in enumerate(CULTURES):
            for which, sex_name in enumerate(SEXES):
                mask = (culture == place) & (sex == which)
                result[mask] = self.first[name, sex_name].draw(rng, int(mask.sum()))
        return result

    def draw_last(self, rng: Rng, culture: Array) -> Array:
        """Return a surname for each person's culture."""
        result = np.zeros(len(culture), dtype=np.int32)
        for place, name in enumerate(CULTURES):
            mask = culture == place
            result[mask] = self.last[name].draw(rng, int(mask.sum()))
        return result

    def draw_particle(self, rng: Rng, culture: Array) -> Array:
        """Return a surname particle for each person's culture, -1 where the culture has none."""
        result = np.full(len(culture), -1, dtype=np.int32)
        for name, positions in self.particles.items():
            mask = culture == CULTURES.index(name)
            result[mask] = rng.choice(positions, int(mask.sum()))
        return result

    def nickname(self, rng: Rng, first: Array) -> Array:
        """Return one of the name's usual short forms, or the name itself where it has none."""
        picked = self.nicknames[first, rng.integers(0, self.nicknames.shape[1], len(first))]
        result: Array = np.where(picked == _NO_NICKNAME, first, picked)
        return result


@lru_cache(maxsize=1)
def name_book() -> NameBook:
    """Return the names of every culture; read once."""
    lists = read_yaml(files("ingest.synthetic").joinpath("name_lists.yml").read_text(encoding="utf-8"))
    first, last = _first_names(lists), _last_names(lists)
    vocabulary: dict[str, int] = {}
    first_pools = {key: _pool(weights, vocabulary) for key, weights in first.items()}
    last_pools = {key: _pool(weights, vocabulary) for key, weights in last.items()}
    particles = {
        key: np.array([vocabulary.setdefault(name, len(vocabulary)) for name in names], dtype=np.int32)
        for key, names in lists["particles"].items()
    }
    nicknames = _nicknames({name for pool in first.values() for name in pool}, vocabulary)
    words = list(vocabulary)
    return NameBook(
        true=pa.array(words),
        western=pa.array([_western(word) for word in words]),
        plain=pa.array([_plain(word) for word in words]),
        first=first_pools,
        last=last_pools,
        particles=particles,
        nicknames=nicknames,
    )


def _first_names(lists: Mapping[str, Any]) -> dict[tuple[str, str], Weights]:
    found: dict[tuple[str, str], Weights] = {}
    for sex in SEXES:
        english = _mixed(
            _listed("en_US", f"first_names_{sex}"),
            _listed("en_NZ", f"first_names_{sex}"),
            1 - _FIRST_TAIL_SHARE,
        )
        found["english", sex] = found["black", sex] = found["native", sex] = english
        spanish = _mixed(_listed("es_CO", f"first_names_{sex}"), _listed("es_MX", f"first_names_{sex}"), 0.75)
        found["hispanic", sex] = _mixed(spanish, english, 0.7)
        found["indian", sex] = _mixed(_listed("en_IN", f"first_names_{sex}"), english, 0.92)
        found["kenyan", sex] = _listed("en_KE", f"first_names_{sex}")
        romanised = _mixed(
            _listed("zh_CN", "first_romanized_names"), _listed("zh_TW", "first_romanized_names"), 0.5
        )
        found["chinese", sex] = _mixed(romanised, english, 0.5)
        for culture, share in (
            ("arabic", 0.95),
            ("somali", 0.97),
            ("korean", 0.5),
            ("vietnamese", 0.6),
            ("pacific", 0.5),
        ):
            found[culture, sex] = _mixed(_ranked(lists[culture][sex]), english, share)
    return found


def _last_names(lists: Mapping[str, Any]) -> dict[str, Weights]:
    usual = _listed("en_US", "last_names")
    mexican = dict.fromkeys(_provider("es_MX")["last_names"], 1.0)
    plain_spanish = {_plain(name) for name in mexican}
    rare: Weights = {}
    for locale in _EUROPE:
        rare |= _listed(locale, "last_names", least_length=4)
    own = {name: weight * (0.05 if name in plain_spanish else 1.0) for name, weight in usual.items()}
    tail = {name: weight for name, weight in rare.items() if name not in usual}
    english = _mixed(own, tail, 1 - _TAIL_SHARE)
    emphasis = lists["black_emphasis"]
    black = _mixed({name: weight * emphasis.get(name, 1.0) for name, weight in own.items()}, tail, 0.85)
    spanish = {name: usual.get(_plain(name), 2e-5) for name in mexican}
    chinese = _mixed(_listed("zh_CN", "last_romanized_names"), _listed("zh_TW", "last_romanized_names"), 0.6)
    found = {"english": english, "black": black, "hispanic": spanish, "chinese": chinese}
    found["indian"] = _mixed(
        {"Patel": 5.0, "Singh": 4.0, "Shah": 2.0, "Kumar": 2.0, "Sharma": 1.5, "Gupta": 1.0, "Reddy": 1.0},
        _listed("en_IN", "last_names"),
        0.4,
    )
    found["kenyan"] = _listed("en_KE", "last_names")
    found["native"] = _mixed(_ranked(lists["native"]["last"]), english, 0.4)
    for culture in ("arabic", "somali", "korean", "vietnamese", "pacific"):
        found[culture] = _ranked(lists[culture]["last"])
    return found


def _provider(locale: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = vars(import_module(f"faker.providers.person.{locale}").Provider)
    return found


def _listed(locale: str, attribute: str, least_length: int = 2) -> Weights:
    """Return the library's names as usually written, equal in weight where it gives none."""
    values = _provider(locale)[attribute]
    weights = dict(values) if isinstance(values, Mapping) else dict.fromkeys(values, 1.0)
    return {
        _cased(name): float(weight)
        for name, weight in weights.items()
        if len(name) >= least_length and _is_latin(name)
    }


def _cased(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-")) if name.isupper() else name


def _is_latin(name: str) -> bool:
    return all(character in "-' " or "LATIN" in unicodedata.name(character, "") for character in name)


def _ranked(names: Iterable[str]) -> Weights:
    """Return weights that fall with the rank, as name frequencies do."""
    return {name: 1.0 / (rank + 1.5) for rank, name in enumerate(names)}


def _mixed(head: Weights, tail: Weights, head_share: float) -> Weights:
    mixed: Weights = {}
    for weights, share in ((head, head_share), (tail, 1 - head_share)):
        total = sum(weights.values())
        for name, weight in weights.items():
            mixed[name] = mixed.get(name, 0.0) + weight / total * share
    return mixed


def _pool(weights: Weights, vocabulary: dict[str, int]) -> Pool:
    positions = np.array([vocabulary.setdefault(name, len(vocabulary)) for name in weights], dtype=np.int32)
    cumulative = np.cumsum(np.fromiter(weights.values(), dtype=float))
    return Pool(positions, cumulative / cumulative[-1])


def _nicknames(first_names: set[str], vocabulary: dict[str, int]) -> Array:
    from nicknames import NickNamer

    namer = NickNamer()
    found = {
        name: sorted(short for short in namer.nicknames_of(name.lower()) if short.isascii())[:3]
        for name in sorted(first_names)
    }
    positions = {
        vocabulary[name]: [vocabulary.setdefault(short.capitalize(), len(vocabulary)) for short in shorts]
        for name, shorts in found.items()
        if shorts
    }
    table = np.full((len(vocabulary), 3), _NO_NICKNAME, dtype=np.int32)
    for position, shorts in positions.items():
        table[position] = [shorts[place % len(shorts)] for place in range(3)]
    return table


def _plain(word: str) -> str:
    spelled = "".join(_STANDING.get(character, character) for character in word)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _western(word: str) -> str:
    """Return the spelling that Windows-1252 can hold, letter by letter."""
    composed = unicodedata.normalize("NFC", word).replace("ß", "ss")
    return "".join(c if _fits_windows(c) else _plain(c) for c in composed)


def _fits_windows(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
