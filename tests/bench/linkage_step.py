"""The linkage step against a bare Splink script on the same person records."""

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
RECORDS = """
select record_id::text as record_id, source, source_key, ssn, first_name, middle_name, last_name, generation_code, preferred_name,
    birthdate, sex, zip_code, other_first_names, other_last_names, set_aside, first_seen, last_seen
from identity.person_record
"""


def measures(folder: Path) -> dict[str, Measure]:
    """Link the person records of a demonstration twice: with our whole step, and with a script as Splink's guide has it."""
    from linkage import core

    records = demonstration_records(folder)
    ours = best_seconds(lambda: core.link(records), repeats=2)
    bare = best_seconds(lambda: bare_splink(records), repeats=2)
    return {"linkage_seconds_to_bare_splink": Measure(round(ours / bare, 3), "ratio", 1.25, "lower")}


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
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.register("given", records)
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
