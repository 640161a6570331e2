"""How identifiers go wrong: slips of the keyboard, misread letters, exchanged digits, swapped day and month.

Belongs here: ways to spoil a text, a date or a number, each vectorised. Must not come here: how often each happens.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.synthetic.arrays import Array, Rng
from ingest.synthetic.calendars import day, year_month_day

_WIDTH = 48
_KEYBOARD = {
    "a": "sqz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "njk", "n": "bmh", "o": "ipl", "p": "olo", "q": "wae", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
# What scanned forms are misread as.
_MISREAD = {"a": "o", "b": "h", "c": "e", "e": "c", "f": "t", "h": "b", "i": "l", "l": "i", "m": "n", "n": "u", "o": "a",
            "r": "n", "t": "f", "u": "v", "v": "u", "w": "v", "y": "v"}  # fmt: skip


def _table() -> Array:
    """Return four alternatives for every ASCII letter: three beside it on the keyboard, one that looks like it."""
    table = np.tile(np.arange(128, dtype=np.uint32)[:, None], (1, 4))
    for letter, near in _KEYBOARD.items():
        alternatives = [*near, _MISREAD.get(letter, near[0])]
        for which, other in enumerate(alternatives):
            table[ord(letter), which] = ord(other)
            table[ord(letter.upper()), which] = ord(other.upper())
    return table


def misspell(rng: Rng, values: pa.Array, mask: Array) -> pa.Array:
    """Return the values with one slip in each text that the mask names."""
    # Its own generator: how much is drawn here must not shift what the caller draws next.
    child = np.random.default_rng(rng.integers(0, 2**63))
    chosen = values.filter(pa.array(mask))
    if not len(chosen):
        return values
    letters = np.zeros((len(chosen), _WIDTH), dtype=np.uint32)
    given = chosen.to_numpy(zero_copy_only=False).astype(f"U{_WIDTH}")
    letters[:] = given.view(np.uint32).reshape(len(chosen), -1)
    spoiled = _slip(child, letters)
    texts = np.ascontiguousarray(spoiled).view(f"U{_WIDTH}").ravel()
    return pc.replace_with_mask(values, pa.array(mask), pa.array(texts.astype(object), pa.string()))


def _slip(rng: Rng, letters: Array) -> Array:
    count = len(letters)
    row = np.arange(count)
    length = (letters != 0).sum(axis=1)
    # The first letter of a name is seldom wrong.
    place = np.where(length > 1, 1 + (rng.random(count) * (length - 1)).astype(np.int64), 0)
    kind = rng.integers(0, 4, count)
    kind = np.where((length < 3) | (length >= _WIDTH - 1), 0, kind)
    columns = np.arange(_WIDTH)[None, :]
    at = place[:, None]
    swapped_place = np.minimum(place, np.maximum(length - 2, 0))[:, None]
    source = np.where(
        kind[:, None] == 1,
        columns + (columns >= at),
        np.where(
            kind[:, None] == 2,
            columns - (columns > at),
            np.where(
                kind[:, None] == 3,
                columns + (columns == swapped_place) * 1 - (columns == swapped_place + 1) * 1,
                columns,
            ),
        ),
    )
    moved = letters[row[:, None], np.minimum(source, _WIDTH - 1)]
    wrong = letters[row, place]
    other = np.where(wrong < 128, _table()[np.minimum(wrong, 127), rng.integers(0, 4, count)], wrong)
    moved[row, place] = np.where(kind == 0, other, moved[row, place])
    return moved


def wrong_number(rng: Rng, numbers: Array, digits: int = 9) -> Array:
    """Return numbers with one digit changed or two neighbouring digits exchanged."""
    count = len(numbers)
    place = rng.integers(0, digits - 1, count)
    low, high = 10**place, 10 ** (place + 1)
    right, left = numbers // low % 10, numbers // high % 10
    exchanged = numbers + (left - right) * low + (right - left) * high
    changed = numbers + ((right + rng.integers(1, 10, count)) % 10 - right) * low
    result: Array = np.where((rng.random(count) < 0.4) & (left != right), exchanged, changed)
    return result


def wrong_birthdate(rng: Rng, births: Array) -> Array:
    """Return birthdates with day and month swapped, or with the day, the month or the year wrong."""
    count = len(births)
    year, month, of_month = year_month_day(births)
    kind = rng.integers(0, 4, count)
    swaps = (kind == 0) & (of_month <= 12)
    other_day = (of_month - 1 + rng.integers(1, 28, count)) % 28 + 1
    other_month = (month - 1 + rng.integers(1, 12, count)) % 12 + 1
    other_year = year + rng.choice([-1, 1, -10], count)
    safe = np.minimum(of_month, 28)
    new_month = np.where(swaps, of_month, np.where(kind == 2, other_month, month))
    new_day = np.where(swaps, month, np.where((kind == 1) | ((kind == 0) & ~swaps), other_day, safe))
    return day(np.where(kind == 3, other_year, year), new_month, new_day)
