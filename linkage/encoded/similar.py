"""Which encodings are alike: candidate pairs and Dice coefficients, over whole arrays.

Few enough pairs are all compared. More are blocked by locality-sensitive hashing: encodings that agree on a drawn set of bits, in
one of several draws, are compared. Nothing beyond the encodings is needed, no key either.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Bits = NDArray[np.uint8]
    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
    Alike = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]

MOST_COMPARED = 20_000_000
"""So many pairs are compared without blocking: some seconds."""

_AT_ONCE = 400_000
_DRAWS = 40
_SEED = 20


def similar_pairs(
    left: Bits,
    right: Bits,
    floor: float,
    *,
    also: Pairs | None = None,
    flip_share: float = 0.0,
    most_compared: int = MOST_COMPARED,
) -> Alike:
    """Return rows of left, rows of right, Dice and overlap coefficients of the pairs at or above a floor of Dice's.

    Args:
        left: What was sent.
        right: What it is compared with.
        floor: Least coefficient.
        also: Pairs that are given back whatever their coefficient.
        flip_share: Share of the bits of left that were flipped at random; the coefficient is corrected for it.
        most_compared: Pairs up to which all are compared.
    """
    import numpy as np

    wide_left, wide_right = _words(left), _words(right)
    found: list[Alike] = []
    asked = [] if also is None else [(also, 0.0)]
    compared = ((pairs, floor) for pairs in _candidates(left, right, most_compared))
    for (rows, others), least in itertools.chain(asked, compared):
        dice, overlap = _coefficients(wide_left[rows], wide_right[others], flip_share, left.shape[1] * 8)
        kept = dice >= least
        found.append((rows[kept], others[kept], dice[kept], overlap[kept]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    rows, others, dice, overlap = (np.concatenate(part) for part in zip(*found, strict=True))
    # A pair that several draws brought up counts once.
    _, first = np.unique(rows * len(right) + others, return_index=True)
    return rows[first], others[first], dice[first], overlap[first]


def _words(bits: Bits) -> NDArray[np.uint64]:
    import numpy as np

    return np.ascontiguousarray(bits).view(np.uint64)


def _coefficients(
    left: NDArray[np.uint64], right: NDArray[np.uint64], flip_share: float, length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dice (twice the common bits by all bits) and overlap (common bits by those of the emptier one), row by row."""
    import numpy as np

    both = np.bitwise_count(left & right).sum(axis=1, dtype=np.float64)
    in_left = np.bitwise_count(left).sum(axis=1, dtype=np.float64)
    in_right = np.bitwise_count(right).sum(axis=1, dtype=np.float64)
    if flip_share:
        # What would be expected without the flips: each bit is the other way with this probability.
        both = (both - flip_share * in_right) / (1 - 2 * flip_share)
        in_left = (in_left - flip_share * length) / (1 - 2 * flip_share)
    # Rounded, so that the order of pairs cannot hang on the last bit.
    dice, overlap = (
        np.round(np.clip(both / np.maximum(of, 1.0), 0.0, 1.0), 6)
        for of in ((in_left + in_right) / 2, np.minimum(in_left, in_right))
    )
    return dice, overlap


def _candidates(left: Bits, right: Bits, most_compared: int) -> Iterator[Pairs]:
    import numpy as np

    if not len(left) or not len(right):
        return
    if len(left) * len(right) <= most_compared:
        step = max(1, _AT_ONCE // len(right))
        every = np.arange(len(right))
        for start in range(0, len(left), step):
            rows = np.arange(start, min(start + step, len(left)))
            yield np.repeat(rows, len(right)), np.tile(every, len(rows))
        return
    for bits in _draws(right):
        yield from _in_one_bucket(_bucket(left, bits), _bucket(right, bits))


def _draws(right: Bits) -> Iterator[NDArray[np.int64]]:
    """Sets of bits to agree on, larger in a larger population, of those bits that tell most."""
    import numpy as np

    chance = np.random.default_rng(_SEED)
    sample = right[chance.permutation(len(right))[:10_000]]
    filled = np.unpackbits(sample, axis=1).mean(axis=0)
    telling = np.argsort(np.abs(filled - 0.5), kind="stable")[: max(128, len(filled) // 2)]
    size = int(np.clip(np.log2(len(right)) + 6, 16, 30))
    for _ in range(_DRAWS):
        yield chance.choice(telling, size, replace=False)


def _bucket(bits: Bits, drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    found = np.zeros(len(bits), np.int64)
    for place, bit in enumerate(drawn):
        found |= (bits[:, bit // 8] >> (7 - bit % 8) & 1).astype(np.int64) << place
    return found


def _in_one_bucket(left: NDArray[np.int64], right: NDArray[np.int64]) -> Iterator[Pairs]:
    """Pairs of rows with the same bucket, some at a time."""
    import numpy as np

    order = np.argsort(right, kind="stable")
    sorted_right = right[order]
    first = np.searchsorted(sorted_right, left, "left")
    counts = np.searchsorted(sorted_right, left, "right") - first
    rows = counts.nonzero()[0]
    ends = np.cumsum(counts[rows])
    start = 0
    while start < len(rows):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _AT_ONCE, "right")))
        part = rows[start:stop]
        repeated = np.repeat(part, counts[part])
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts[part]) - counts[part], counts[part])
        yield repeated, order[np.repeat(first[part], counts[part]) + within]
        start = stop
