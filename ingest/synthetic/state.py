"""A synthetic state on disk: the agencies' files, and the truth about them beside.

Belongs here: the run over blocks of people, and the manifest. Must not come here: anything about a single agency.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.catalogue import load_catalogue
from ingest.synthetic.faults import plant_faults
from ingest.synthetic.life import Life, Setting, live, make_setting
from ingest.synthetic.lives import lives_table
from ingest.synthetic.parameters import Parameters
from ingest.synthetic.records import RecordTruth
from ingest.synthetic.sending import date_files
from ingest.synthetic.truth import IndicatorTruth
from ingest.synthetic.writers.bridge import write_extracts
from ingest.synthetic.writers.graduates import write_graduates
from ingest.synthetic.writers.k12 import K12Writer
from ingest.synthetic.writers.nsc import write_returns
from ingest.synthetic.writers.outbox import Outbox
from ingest.synthetic.writers.postsecondary import PostsecondaryWriter
from ingest.synthetic.writers.wages import WageNames, WageWriter, write_employers
from ingest.synthetic.writers.workforce import write_programs
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, load_state


@dataclass(frozen=True)
class SyntheticSummary:
    """What was written."""

    learners: int
    persons: int
    files: int
    rows: int
    records: int
    faults: int


def write_state(
    out: Path,
    *,
    learners: int = 5000,
    seed: int = 20,
    faults: bool = False,
    parameters: Parameters | None = None,
) -> SyntheticSummary:
    """Write a synthetic state: out/incoming/<submitter>/ holds the files, out/truth/ what they stand for.

    The same arguments write the same bytes. Files of an earlier synthetic state in the folder are removed first;
    no other file is touched.

    Raises:
        P20WError: when there are too few learners for a state, or the folder cannot be written.
    """
    if learners < 100:
        raise P20WError("a synthetic state needs at least 100 learners", "Ask for more learners.")
    try:
        return _write(out, learners, seed, faults, parameters or Parameters())
    except OSError as error:
        raise P20WError(
            f"the synthetic state cannot be written to {out}: {error.strerror}",
            "Check the folder and its disk.",
        ) from error


def _write(out: Path, learners: int, seed: int, faults: bool, parameters: Parameters) -> SyntheticSummary:
    truth = out / "truth"
    _clear(out, truth)
    truth.mkdir(parents=True, exist_ok=True)
    state = load_state(DEMO_STATE)
    outbox = Outbox(out, load_catalogue(), state)
    setting = make_setting(parameters, learners, seed)
    run = _Run(outbox, setting, truth)
    first = 0
    for number, size in enumerate(block_sizes(learners, parameters.block_size)):
        first += run.block(np.random.default_rng([seed, 1, number]), first, size)
    run.finish()
    date_files(outbox.rows, outbox.catalogue, state)
    planted = plant_faults(out, outbox, truth / "faults.csv", seed) if faults else 0
    summary = SyntheticSummary(
        learners, first, len(outbox.rows), sum(outbox.rows.values()), run.records.rows, planted
    )
    _write_manifest(truth / "manifest.json", out, outbox, summary, seed, faults)
    return summary


class _Run:
    """The writers of all agencies and the truth, fed block by block."""

    def __init__(self, outbox: Outbox, setting: Setting, truth: Path) -> None:
        self.outbox, self.setting = outbox, setting
        seed = setting.seed
        self.k12 = K12Writer(outbox, setting.schools, seed)
        self.college = PostsecondaryWriter(outbox, setting.colleges, seed + 3)
        self.wages = WageWriter(outbox, setting.employers)
        self.records = RecordTruth(truth / "records.parquet")
        self.indicators = IndicatorTruth()
        self._truth = truth
        self._lives: pq.ParquetWriter | None = None
        self.k12.directory()
        self.college.directory()
        write_employers(outbox, setting.employers)

    def block(self, rng: np.random.Generator, first: int, learners: int) -> int:
        """Simulate and write one block; return how many persons it held."""
        setting, outbox, records = self.setting, self.outbox, self.records
        life = live(rng, setting, first=first, learners=learners)
        people, names, rates = life.people, setting.names, setting.parameters.identity
        self._employ(rng, life)
        student_id = self.k12.write(rng, rates, people, names, life.schooling, life.career, records)
        write_graduates(outbox, people, names, life.schooling, setting.schools, student_id)
        courses = self.college.write(rng, people, names, life.college, records)
        write_returns(outbox, people, names, life.schooling, life.college, setting.colleges, student_id)
        write_programs(
            outbox, rng, people, names, life.periods, life.work, life.enrolled, records, setting.seed + 5
        )
        write_extracts(outbox, rng, rates, people, names, life.moved, records, setting.seed + 6)
        self.indicators.add(life, courses)
        self._keep_lives(lives_table(life))
        return len(people)

    def _employ(self, rng: np.random.Generator, life: Life) -> None:
        names = WageNames(rng, life.people, self.setting.names)
        seen = [np.unique(self.wages.write(rows, names)) for rows in life.quarters()]
        self.wages.add_truth(np.unique(np.concatenate(seen)), names, life.people, self.records)

    def _keep_lives(self, table: pa.Table) -> None:
        if self._lives is None:
            self._lives = pq.ParquetWriter(self._truth / "lives.parquet", table.schema, compression="zstd")
        self._lives.write_table(table)

    def finish(self) -> None:
        """Write what can only be written at the end."""
        self.wages.finish()
        self.outbox.finish()
        self.records.close()
        if self._lives is not None:
            self._lives.close()
        self.indicators.write(self._truth / "indicators.csv")


def block_sizes(learners: int, size: int) -> list[int]:
    """Return how many learners each block holds, alike but for one."""
    blocks = max(1, -(-learners // size))
    return [learners // blocks + (number < learners % blocks) for number in range(blocks)]


def _clear(out: Path, truth: Path) -> None:
    manifest = truth / "manifest.json"
    if manifest.exists():
        for name in json.loads(manifest.read_text(encoding="utf-8")).get("files", {}):
            (out / name).unlink(missing_ok=True)
        manifest.unlink()


def _write_manifest(
    path: Path, out: Path, outbox: Outbox, summary: SyntheticSummary, seed: int, faults: bool
) -> None:
    files = {file.relative_to(out).as_posix(): rows for file, rows in sorted(outbox.rows.items())}
    content = {
        "synthetic": True,
        "note": "Every person, school, institution and employer in these files is invented by a program.",
        "learners": summary.learners,
        "seed": seed,
        "planted_faults": faults,
        "summary": asdict(summary),
        "files": files,
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
