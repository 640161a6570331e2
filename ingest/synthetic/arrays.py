"""Small tools over numpy and Arrow arrays that every part of the synthetic state uses.

Belongs here: drawing, choosing, and keeping columns of rows. Must not come here: anything about people or files.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Array = NDArray[Any]
Rng = np.random.Generator


def chance(rng: Rng, probability: Array | float, count: int) -> Array:
    """Return one yes or no per position, each with its own probability."""
    drawn: Array = rng.random(count) < probability
    return drawn


def choose(rng: Rng, weights: Sequence[float] | Array, count: int) -> Array:
    """Return positions drawn with the given weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    drawn = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    result: Array = np.minimum(drawn, len(cumulative) - 1).astype(np.int32)
    return result


def logistic(value: Array) -> Array:
    """Return the probability that belongs to a log-odds value."""
    result: Array = 1.0 / (1.0 + np.exp(-value))
    return result


def occurrence(keys: Array) -> Array:
    """Return for each position how many earlier positions hold the same key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(keys)), 0))
    result = np.empty(len(keys), dtype=np.int64)
    result[order] = np.arange(len(keys)) - first
    return result


def text(values: Array, width: int) -> pa.Array:
    """Return whole numbers as text with leading zeros."""
    return pc.utf8_lpad(pa.array(values).cast(pa.int64()).cast(pa.string()), width, "0")


def decimal_text(hundredths: Array) -> pa.Array:
    """Return amounts given in hundredths as decimal text with two places."""
    whole = pa.array(hundredths // 100).cast(pa.string())
    return pc.binary_join_element_wise(whole, text(hundredths % 100, 2), ".")


def blank_where(values: pa.Array, mask: Array) -> pa.Array:
    """Return the values with null where the mask is true."""
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)


class Rows:
    """Columns of equal length that grow by pieces and are joined once."""

    def __init__(self) -> None:
        self._pieces: list[dict[str, Array]] = []

    def add(self, **columns: Array | int) -> None:
        """Add rows; a single number stands for every row of the piece."""
        length = next(len(value) for value in columns.values() if isinstance(value, np.ndarray))
        self._pieces.append(
            {
                name: value if isinstance(value, np.ndarray) else np.full(length, value, dtype=np.int32)
                for name, value in columns.items()
            }
        )

    def joined(self) -> dict[str, Array]:
        """Return every column as one array; without any column when nothing was ever added."""
        names = self._pieces[0].keys() if self._pieces else ()
        return {name: np.concatenate([piece[name] for piece in self._pieces]) for name in names}


def rows_where(columns: dict[str, Array], mask: Array) -> dict[str, Array]:
    """Return the rows for which the mask is true."""
    return {name: values[mask] for name, values in columns.items()}
