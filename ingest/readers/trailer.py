"""The trailer record of a fixed-width file: does it agree with the records before it?

Belongs here: counts and totals. Must not come here: reading the file.
"""

from typing import TYPE_CHECKING

from ingest.layout import Layout, LayoutVersion, Position
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


def check_trailer(
    trailer: bytes, declared: LayoutVersion, record_count: int, total: ControlTotal, name: str
) -> None:
    """Raise P20WError when the trailer's count or total differs from what the file holds."""
    if declared.trailer is None:
        return
    expected = _number(trailer, declared.trailer.record_count, name)
    if expected is not None and expected != record_count:
        raise P20WError(
            f"{name}: its trailer counts {expected} records, but the file holds {record_count}.", _CUT_OFF
        )
    expected = _number(trailer, declared.trailer.control_total, name)
    if expected is not None and total.column is not None and expected != total.value:
        unreadable = f", {total.unreadable_count} of them unreadable" if total.unreadable_count else ""
        raise P20WError(
            f"{name}: the control total of its trailer differs from the sum of {total.column.name}"
            f" over its {record_count} records{unreadable}.",
            _CUT_OFF,
        )


def _integer(raw: bytes) -> int:
    """Return a number written in digits, maybe with a sign; Python itself would take underscores too."""
    if b"_" in raw:
        raise ValueError
    return int(raw)


def _number(trailer: bytes, position: Position | None, name: str) -> int | None:
    if position is None:
        return None
    raw = trailer[position[0] - 1 : position[1]]
    try:
        return _integer(raw)
    except ValueError:
        raise P20WError(
            f"{name}: its trailer has no number in positions {position[0]}-{position[1]}.",
            "Ask the sender for a file with a complete trailer.",
        ) from None
