"""Linkage as one pure function: person records in, persons out, with every edge and every open question.

No warehouse, no randomness: the same records in any order give the same persons. Persistence is in `runs`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from linkage.engine import open_database
from linkage.matching import outcome
from linkage.matching.cluster import DEFAULT_MARGIN, cluster, review_rest
from linkage.matching.increment import link_changes, standardise_changes
from linkage.matching.leads import add_leads
from linkage.matching.predict import judge, make_prior, predict, probability_bits
from linkage.matching.standardise import standardise
from linkage.matching.standing import UNREADABLE, save_standing, standing_copy
from linkage.models.frequencies import count_frequencies
from linkage.models.model import LinkModel, default_model
from linkage.records import check_records

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb
    import pyarrow as pa


logger = logging.getLogger(__name__)

Engine = Literal["duckdb", "spark"]


@dataclass(frozen=True)
class LinkResult:
    """What one run found.

    Attributes:
        edges: record_id_l, record_id_r, model, method, match_weight, match_probability: what holds persons together.
        clusters: record_id, cluster_id: every record once; a cluster id means nothing outside this result.
        conflicts: record_id_l, record_id_r, reason, match_weight: pairs for a person to decide.
        model: the model that scored the pairs, with the name frequencies that it used: give it to the next run, so that
            a pair scores alike.
        counts: records, persons, links by source pair and by method, review items by reason.
        full_because: why everything was scored; None if the run was built on an earlier one.
        touched: record_id of the records whose person and links were found anew, and of those that are gone; None if all were.
    """

    edges: pa.Table
    clusters: pa.Table
    conflicts: pa.Table
    model: LinkModel
    counts: dict[str, Any]
    full_because: str | None = "no earlier run was named"
    touched: pa.Table | None = None


@dataclass(frozen=True)
class _Task:
    """One run's input and rules."""

    records: pa.Table
    digests: pa.Table | None
    must_link: pa.Table | None
    cannot_link: pa.Table | None
    single_record_sources: Collection[str] | None
    threshold: float
    review_floor: float
    margin: float
    chunks: int | None
    engine: Engine
    spark_master: str | None

    def terms(self, model: LinkModel) -> dict[str, Any]:
        """What two runs must share for one to be built on the other."""
        return {
            "model": model.version,
            "threshold": self.threshold,
            "review_floor": self.review_floor,
            "margin": self.margin,
        }


def link(
    records: pa.Table,
    model: LinkModel | None = None,
    *,
    threshold: float = 0.9,
    review_floor: float = 0.1,
    margin: float = DEFAULT_MARGIN,
    must_link: pa.Table | None = None,
    cannot_link: pa.Table | None = None,
    single_record_sources: Collection[str] | None = None,
    chunks: int | None = None,
    standing: Path | None = None,
    keep: Path | None = None,
    digests: pa.Table | None = None,
    engine: Engine = "duckdb",
    spark_master: str | None = None,
    threads: int | None = None,
    spill: Path | None = None,
    memory_gb: float | None = None,
) -> LinkResult:
    """Link person records into persons.

    Args:
        records: Person records (see `records.record_schema`).
        model: A trained model; the one that ships with the package if none is given.
        threshold: Least match probability of an automatic link.
        review_floor: Least match probability of a pair worth a person's look.
        margin: Bits by which the best candidate must lead the next.
        must_link: Pairs (record_id_l, record_id_r) that people decided to be one person, whatever speaks against it.
        cannot_link: Pairs that people decided to be two; stands against `must_link`.
        single_record_sources: Sources that hold each person once, so that no person gets two records of one of them. If none
            are named: those of the warehouse, and other sources in which hardly anybody appears twice.
        chunks: Parts in which pairs are scored, each small enough for the memory; chosen by the number of pairs if None.
        standing: File that an earlier run kept: what it found stands where nothing touches it. Not used if it was of another
            model, threshold or role of a source.
        keep: File in which a later run finds what this one found. It holds names and SSNs.
        digests: What `record_digests` says of the records, if it is known already.
        engine: What finds and scores the pairs of a full run: `duckdb` in this process, or `spark` on a cluster.
        spark_master: Address of the cluster; without one the active session, or Spark's own configuration.
        threads: DuckDB threads; all cores if none is given.
        spill: Folder for blocks that do not fit into memory; none are written if none is given. They hold names and SSNs.
        memory_gb: Most memory that DuckDB takes, beside the records and the result; most of the machine's if None.
    """
    model = model or default_model()
    checked = check_records(records)
    task = _Task(
        checked, digests, must_link, cannot_link, single_record_sources, threshold, review_floor, margin,
        chunks, engine, spark_master,
    )  # fmt: skip
    why = "no earlier run was named"
    if standing is not None:
        connection = open_database(threads=threads, spill=spill, memory_gb=memory_gb)
        try:
            found = _link_changes(connection, task, model, standing, keep)
        finally:
            connection.close()
        if isinstance(found, LinkResult):
            return found
        why = found
    connection = open_database(threads=threads, spill=spill, memory_gb=memory_gb)
    try:
        return _link_all(connection, task, model, keep, why)
    finally:
        connection.close()


