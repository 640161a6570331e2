"""Linking a file of person records and saying how well: no warehouse, no server.

What is measured is `evaluate`'s business; this puts reading, linking and measuring together.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING, Any

from linkage.core import LinkResult, link
from linkage.evaluation.evaluate import evaluate_pairs
from linkage.evaluation.person_file import read_person_file

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyarrow as pa

    from linkage.models.model import LinkModel


def assess_file(
    path: Path,
    *,
    truth: str | None = None,
    groups: tuple[str, ...] = (),
    model: LinkModel | None = None,
    single_record_sources: Collection[str] | None = None,
    threshold: float = 0.9,
) -> dict[str, Any]:
    """Link a file's records and return counts, time, memory and, against a truth column, the quality.

    Args:
        path: CSV or Parquet in the person-record contract.
        truth: Column that holds one value per person; records without a value are left out of the quality.
        groups: Columns by whose values quality is reported.
        model: The model; the one that ships with the package if none is given.
        single_record_sources: As in `link`.
        threshold: Least match probability of an automatic link.
    """
    given = read_person_file(path, (*([truth] if truth else []), *groups))
    started = time.perf_counter()
    result = link(
        given.records, model, threshold=threshold, single_record_sources=single_record_sources or None
    )
    seconds = time.perf_counter() - started
    found: dict[str, Any] = {
        "records": given.records.num_rows,
        "persons": result.counts["persons"],
        "links": result.edges.num_rows,
        "review_items": result.conflicts.num_rows,
        "review_by_reason": result.counts["review_by_reason"],
        "records_in_review": records_in_review(result),
        "ignored_columns": list(given.ignored),
        "model_version": result.model.version,
        "seconds": round(seconds, 2),
        "peak_mb": round(_peak_mb()),
    }
    if truth is not None:
        found["quality"] = _quality(result, given.records, given.extras, truth, groups)
    return found


def records_in_review(result: LinkResult) -> int:
    """Return how many records the questions of a run are about."""
    import pyarrow as pa
    import pyarrow.compute as pc

    asked = pa.concat_arrays(
        [
            result.conflicts[side].combine_chunks()
            for side in ("record_id_l", "record_id_r")
            if result.conflicts.num_rows
        ]
        or [pa.array([], pa.string())]
    )
    return int(pc.count_distinct(asked).as_py())


def _quality(
    result: LinkResult, records: pa.Table, extras: pa.Table, truth: str, groups: tuple[str, ...]
) -> dict[str, Any]:
    import pyarrow as pa

    keys = records.select(["record_id", "source"]).append_column("source_key", records["record_id"])
    labelled = keys.append_column("person", extras[truth].cast(pa.string()))
    for group in groups:
        labelled = labelled.append_column(group, extras[group].cast(pa.string()))
    labelled = labelled.filter(labelled["person"].is_valid())
    membership = keys.join(result.clusters, "record_id")
    return evaluate_pairs(membership, labelled, groups=groups).as_dict()


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
