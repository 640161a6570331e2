"""The linkage step against a bare Splink script, and against the package recordlinkage, on the same person records."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.measure import Measure, best_seconds
from warehouse.connection import open_warehouse
from warehouse.home import Home
from warehouse.server import EmbeddedServer

LEARNERS = 8_000
_FEBRL_COLUMNS = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip
RECORDS = """
select record_id::text as record_id, source, source_key, ssn, first_name, middle_name, last_name, generation_code, preferred_name,
    birthdate, sex, zip_code, other_first_names, other_last_names, set_aside, first_seen, last_seen
from identity.person_record
"""


def measures(folder: Path) -> dict[str, Measure]:
    """Link a demonstration's person records with our whole step, with a script as Splink's guide has it, with recordlinkage."""
    from linkage import core

    records = demonstration_records(folder)
    ours = best_seconds(lambda: core.link(records), repeats=2)
    bare = best_seconds(lambda: bare_splink(records), repeats=2)
    found = {"linkage_seconds_to_bare_splink": Measure(round(ours / bare, 3), "ratio", 1.25, "lower")}
    peer = peer_interpreter()
    if peer is None:
        print("recordlinkage is not installed: `make bench-peer` installs and measures it", flush=True)
        return found
    return found | against_peer(peer, records, ours, folder) | febrl4(peer, folder)


def peer_interpreter() -> Path | None:
    """The Python of the peer's own environment, beside ours; None where it was not made."""
    environment = Path(sys.prefix)
    program = environment.with_name(f"{environment.name}-peer") / "bin" / "python"
    return program if program.exists() else None


def against_peer(peer: Path, records: Any, ours: float, folder: Path) -> dict[str, Measure]:
    """How many times faster than recordlinkage, and how much better in pair F1 by truth."""
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    from linkage import link
    from linkage.evaluation.evaluate import evaluate_pairs

    given, clusters = folder / "given.csv", folder / "clusters.csv"
    connection = duckdb_connection(records)
    connection.execute(
        "copy (select record_id, ssn, upper(first_name) as first_name, upper(last_name) as last_name,"
        f" strftime(birthdate, '%Y-%m-%d') as birthdate, sex from given) to '{given}' (header)"
    )
    script = Path(__file__).with_name("recordlinkage_peer.py")
    done = subprocess.run(
        [str(peer), str(script), str(given), str(clusters)], check=True, capture_output=True, text=True
    )
    truth = pq.read_table(folder / "home" / "truth" / "records.parquet")
    keys = records.select(["record_id", "source", "source_key"])
    f1 = [
        evaluate_pairs(keys.join(found, "record_id"), truth).pairs.f1
        for found in (link(records).clusters, pc.read_csv(clusters))
    ]
    seconds = float(done.stdout)
    return {
        "linkage_speed_to_recordlinkage": Measure(
            round(seconds / ours, 3), "ratio", 5, "higher", "make bench-peer"
        ),
        "linkage_f1_less_that_of_recordlinkage": Measure(
            round(f1[0] - f1[1], 4), "share", 0, "higher", "make bench-peer"
        ),
    }


def febrl4(peer: Path, folder: Path) -> dict[str, Measure]:
    """Pair F1 on FEBRL 4, which recordlinkage ships: 5,000 persons, once in each of two files with slips of every kind."""
    from linkage.evaluation.assess import assess_file

    (files,) = peer.parents[1].glob("lib/python*/site-packages/recordlinkage/datasets/febrl")
    path = folder / "febrl4.csv"
    connection = duckdb_connection(None)
    connection.execute(
        f"""
        copy (
            select rec_id as record_id, regexp_extract(filename, 'dataset4(.)', 1) as source, given_name as first_name,
                surname as last_name, concat_ws(' ', street_number, address_1, address_2) as street_address, suburb as city,
                postcode as zip_code, date_of_birth as birthdate, soc_sec_id as ssn, split_part(rec_id, '-', 2) as person
            from read_csv('{files}/dataset4*.csv', header = true, auto_detect = false, delim = ', ', quote = '', filename = true,
                columns = {{{", ".join(f"'{name}': 'varchar'" for name in _FEBRL_COLUMNS)}}})
        ) to '{path}' (header)
        """
    )
    f1 = assess_file(path, truth="person")["quality"]["pairs"]["f1"]
    return {"linkage_f1_febrl4": Measure(round(f1, 4), "share", 0.999, "higher", "make bench-peer")}


def duckdb_connection(records: Any) -> Any:
    import duckdb

    connection = duckdb.connect()
    if records is not None:
        connection.register("given", records)
    return connection


def demonstration_records(folder: Path) -> Any:
    """Person records of a demonstration of its own, as Arrow."""
    environment = {**os.environ, "P20W_HOME": str(folder / "home")}
    environment.pop("P20W_DATABASE_URL", None)
    program = str(Path(sys.executable).with_name("p20w"))
    try:
        demo = [program, "demo", "--learners", str(LEARNERS)]
        subprocess.run(demo, env=environment, check=True, capture_output=True)
        return open_warehouse(Home(folder / "home")).fetch_arrow(RECORDS)
    finally:
        EmbeddedServer(Home(folder / "home")).remove()


def bare_splink(records: Any) -> int:
    """One model over all records, trained and predicted as in Splink's guide; connected components; returns the clusters."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb_connection(records)
    connection.execute(
        "create table record as select record_id as unique_id, source, ssn, upper(first_name) as first_name,"
        " upper(last_name) as last_name, strftime(birthdate, '%Y-%m-%d') as birthdate, sex from given"
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.DateOfBirthComparison("birthdate", input_is_string=True),
            cl.ExactMatch("ssn"),
            cl.ExactMatch("sex"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("ssn"),
            block_on("birthdate", "first_name"),
            block_on("birthdate", "last_name"),
            block_on("first_name", "last_name"),
        ],
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("record"), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("ssn", "first_name")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birthdate"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
    pairs = linker.inference.predict(threshold_match_probability=0.1)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.9)
    count = connection.execute(f"select count(distinct cluster_id) from {clusters.physical_name}").fetchall()[
        0
    ][0]
    return int(count)
