"""Loading a file of every layout against a bare COPY of the same rows.

The bare COPY takes the rows as PostgreSQL itself writes them, in its text format, numbered and ready, into a table like
the raw one that its own transaction makes: nothing is read, cut, hashed, archived, recorded, attached or judged. Beside
it stands a COPY of the delimited file as it is, into a table of its columns alone, without number and delivery.

A layout's columns say what its file looks like; fixed-width records, whose trailer totals them, are made in `loading`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.layout import Column, Layout
from ingest.layout_form import LayoutVersion
from ingest.loader import load_file
from ingest.raw_tables import partition_of
from ingest.readers.typed_text import PATTERNS
from ingest.sync import sync_catalogue
from tests.bench.loading import bare_copy, wage_file
from tests.bench.measure import Measure, best_seconds
from warehouse.connection import Warehouse, open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import load_state

ROWS = 400_000
# A row of PIRL has some hundred columns: its file has fewer rows.
MOST_BYTES = 48 << 20
DISTINCT_ROWS = 2_000
# The disk of a shared machine is slow now and then: the best of seven tells what the work costs.
REPEATS = 7
_PERIODS = {"academic_term": "{}FA", "calendar_quarter": "{}Q1"}
_COMMAND = "python -m tests.bench layouts"


def measures(folder: Path) -> dict[str, Measure]:
    home = Home(folder / "home")
    warehouse = open_warehouse(home)
    found: dict[str, Measure] = {}
    try:
        sync_catalogue(warehouse, load_state())
        for layout in load_catalogue().layouts.values():
            found |= _measured(warehouse, folder, layout)
    finally:
        EmbeddedServer(home).remove()
    for name in ("load_speed_to_bare_copy", "load_speed_to_copy_of_the_file"):
        speeds = [measure.value for key, measure in found.items() if key.startswith(f"{name}_")]
        found[f"{name}_median_layout"] = _ratio(median(speeds), 0.8 if name.endswith("bare_copy") else None)
    return found


@dataclass
class _Seconds:
    """What each way took, file by file."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    of_the_file: list[float] = field(default_factory=list)


def _measured(warehouse: Warehouse, folder: Path, layout: Layout) -> dict[str, Measure]:
    """Load and copy several files in turn; the best of each."""
    submitter = load_state().submitters_of(layout.key)[0]
    seconds = _Seconds()
    megabytes = 0.0
    for number in range(REPEATS):
        period = _PERIODS.get(layout.period, "{}").format(2016 + number)
        path, columns = _file(folder, layout, submitter, period, number)
        megabytes = path.stat().st_size / 1e6
        seconds.ours.append(_once(lambda path=path: load_file(warehouse, path)))  # type: ignore[misc]
        rows = rendered(warehouse, layout, folder / "rendered")
        seconds.bare.append(_once(lambda rows=rows: copy_rendered(warehouse, layout, rows)))  # type: ignore[misc]
        if columns:
            options = f"format csv, header true, delimiter '{layout.versions[layout.version_for(period)].delimiter}'"
            seconds.of_the_file.append(
                _once(
                    lambda path=path, columns=columns, options=options: bare_copy(  # type: ignore[misc]
                        warehouse, path, columns, options
                    )
                )
            )
        path.unlink()
        rows.unlink()
    ours, bare = min(seconds.ours), min(seconds.bare)
    found = {
        f"load_speed_to_bare_copy_{layout.table}": _ratio(bare / ours, 0.8),
        f"load_throughput_{layout.table}": _throughput(megabytes / ours),
        f"bare_copy_throughput_{layout.table}": _throughput(megabytes / bare),
    }
    if seconds.of_the_file:
        found[f"load_speed_to_copy_of_the_file_{layout.table}"] = _ratio(min(seconds.of_the_file) / ours)
    return found


def _ratio(value: float, goal: float | None = None) -> Measure:
    return Measure(round(value, 3), "ratio", goal, "higher", _COMMAND)


def _throughput(value: float) -> Measure:
    return Measure(round(value, 1), "MB/s", None, "higher", _COMMAND)


def _once(action: Callable[[], object]) -> float:
    return best_seconds(action, repeats=1)


def _file(
    folder: Path, layout: Layout, submitter: str, period: str, number: int
) -> tuple[Path, list[str] | None]:
    """Write a file of the layout; return it with its columns, which records of fixed width do not show."""
    name = f"{layout.table}__{submitter}__{period}"
    form = layout.versions[layout.version_for(period)].format
    if form == "fixed_width":
        return wage_file(folder / f"{name}.dat", number, ROWS), None
    if form == "delimited_records":
        return write_records(folder / f"{name}.txt", layout, period, number), None
    return folder / f"{name}.csv", write_file(folder / f"{name}.csv", layout, period, number)


def rendered(warehouse: Warehouse, layout: Layout, path: Path) -> Path:
    """Write the rows of the newest delivery as COPY writes them, and let go of the rows themselves."""
    delivery_id = warehouse.fetch_value("select max(delivery_id) from control.delivery")
    partition = partition_of(layout, delivery_id)
    with warehouse.connect() as connection, connection.cursor() as cursor, path.open("wb") as file:
        query = sql.SQL("copy (select * from {} order by row_number) to stdout").format(partition)
        with cursor.copy(query) as rows:
            for row in rows:
                file.write(row)
        cursor.execute(sql.SQL("truncate {}").format(partition))
    return path


def copy_rendered(warehouse: Warehouse, layout: Layout, path: Path) -> None:
    raw = sql.Identifier("raw", layout.table)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists public.bare")
        cursor.execute(sql.SQL("create table public.bare (like {})").format(raw))
        with cursor.copy("copy public.bare from stdin") as copy, path.open("rb") as file:
            while chunk := file.read(1 << 20):
                copy.write(chunk)


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


def write_records(path: Path, layout: Layout, period: str, seed: int) -> Path:
    """Write a file of delimited records of this layout."""
    draw = random.Random(seed)
    version = layout.version_for(period)
    declared = layout.versions[version]
    columns = {column.field_in(version): column for column in layout.columns_in(version)}
    delimiter = declared.delimiter or ","
    numbers = range(2, (declared.field_count or 0) + 1)
    rows = "".join(
        delimiter.join(
            [
                declared.record_type or "",
                *(
                    _value(columns[n], declared, number, draw).replace(delimiter, "") if n in columns else ""
                    for n in numbers
                ),
            ]
        )
        + "\n"
        for number in range(DISTINCT_ROWS)
    ).encode(declared.encoding)
    times = min(ROWS // DISTINCT_ROWS, MOST_BYTES // len(rows) + 1)
    header = f"{declared.header.record_type}\n" if declared.header else ""
    trailer = declared.trailer
    count = times * DISTINCT_ROWS + 2 * (trailer.counts_all if trailer else 0)
    last = f"{trailer.record_type}{delimiter}{count}\n" if trailer else ""
    path.write_bytes(header.encode() + rows * times + last.encode())
    return path


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
