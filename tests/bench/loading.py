"""Loading against a bare COPY of the same file, and against pandas.to_sql."""

import io
import time
from pathlib import Path

import numpy as np

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from tests.bench.measure import Measure, best_seconds
from warehouse.connection import Warehouse, open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer
from warehouse.state import load_state

ROWS = 600_000
WAGE_ROWS = 600_000
PANDAS_ROWS = 20_000
REPEATS = 3


def measures(folder: Path) -> dict[str, Measure]:
    home = Home(folder / "home")
    warehouse = open_warehouse(home)
    try:
        sync_catalogue(warehouse, load_state())
        return {**_delimited(warehouse, folder), **_fixed_width(warehouse, folder)}
    finally:
        EmbeddedServer(home).remove()


def _delimited(warehouse: Warehouse, folder: Path) -> dict[str, Measure]:
    files = [
        _course_file(folder / f"postsecondary__course__higher_ed__{2016 + i}FA.csv", seed=i)
        for i in range(REPEATS)
    ]
    columns = [c.name for c in load_catalogue().layouts["postsecondary/course"].columns]
    ours, bare = [], []
    for path in files:
        ours.append(_seconds(lambda path=path: load_file(warehouse, path)))
        bare.append(
            _seconds(lambda path=path: bare_copy(warehouse, path, columns, "format csv, header true"))
        )
    pandas_rate = PANDAS_ROWS / _to_sql_seconds(warehouse, files[0])
    return {
        "load_delimited_speed_to_bare_copy": Measure(round(min(bare) / min(ours), 3), "ratio", 0.8, "higher"),
        "load_delimited_speed_to_pandas_to_sql": Measure(
            round(ROWS / min(ours) / pandas_rate, 1), "ratio", 50, "higher"
        ),
    }


def _fixed_width(warehouse: Warehouse, folder: Path) -> dict[str, Measure]:
    files = [wage_file(folder / f"ui__wage__ui_agency__{2016 + i}Q1.dat", seed=i) for i in range(REPEATS)]
    ours = [_seconds(lambda path=path: load_file(warehouse, path)) for path in files]
    # A bare COPY cannot cut fields: the whole record as one column is the least that any loader must move.
    bare = [
        _seconds(lambda path=path: bare_copy(warehouse, path, ["record"], "format csv, delimiter e'\\x01'"))
        for path in files
    ]
    return {
        "load_fixed_width_speed_to_bare_copy": Measure(
            round(min(bare) / min(ours), 3), "ratio", 0.8, "higher"
        )
    }


def _seconds(action: object) -> float:
    return best_seconds(action, repeats=1)  # type: ignore[arg-type]


def bare_copy(warehouse: Warehouse, path: Path, columns: list[str], options: str) -> None:
    """COPY the file's bytes into an ordinary all-text table: no hash, no archive, no record of a delivery."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists public.bare")
        cursor.execute(f"create table public.bare ({', '.join(f'{c} text' for c in columns)})")
        with cursor.copy(f"copy public.bare from stdin ({options})") as copy, path.open("rb") as file:
            while chunk := file.read(1 << 20):
                copy.write(chunk)


def _to_sql_seconds(warehouse: Warehouse, path: Path) -> float:
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, nrows=PANDAS_ROWS)
    started = time.perf_counter()
    frame.to_sql(
        "to_sql",
        warehouse.engine(),
        schema="public",
        if_exists="replace",
        index=False,
        method="multi",
        chunksize=2000,
    )
    return time.perf_counter() - started


def _course_file(path: Path, seed: int) -> Path:
    import pyarrow as pa
    import pyarrow.csv as pc

    draw = np.random.default_rng(seed)
    layout = load_catalogue().layouts["postsecondary/course"]
    header = [layout.columns[i].headers_for("2015")[0] for i in range(len(layout.columns))]
    numbers = np.arange(ROWS)
    year = path.stem.split("__")[3][:4]
    values = [
        pa.array([str(int(year) + 1)] * ROWS), pa.array(["1"] * ROWS), pa.array(draw.integers(100000, 100050, ROWS).astype(str)),
        pa.array(np.char.add("S", numbers.astype(str))), pa.array(draw.choice(["MATH", "ENGL", "HIST", "BIOL"], ROWS)),
        pa.array(draw.integers(100, 499, ROWS).astype(str)), pa.array(draw.choice(["27.0101", "23.0101", "51.3801"], ROWS)),
        pa.array(draw.choice(["Y", "N"], ROWS)), pa.array(["3"] * ROWS), pa.array(draw.choice(["0", "3"], ROWS)),
        pa.array(draw.choice(["A", "B", "C", "D", "F"], ROWS)),
    ]  # fmt: skip
    sink = io.BytesIO()
    pc.write_csv(pa.table(dict(zip(header, values, strict=True))), sink)
    path.write_bytes(sink.getvalue())
    return path


def wage_file(path: Path, seed: int, rows: int = WAGE_ROWS) -> Path:
    draw = np.random.default_rng(seed)
    records = np.full((rows + 2, 276), ord(" "), dtype=np.uint8)
    records[:, 275] = ord("\n")
    records[0, 0], records[-1, 0], records[1:-1, 0] = ord("A"), ord("F"), ord("S")
    body = records[1:-1]
    cents = draw.integers(100_000, 2_000_000, rows)
    _put(body, 2, 9, draw.integers(100_000_000, 899_999_999, rows))
    body[:, 10:16] = draw.integers(ord("A"), ord("Z"), (rows, 6))
    body[:, 30:35] = draw.integers(ord("A"), ord("Z"), (rows, 5))
    _put(body, 50, 14, cents)
    _put(body, 64, 14, cents)
    _put(body, 147, 7, draw.integers(1_000_000, 1_020_000, rows))
    body[:, 214:220] = np.frombuffer(f"03{path.stem.split('__')[3][:4]}".encode(), dtype=np.uint8)
    _put(records[-1:], 2, 10, np.array([rows]))
    _put(records[-1:], 41, 15, np.array([cents.sum()]))
    path.write_bytes(records.tobytes())
    return path


def _put(rows: np.ndarray, position: int, width: int, numbers: np.ndarray) -> None:
    """Write numbers, zero-padded, at a 1-based position."""
    for offset in range(width):
        rows[:, position - 1 + width - 1 - offset] = ord("0") + (numbers // 10**offset) % 10