def _link_all(
    connection: duckdb.DuckDBPyConnection, task: _Task, model: LinkModel, keep: Path | None, why: str
) -> LinkResult:
    standardise(
        connection, task.records, task.must_link, task.cannot_link, task.single_record_sources, task.digests
    )
    if model.frequencies is None:
        model = model.with_frequencies(count_frequencies(connection))
    make_prior(connection)
    if task.engine == "spark":
        from linkage.spark.predict import predict_on_spark

        predict_on_spark(connection, model, review_floor=task.review_floor, master=task.spark_master)
    else:
        predict(connection, model, review_floor=task.review_floor, chunks=task.chunks)
    judge(connection, threshold=task.threshold, review_floor=task.review_floor)
    if keep is not None:
        # As judged of each pair alone: clustering sets links aside.
        connection.execute("create or replace table judged as from edge")
    cluster(connection, margin=task.margin, leftover_bits=probability_bits(task.threshold))
    outcome.collect_links(connection)
    review_rest(connection)
    if keep is not None:
        outcome.group_components(connection)
        save_standing(connection, keep, task.terms(model))
    add_leads(connection)
    return _result(connection, model, why)


def _link_changes(
    connection: duckdb.DuckDBPyConnection, task: _Task, model: LinkModel, standing: Path, keep: Path | None
) -> LinkResult | str:
    """Build on an earlier run; or say why that cannot be."""
    import duckdb

    if model.frequencies is None:
        return "names are counted anew in each run"
    try:
        return _link_on_copy(connection, task, model, standing, keep)
    except duckdb.IOException:
        # A block of the file does not fit its checksum; nothing is lost but the time to score all again.
        logger.warning("the file that the live run kept is damaged: everything is scored again")
        return UNREADABLE


def _link_on_copy(
    connection: duckdb.DuckDBPyConnection, task: _Task, model: LinkModel, standing: Path, keep: Path | None
) -> LinkResult | str:
    with standing_copy(connection, standing, keep, task.terms(model)) as why:
        why = why or standardise_changes(
            connection,
            task.records,
            task.must_link,
            task.cannot_link,
            task.single_record_sources,
            task.digests,
        )
        if why is not None:
            return why
        link_changes(
            connection,
            model,
            threshold=task.threshold,
            review_floor=task.review_floor,
            margin=task.margin,
            chunks=task.chunks,
        )
        add_leads(connection)
        touched = connection.execute(
            "select record_id from record semi join touched_record using (record)"
            " union select record_id from gone_record order by record_id"
        ).to_arrow_table()
        return _result(connection, model, None, touched)


def _result(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, why: str | None, touched: pa.Table | None = None
) -> LinkResult:
    return LinkResult(
        outcome.edges(connection),
        outcome.clusters(connection),
        outcome.conflicts(connection),
        model,
        outcome.counts(connection),
        why,
        touched,
    )
