"""Memory of the loading process: it must not grow with the file. P20W_BENCH_MB makes the larger file larger."""

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.measure import Measure
from warehouse.home import Home
from warehouse.server import EmbeddedServer

SMALL_MB, LARGE_MB = 20, int(os.environ.get("P20W_BENCH_MB", "200"))
_BLOCK_ROWS = 100_000
_LOAD = """
import sys
from pathlib import Path
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from warehouse.connection import open_warehouse
from warehouse.state import DEMO_STATE, load_state

warehouse, state = open_warehouse(), load_state(DEMO_STATE)
sync_catalogue(warehouse, state)
load_file(warehouse, Path(sys.argv[1]), state=state)
# Not getrusage: its peak is that of the process that started this one, if that was larger.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(int(peak.split()[1]) / 1024)
"""


def measures(folder: Path) -> dict[str, Measure]:
    home = Home(folder / "home")
    try:
        small, large = (
            _peak(home, _file(folder / f"k12__status__north__{period}.txt", megabytes))
            for period, megabytes in (("2020", SMALL_MB), ("2021", LARGE_MB))
        )
    finally:
        EmbeddedServer(home).remove()
    return {
        f"load_peak_mb_{LARGE_MB}_mb_file": Measure(round(large, 1), "MB", 500, "lower"),
        f"load_peak_ratio_{LARGE_MB}_to_{SMALL_MB}_mb": Measure(
            round(large / small, 3), "ratio", 1.2, "lower"
        ),
    }


def _file(path: Path, megabytes: int) -> Path:
    block = "".join(f"2020|@{row:06d}|LEP|2019-09-01|\n" for row in range(_BLOCK_ROWS))
    with path.open("w") as file:
        file.write("schoolYear|studentUniqueId|statusDescriptor|beginDate|endDate\n")
        number = 1000
        while file.tell() < megabytes * 1_000_000:
            file.write(block.replace("@", str(number)))
            number += 1
    return path


def _peak(home: Home, file: Path) -> float:
    environment = {**os.environ, "P20W_HOME": str(home.root)}
    environment.pop("P20W_DATABASE_URL", None)
    answer = subprocess.run(
        [sys.executable, "-c", _LOAD, str(file)], env=environment, check=True, capture_output=True, text=True
    )
    return float(answer.stdout)
