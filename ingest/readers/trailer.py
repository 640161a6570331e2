"""The trailer record of a file: does it agree with the records before it?

Belongs here: counts and totals. Must not come here: reading the file.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ingest.layout import Layout
from ingest.layout_form import LayoutVersion, Place
from warehouse.errors import P20WError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

_ZERO, _SPACE = b"0 "
_CUT_OFF = "The file was probably cut off or changed after it was made; ask the sender for it again."


class ControlTotal:
    """The running sum of the column that the trailer totals, exact at any size."""

    def __init__(self, layout: Layout, version: str) -> None:
        trailer = layout.versions[version].trailer
        name = trailer.control_column if trailer and trailer.control_total else None
        self.column = layout.columns_by_name[name] if name else None
        self._position = self.column.position_in(version) if self.column else None
        self.value = 0
        self.unreadable_count = 0

    def add(self, records: "Bytes") -> None:
        """Add the column's values in a block of records."""
        import numpy as np

        if self._position is None:
            return
        first, last = self._position
        # One place of all records side by side: numpy is fast along long rows only.
        field = np.ascontiguousarray(records[:, first - 1 : last].T)
        is_digit = (field - _ZERO) < 10
        is_blank = field == _SPACE
        # Digits behind leading blanks, the usual form, are summed place by place: no row can overflow.
        is_usual = (is_digit | is_blank).all(axis=0) & ~(is_digit[:-1] & is_blank[1:]).any(axis=0)
        sums = ((field - _ZERO) * (is_digit & is_usual)).sum(axis=1, dtype="int64")
        total = 0
        for place_sum in sums.tolist():
            total = total * 10 + place_sum
        self.value += total
        if not is_usual.all():
            self._add_unusual(field[:, ~is_usual].T)

    def _add_unusual(self, field: "Bytes") -> None:
        """Add values with a sign or with blanks behind them; what is no number counts as zero."""
        for raw in field:
            try:
                self.value += _integer(raw.tobytes())
            except ValueError:
                self.unreadable_count += 1


@dataclass(frozen=True)
class Held:
    """What the records themselves come to: their number, and the sum of a column with how many values had no number."""

    record_count: int
    column: str | None
    total: int | Decimal
    unreadable_count: int


def counted_records(declared: LayoutVersion, data: int, others: int) -> int:
    """Return how many records a trailer should count: those of data, or with header, others and itself."""
    if declared.trailer is None or not declared.trailer.counts_all:
        return data
    return data + others + 1 + (declared.header is not None)


def check_trailer(trailer: bytes, declared: LayoutVersion, held: Held, name: str) -> None:
    """Raise P20WError when the count or total in a trailer of fixed width differs from what the file holds."""
    said = declared.trailer
    if said is not None:
        check_counts(
            _number(trailer, said.record_count, name), _number(trailer, said.control_total, name), held, name
        )


def check_counts(
    record_count: int | Decimal | None, control_total: int | Decimal | None, held: Held, name: str
) -> None:
    """Raise P20WError when a count or total that a trailer states differs from what the file holds."""
    if record_count is not None and record_count != held.record_count:
        raise P20WError(
            f"{name}: its trailer counts {record_count} records, but the file holds {held.record_count}.",
            _CUT_OFF,
        )
    if control_total is not None and held.column is not None and control_total != held.total:
        unreadable = f", {held.unreadable_count} of them unreadable" if held.unreadable_count else ""
        raise P20WError(
            f"{name}: the control total of its trailer differs from the sum of {held.column}"
            f" over its {held.record_count} records{unreadable}.",
            _CUT_OFF,
        )


def without_trailer(name: str, last_line: int) -> P20WError:
    """Return what to say of a file that ends without its trailer."""
    return P20WError(
        f"{name} ends with line {last_line}, without its trailer record.",
        "The file was probably cut off; deliver it again.",
    )


def stated_number(raw: str | None, place: str, name: str) -> Decimal | None:
    """Return the number that a trailer states at a place; None where the layout names no place."""
    if raw is None:
        return None
    try:
        if "_" not in raw:
            return Decimal(raw.strip())
    except InvalidOperation:
        pass
    raise _no_number(name, place)


def _integer(raw: bytes) -> int:
    """Return a number written in digits, maybe with a sign; Python itself would take underscores too."""
    if b"_" in raw:
        raise ValueError
    return int(raw)


def _number(trailer: bytes, position: Place | None, name: str) -> int | None:
    if position is None or isinstance(position, int):
        return None
    try:
        return _integer(trailer[position[0] - 1 : position[1]])
    except ValueError:
        raise _no_number(name, f"positions {position[0]}-{position[1]}") from None


def _no_number(name: str, place: str) -> P20WError:
    return P20WError(
        f"{name}: its trailer has no number in {place}.", "Ask the sender for a file with a complete trailer."
    )
