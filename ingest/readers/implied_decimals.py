"""Amounts that a fixed-width file writes without their decimal point, written out: 00000123456 becomes 1234.56.

Belongs here: the notation of such amounts, so that raw holds the same text whatever form a file comes in. Must not come
here: records, other columns. What is no whole number stays as it was sent: the gate tells the sender.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def written_out(values: "pa.Array", decimals: int) -> "pa.Array":
    """Return amounts, given without the blanks behind them, with their decimal points."""
    import pyarrow.compute as pc

    bare = pc.ascii_ltrim(values, " ")
    is_whole = pc.ascii_is_decimal(bare)
    if pc.all(is_whole).as_py():
        return _with_point(bare, decimals)
    amounts = pc.if_else(is_whole, _with_point(bare, decimals), values)
    is_signed = pc.match_substring_regex(bare, "^[+-][0-9]+$")
    if not pc.any(is_signed).as_py():
        return amounts
    sign = pc.if_else(pc.starts_with(bare, "-"), "-", "")
    signed = pc.binary_join_element_wise(sign, _with_point(pc.ascii_ltrim(bare, "+-"), decimals), "")
    return pc.if_else(is_signed, signed, amounts)


def _with_point(digits: "pa.Array", decimals: int) -> "pa.Array":
    """Return digits with a point before the last ones and one digit at least in front of it."""
    import pyarrow.compute as pc

    padded = pc.ascii_lpad(pc.ascii_ltrim(digits, "0"), decimals + 1, "0")
    return pc.binary_replace_slice(padded, -decimals, -decimals, ".")
