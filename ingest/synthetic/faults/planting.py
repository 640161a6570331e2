"""Planting the library's mistakes in a synthetic state's files, and the list of what was planted where.

Must not come here: the mistakes themselves.
"""

import csv
from pathlib import Path

import numpy as np

from ingest.synthetic.arrays import Rng
from ingest.synthetic.faults.library import FAULTS, Fault
from ingest.synthetic.faults.spoiling import OpenedFile
from ingest.synthetic.writers.outbox import Outbox

_LISTING_COLUMNS = ("file", "row", "column", "kind", "fate", "found_by")


def plant_faults(out: Path, outbox: Outbox, listing: Path, seed: int) -> int:
    """Spoil some finished files and list where; return how many faults were planted.

    A fault is left out where the state is too small to have its file.
    """
    rng = np.random.default_rng([seed, 2])
    rows = [row for fault in FAULTS if (row := _plant(out, outbox, fault, rng))]
    with listing.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_LISTING_COLUMNS)
        writer.writerows(rows)
    return len(rows)


def _plant(
    out: Path, outbox: Outbox, fault: Fault, rng: Rng
) -> tuple[str, int | str, str, str, str, str] | None:
    layout = outbox.catalogue.layouts[fault.layout]
    path = outbox.path(layout, fault.submitter, fault.period)
    if path not in outbox.rows:
        return None
    file = OpenedFile(path, layout, fault.period)
    row = fault.spoil(file, int(rng.integers(1, file.rows + 1)), fault.column)
    file.save()
    del outbox.rows[path]
    outbox.rows[file.path] = file.rows
    where = file.path.relative_to(out).as_posix()
    return where, row or "", fault.column, fault.kind, fault.fate, fault.found_by
