"""Loading a file of every layout against a bare COPY of the same file.

A layout's columns say what its file looks like; fixed-width records, whose trailer totals them, are made in `loading`.
"""

import random
from pathlib import Path
from statistics import median

from ingest.catalogue import load_catalogue
from ingest.layout import Column, Layout, LayoutVersion
from ingest.loader import load_file
from ingest.readers.typed_text import PATTERNS
from ingest.sync import sync_catalogue
from tests.bench.loading import bare_copy, wage_file
from tests.bench.measure import Measure, best_seconds
from warehouse.connection import Warehouse, open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import load_state

ROWS = 200_000
# A row of PIRL has some hundred columns: its file has fewer rows.
MOST_BYTES = 24 << 20
DISTINCT_ROWS = 2_000
REPEATS = 2
_PERIODS = {"academic_term": "{}FA", "calendar_quarter": "{}Q1"}


def measures(folder: Path) -> dict[str, Measure]:
    home = Home(folder / "home")
    warehouse = open_warehouse(home)
    try:
        sync_catalogue(warehouse, load_state())
        found = {
            f"load_speed_to_bare_copy_{layout.table}": _ratio(warehouse, folder, layout)
            for layout in load_catalogue().layouts.values()
        }
    finally:
        EmbeddedServer(home).remove()
    speeds = [measure.value for measure in found.values()]
    found["load_speed_to_bare_copy_median_layout"] = Measure(
        round(median(speeds), 3), "ratio", 0.8, "higher", _COMMAND
    )
    return found


_COMMAND = "python -m tests.bench layouts"


def _ratio(warehouse: Warehouse, folder: Path, layout: Layout) -> Measure:
    """Load and copy several files in turn; the best of each."""
    submitter = load_state().submitters_of(layout.key)[0]
    ours, bare = [], []
    for number in range(REPEATS):
        period = _PERIODS.get(layout.period, "{}").format(2018 + number)
        declared = layout.versions[layout.version_for(period)]
        if declared.format == "fixed_width":
            path = wage_file(folder / f"{layout.table}__{submitter}__{period}.dat", number, ROWS)
            columns, options = ["record"], "format csv, delimiter e'\\x01'"
        else:
            path = folder / f"{layout.table}__{submitter}__{period}.csv"
            columns = write_file(path, layout, period, number)
            options = f"format csv, header true, delimiter '{declared.delimiter}'"
        ours.append(best_seconds(lambda path=path: load_file(warehouse, path), 1))  # type: ignore[misc]
        bare.append(
            best_seconds(
                lambda path=path, columns=columns, options=options: bare_copy(  # type: ignore[misc]
                    warehouse, path, columns, options
                ),
                1,
            )
        )
        path.unlink()
    return Measure(round(min(bare) / min(ours), 3), "ratio", 0.8, "higher", _COMMAND)


def write_file(path: Path, layout: Layout, period: str, seed: int) -> list[str]:
    """Write a delimited file of this layout; return its columns in the file's order."""
    draw = random.Random(seed)
    version = layout.version_for(period)
    declared = layout.versions[version]
    columns = [column for column in layout.columns_in(version) if column.headers_for(version)]
    delimiter = declared.delimiter or ","
    header = delimiter.join(column.headers_for(version)[0] for column in columns) + "\n"
    rows = "".join(
        delimiter.join(_value(column, declared, number, draw) for column in columns) + "\n"
        for number in range(DISTINCT_ROWS)
    ).encode(declared.encoding)
    times = min(ROWS // DISTINCT_ROWS, MOST_BYTES // len(rows) + 1)
    path.write_bytes(header.encode(declared.encoding) + rows * times)
    return [column.name for column in columns]


def _value(column: Column, declared: LayoutVersion, number: int, draw: random.Random) -> str:
    # As in real files, much of what is not required is blank.
    if not column.required and draw.random() < 0.3:
        return ""
    if column.type == "date":
        pattern = PATTERNS[declared.date_format]
        day = f"{draw.randint(1, 28):02}"
        return pattern.replace("%Y", "2019").replace("%m", "05").replace("%d", day)
    if column.type == "integer":
        return str(draw.randint(0, 99))
    if column.type == "decimal":
        return f"{draw.randint(0, 99_999)}.{draw.randint(0, 99):02}"
    if column.type == "code":
        return f"{draw.randint(1, 12):02}"
    return f"{column.name[:6]}{number:05}"
