"""The demonstration: a synthetic state's files through the whole pipeline, and the result beside the truth."""

import json
from pathlib import Path
from typing import Any

from ingest.synthetic import write_state
from orchestration.meter import Meter
from orchestration.pipeline import run_pipeline
from orchestration.summary import in_words, summarise, write
from warehouse.connection import Warehouse, open_warehouse
from warehouse.errors import P20WError

_MARK = "demonstration"


def run_demo(meter: Meter, *, learners: int, seed: int) -> str:
    """Bring the home's warehouse to the synthetic state of this size and seed, and say how it compares with the truth.

    Raises:
        P20WError: when the warehouse holds anything but a demonstration.
    """
    with meter.step("start the warehouse"):
        warehouse = open_warehouse()
    _refuse_real_data(warehouse)
    home = warehouse.home
    if _written(home.root) != {"learners": learners, "seed": seed}:
        with meter.step("write the synthetic agencies' files"):
            write_state(home.root, learners=learners, seed=seed)
    outcome = run_pipeline(meter)
    report = home.root / "demo.json"
    if not outcome.changed and report.exists():
        return f"{in_words(json.loads(report.read_text()), home.root)}\n\n{outcome}"
    with meter.step("compare with the truth"):
        summary = summarise(warehouse, home.root / "truth", [], learners, seed)
    summary["steps"] = [vars(step) for step in meter.steps]
    write(summary, report)
    return in_words(summary, home.root)


def _refuse_real_data(warehouse: Warehouse) -> None:
    """Only an empty warehouse, or one that a demonstration made, may be filled with synthetic people."""
    marked = warehouse.fetch_value(
        "select exists (select from control.delivery_event where event = %s)", (_MARK,)
    )
    if marked:
        return
    if warehouse.fetch_value("select exists (select from control.delivery)"):
        raise P20WError(
            "This warehouse already holds deliveries, and the demonstration would mix synthetic people with them.",
            "Name an empty database in P20W_DATABASE_URL, or another folder in P20W_HOME.",
        )
    warehouse.execute(
        "insert into control.delivery_event (event, detail) values (%s, 'synthetic people only')", (_MARK,)
    )


def _written(root: Path) -> dict[str, Any] | None:
    """What the synthetic files under the home were made with, if there are any."""
    manifest = root / "truth" / "manifest.json"
    if not manifest.exists():
        return None
    content = json.loads(manifest.read_text())
    return {key: content.get(key) for key in ("learners", "seed")}
