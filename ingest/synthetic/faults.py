"""Known mistakes, planted in finished files, so that the checks on deliveries can be checked.

Belongs here: spoiling files and saying where. Must not come here: mistakes in identity, which are natural.
"""

from pathlib import Path

from ingest.synthetic.writers.outbox import Outbox


def plant_faults(out: Path, outbox: Outbox, listing: Path, seed: int) -> int:
    """Spoil some files."""
    raise NotImplementedError
