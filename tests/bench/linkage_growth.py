"""The linkage step in a whole state: time, memory and quality at two sizes, the larger named by P20W_BENCH_LEARNERS.

`python -m tests.bench.linkage_growth LEARNERS` links one synthetic state and prints what it took, as JSON.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import Measure

LARGE = int(os.environ.get("P20W_BENCH_LEARNERS", "100000"))
SMALL = LARGE // 10
# Of DuckDB, beside the records and the result.
_MEMORY_GB = 6
_GOALS = {"seconds": 1200, "peak_gb": 10}


def measures(folder: Path) -> dict[str, Measure]:
    """Seconds and memory of the larger state, and the exponent by which seconds grow from a tenth of it."""
    small, large = (_measured(learners) for learners in (SMALL, LARGE))
    command = f"P20W_BENCH_LEARNERS={LARGE} python -m tests.bench population"
    name = f"linkage_{LARGE}_learners"
    growth = math.log(large["seconds"] / small["seconds"]) / math.log(large["records"] / small["records"])
    return {
        f"{name}_records": Measure(large["records"], "records", None, "higher", command),
        f"{name}_seconds": Measure(
            round(large["seconds"], 1), "seconds", _GOALS["seconds"], "lower", command
        ),
        f"{name}_peak_gb": Measure(round(large["peak_gb"], 2), "GB", _GOALS["peak_gb"], "lower", command),
        f"{name}_growth_from_{SMALL}": Measure(round(growth, 3), "exponent", 1.2, "lower", command),
        f"{name}_precision": Measure(round(large["precision"], 5), "share", 0.999, "higher", command),
        f"{name}_recall": Measure(round(large["recall"], 4), "share", 0.97, "higher", command),
    }


def _measured(learners: int) -> dict[str, float]:
    """A process of its own for each state: its memory is that of this linkage alone."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(learners)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def link_state(learners: int) -> dict[str, float]:
    """Link the records of one state; they are kept in a file meanwhile, for whoever links does not simulate."""
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory(prefix="p20w-bench-") as folder:
        made = [Path(folder) / f"{name}.parquet" for name in ("records", "truth")]
        writer = "import sys; from tests.bench.linkage_growth import write_state; write_state(*sys.argv[1:])"
        subprocess.run([sys.executable, "-c", writer, str(learners), *map(str, made)], check=True)
        records, truth = (pq.read_table(path) for path in made)
        from linkage import link
        from linkage.evaluation.evaluate import evaluate_pairs

        started = time.perf_counter()
        result = link(records, spill=Path(folder), memory_gb=_MEMORY_GB)
        seconds = time.perf_counter() - started
        # Not getrusage: its peak is that of the process that started this one, if that was larger.
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
        found = evaluate_pairs(
            records.select(["record_id", "source", "source_key"]).join(result.clusters, "record_id"), truth
        ).pairs
    return {
        "records": records.num_rows,
        "seconds": seconds,
        "peak_gb": int(peak.split()[1]) / 1e6,
        "precision": found.precision,
        "recall": found.recall,
    }


def write_state(learners: str, records_path: str, truth_path: str) -> None:
    """Write the records of a state and who stands behind them."""
    import pyarrow.parquet as pq

    from tests.bench.state_records import state_records

    for table, path in zip(state_records(int(learners)), (records_path, truth_path), strict=True):
        pq.write_table(table, path)


if __name__ == "__main__":
    print(json.dumps(link_state(int(sys.argv[1]))))
