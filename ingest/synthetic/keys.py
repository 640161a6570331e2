"""Identifiers that are unique in the whole state without any table of those already given.

Belongs here: one-to-one scrambling of a running number into an identifier. Must not come here: errors in identifiers.
"""

import numpy as np
import pyarrow as pa

from ingest.synthetic.arrays import Array, text

_AREAS, _GROUPS, _SERIALS = 898, 99, 9999
_SSN_SPACE = _AREAS * _GROUPS * _SERIALS
_NINE_DIGITS = 10**9
_MASK = np.uint64(0xFFFFFFFF)


def scramble(numbers: Array, size: int, key: int) -> Array:
    """Return a permutation of range(size) at the given positions: a Feistel network that walks its cycles."""
    half = max(1, (int(size - 1).bit_length() + 1) // 2)
    result = numbers.astype(np.uint64)
    pending = np.arange(len(result))
    while len(pending):
        result[pending] = _rounds(result[pending], half, key)
        pending = pending[result[pending] >= size]
    return result.astype(np.int64)


def _rounds(value: Array, half: int, key: int) -> Array:
    bits, low = np.uint64(half), np.uint64((1 << half) - 1)
    left, right = value >> bits, value & low
    for turn in range(4):
        mixed = (right + np.uint64(key * 7919 + turn * 104729 + 1)) & _MASK
        mixed = (mixed * np.uint64(0x9E3779B1)) & _MASK
        mixed = ((mixed ^ (mixed >> np.uint64(15))) * np.uint64(0x85EBCA6B)) & _MASK
        mixed ^= mixed >> np.uint64(13)
        left, right = right, left ^ (mixed & low)
    return (left << bits) | right


def social_security_numbers(persons: Array, seed: int) -> Array:
    """Return a valid nine-digit number per person, as an integer; no two persons share one."""
    numbers = scramble(persons, _SSN_SPACE, seed)
    area = numbers // (_GROUPS * _SERIALS) + 1
    area += area >= 666
    result: Array = area * 1_000_000 + (numbers // _SERIALS % _GROUPS + 1) * 10_000 + numbers % _SERIALS + 1
    return result


def identifiers(numbers: Array, prefix: str, seed: int) -> pa.Array:
    """Return a prefix and nine digits per running number, unique under the prefix."""
    import pyarrow.compute as pc

    digits = text(scramble(numbers, _NINE_DIGITS, seed), 9)
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")
