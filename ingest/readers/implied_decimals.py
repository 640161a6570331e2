"""Amounts that a fixed-width file writes without their decimal point, written out: 00000123456 becomes 1234.56.

Belongs here: the notation of such amounts, so that raw holds the same text whatever form a file comes in. Must not come
here: records, other columns. What is no whole number stays as it was sent: the gate tells the sender.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Mask = npt.NDArray[np.bool_]

_SPACE, _PLUS, _MINUS, _POINT, _ZERO = b" +-.0"


def written_out(field: "Bytes", decimals: int) -> tuple["Bytes", "Mask"]:
    """Return a column, given place by place, with one place more for its point, and which places count."""
    import numpy as np

    width, count = field.shape
    aligned = _right_aligned(field)
    is_digit = (aligned - _ZERO) < 10
    is_filling = aligned == _SPACE
    # Digits behind filling, the usual form: nothing but blanks in front, and a digit at the end.
    is_usual = (
        is_digit[-1] & (is_digit | is_filling).all(axis=0) & ~(is_digit[:-1] & is_filling[1:]).any(axis=0)
    )
    whole = max(width - decimals, 0)
    units = np.where(is_filling, _ZERO, aligned).astype(np.uint8)
    if whole == 0:
        units, whole = np.concatenate([np.full((1, count), _ZERO, np.uint8), units]), 1
    values = np.concatenate([units[:whole], np.full((1, count), _POINT, np.uint8), units[whole:]])
    kept = np.ones(values.shape, np.bool_)
    # The digit before the point stays, even when it is a zero.
    kept[: whole - 1] = np.logical_or.accumulate(units[: whole - 1] != _ZERO, axis=0)
    if not is_usual.all():
        _put_unusual(values, kept, field, np.flatnonzero(~is_usual), decimals)
    return values, kept


def _right_aligned(field: "Bytes") -> "Bytes":
    """Return the values with the blanks behind them moved in front."""
    import numpy as np

    behind = np.argmax((field != _SPACE)[::-1], axis=0)
    if not behind.any():
        return field
    aligned = field.copy()
    for blanks in np.unique(behind[behind > 0]).tolist():
        chosen = behind == blanks
        aligned[:, chosen] = np.roll(field[:, chosen], blanks, axis=0)
    return aligned


def _put_unusual(
    values: "Bytes", kept: "Mask", field: "Bytes", places: "npt.NDArray[np.intp]", decimals: int
) -> None:
    """Put amounts with a sign, blank ones and what is no amount; few, so one by one."""
    import numpy as np

    kept[:, places] = False
    for place in places.tolist():
        text = _signed(field[:, place].tobytes().rstrip(b" "), decimals, len(values))
        values[: len(text), place] = np.frombuffer(text, np.uint8)
        kept[: len(text), place] = True


def _signed(text: bytes, decimals: int, longest: int) -> bytes:
    sign, digits = text.lstrip(b" ")[:1], text.lstrip(b" ")[1:]
    if sign not in (b"+", b"-") or not digits.isdigit():
        return text
    digits = digits.lstrip(b"0").rjust(decimals + 1, b"0")
    amount = (b"-" if sign == b"-" else b"") + digits[:-decimals] + b"." + digits[-decimals:]
    return amount if len(amount) <= longest else text
