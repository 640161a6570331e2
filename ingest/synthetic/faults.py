"""Known mistakes, planted in finished files, so that the checks on deliveries can be checked.

Belongs here: spoiling files and saying where. Must not come here: mistakes in identity, which are natural.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.catalogue import Layout
from ingest.synthetic.arrays import Rng
from ingest.synthetic.writers.outbox import Outbox

_LISTING_COLUMNS = ("file", "row", "column", "kind")


class _File:
    """A delivered file opened for spoiling; data rows are counted from 1, as the warehouse counts them."""

    def __init__(self, path: Path, layout: Layout, period: str) -> None:
        version = layout.version_for(period)
        declared = layout.versions[version]
        self.path, self.encoding = path, declared.encoding
        self.fixed_width = declared.format == "fixed_width"
        self.delimiter = (declared.delimiter or ",").encode()
        self.lines = path.read_bytes().splitlines()
        self.columns = [column.name for column in layout.columns_in(version)]

    @property
    def rows(self) -> int:
        """Number of data rows."""
        return len(self.lines) - (2 if self.fixed_width else 1)

    def cell(self, row: int, column: str) -> str:
        """Return the text of a cell."""
        return self.lines[row].split(self.delimiter)[self.columns.index(column)].decode(self.encoding)

    def put(self, row: int, column: str, value: bytes) -> None:
        """Change the text of a cell."""
        cells = self.lines[row].split(self.delimiter)
        cells[self.columns.index(column)] = value
        self.lines[row] = self.delimiter.join(cells)

    def save(self) -> None:
        """Write the file back."""
        self.path.write_bytes(b"\n".join(self.lines) + b"\n")


Spoil = Callable[[_File, int, str], int | None]


@dataclass(frozen=True)
class _Fault:
    """One mistake: its kind, the file and column it is made in, and how; row is None for a whole file."""

    kind: str
    layout: str
    submitter: str
    period: str
    column: str
    spoil: Spoil


def _writes(value: bytes) -> Spoil:
    def spoil(file: _File, row: int, column: str) -> int | None:
        file.put(row, column, value)
        return row

    return spoil


def _repeat_row(file: _File, row: int, column: str) -> int | None:
    file.lines.append(file.lines[row])
    return file.rows


def _exit_before_entry(file: _File, row: int, column: str) -> int | None:
    ended = next((place for place in range(row, file.rows + 1) if file.cell(place, column)), 1)
    file.put(ended, column, b"2010-09-01")
    return ended


def _wrong_byte(file: _File, row: int, column: str) -> int | None:
    file.put(row, column, b"Garc\xeda")
    return row


def _extra_column(file: _File, row: int, column: str) -> int | None:
    file.lines = [
        line + file.delimiter + (b"REMARK" if place == 0 else b"x") for place, line in enumerate(file.lines)
    ]
    return None


def _drop_column(file: _File, row: int, column: str) -> int | None:
    place = file.columns.index(column)
    cells = [line.split(file.delimiter) for line in file.lines]
    file.lines = [file.delimiter.join(line[:place] + line[place + 1 :]) for line in cells]
    return None


def _extra_cell(file: _File, row: int, column: str) -> int | None:
    file.lines[row] += file.delimiter + b"x"
    return row


def _trailer_count(file: _File, row: int, column: str) -> int | None:
    file.lines[-1] = b"F" + str(file.rows + 7).zfill(10).encode() + file.lines[-1][11:]
    return None


def _trailer_total(file: _File, row: int, column: str) -> int | None:
    file.lines[-1] = file.lines[-1][:40] + b"9" * 15 + file.lines[-1][55:]
    return None


def _truncate(file: _File, row: int, column: str) -> int | None:
    file.lines = [*file.lines[: 1 + file.rows * 2 // 3], file.lines[1][:100]]
    return None


def _short_record(file: _File, row: int, column: str) -> int | None:
    file.lines[row] = file.lines[row][:-1]
    return row


_FAULTS = (
    _Fault("unmapped_code", "k12/student", "south", "2017", "sex", _writes(b"8")),
    _Fault("missing_required", "k12/student", "north", "2019", "last_name", _writes(b"")),
    _Fault("bad_date", "k12/student", "north", "2016", "birthdate", _writes(b"02/30/2001")),
    _Fault("future_date", "k12/diploma", "north", "2020", "diploma_date", _writes(b"2031-06-05")),
    _Fault("duplicate_key", "k12/enrollment", "south", "2018", "", _repeat_row),
    _Fault("exit_before_entry", "k12/enrollment", "north", "2020", "exit_date", _exit_before_entry),
    _Fault("unknown_school", "k12/enrollment", "north", "2021", "school_id", _writes(b"9999999")),
    _Fault("wrong_encoding", "k12/student", "south", "2020", "last_name", _wrong_byte),
    _Fault("extra_column", "k12/credential", "north", "2019", "", _extra_column),
    _Fault("missing_column", "k12/work_based_learning", "north", "2019", "begin_date", _drop_column),
    _Fault("not_a_number", "k12/cte_course", "north", "2018", "credits_earned", _writes(b"one")),
    _Fault("extra_cell", "k12/status", "north", "2021", "", _extra_cell),
    _Fault("invalid_ssn", "postsecondary/enrollment", "higher_ed", "2019FA", "ssn", _writes(b"666123456")),
    _Fault("unknown_institution", "postsecondary/award", "higher_ed", "2021SP", "institution_id_ipeds", _writes(b"999999")),
    _Fault("exit_before_entry", "wioa/pirl", "workforce", "2019", "program_exit_date", _writes(b"20100101")),
    _Fault("missing_required", "wioa/identity", "workforce", "2020", "first_name", _writes(b"")),
    _Fault("wrong_trailer_count", "ui/wage", "ui_agency", "2018Q1", "", _trailer_count),
    _Fault("wrong_control_total", "ui/wage", "ui_agency", "2018Q2", "", _trailer_total),
    _Fault("truncated_file", "ui/wage", "ui_agency", "2017Q1", "", _truncate),
    _Fault("wrong_record_length", "ui/wage", "ui_agency", "2019Q1", "", _short_record),
    _Fault("future_date", "bridge/driver_license", "motor_vehicle", "2021", "birthdate", _writes(b"20300101")),
)  # fmt: skip


def plant_faults(out: Path, outbox: Outbox, listing: Path, seed: int) -> int:
    """Spoil some finished files and list where; return how many faults were planted.

    A fault is left out where the state is too small to have its file.
    """
    rng = np.random.default_rng([seed, 2])
    rows = [row for fault in _FAULTS if (row := _plant(out, outbox, fault, rng))]
    with listing.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_LISTING_COLUMNS)
        writer.writerows(rows)
    return len(rows)


def _plant(out: Path, outbox: Outbox, fault: _Fault, rng: Rng) -> tuple[str, int | str, str, str] | None:
    layout = outbox.catalogue.layouts[fault.layout]
    path = outbox.path(layout, fault.submitter, fault.period)
    if path not in outbox.rows:
        return None
    file = _File(path, layout, fault.period)
    row = fault.spoil(file, int(rng.integers(1, file.rows + 1)), fault.column)
    file.save()
    outbox.rows[path] = file.rows
    return path.relative_to(out).as_posix(), row or "", fault.column, fault.kind
