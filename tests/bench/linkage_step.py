"""The linkage step against a bare Splink script, and against the package recordlinkage, on the same person records."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from linkage.models.settings import profiles
from tests.bench.measure import Measure, best_seconds
from tests.bench.state_records import state_records

LEARNERS = 20_000
_FEBRL_COLUMNS = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip


def measures(folder: Path) -> dict[str, Measure]:
    """Link a synthetic state's person records with our whole step, with a script as Splink's guide has it, with recordlinkage."""
    from linkage import core

    records, truth = state_records(LEARNERS)
    ours = best_seconds(lambda: core.link(records), repeats=2)
    bare = best_seconds(lambda: bare_splink(records), repeats=2)
    found = {"linkage_seconds_to_bare_splink": Measure(round(ours / bare, 3), "ratio", 1.25, "lower")}
    peer = peer_interpreter()
    if peer is None:
        print("recordlinkage is not installed: `make bench-peer` installs and measures it", flush=True)
        return found
    return found | against_peer(peer, records, truth, ours, folder) | febrl4(peer, folder)


def peer_interpreter() -> Path | None:
    """The Python of the peer's own environment, beside ours; None where it was not made."""
    environment = Path(sys.prefix)
    program = environment.with_name(f"{environment.name}-peer") / "bin" / "python"
    return program if program.exists() else None


def against_peer(peer: Path, records: Any, truth: Any, ours: float, folder: Path) -> dict[str, Measure]:
    """How many times faster than recordlinkage, and how much better in pair F1 by truth.

    Twice: with the four blocks of its guide's kind, and with the rules by which we look for pairs.
    """
    from linkage import link

    given = folder / "given.csv"
    duckdb_connection(records).execute(
        f"copy (select *, left(first_name, 1) as fi, left(last_name, 1) as li, left(last_name, 6) as last6,"
        " left(birthdate, 4) as birth_year, left(birthdate, 7) as birth_month, right(birthdate, 5) as birth_day,"
        " right(ssn, 4) as ssn4, left(ssn, 5) as ssn5 from ("
        " select record_id, ssn, upper(first_name) as first_name, upper(last_name) as last_name, left(middle_name, 1) as mi,"
        f" strftime(birthdate, '%Y-%m-%d') as birthdate, sex, zip_code from given)) to '{given}' (header)"
    )
    our_f1 = _pair_f1(records, link(records).clusters, truth)
    found = {}
    for name, blocks in (("recordlinkage", []), ("recordlinkage_by_our_rules", _our_blocks())):
        seconds, clusters = _linked_by(peer, given, folder / f"{name}.csv", blocks)
        found[f"linkage_speed_to_{name}"] = Measure(
            round(seconds / ours, 3), "ratio", 5, "higher", "make bench-peer"
        )
        found[f"linkage_f1_less_that_of_{name}"] = Measure(
            round(our_f1 - _pair_f1(records, clusters, truth), 4), "share", 0, "higher", "make bench-peer"
        )
    return found


def _our_blocks() -> list[tuple[list[str], list[str]]]:
    """Return the rules of all models as columns that agree, of the columns that the peer is given."""
    names = {"dob": "birthdate", "given": "first_name", "family": "last_name", "zip": "zip_code"}
    rules = dict.fromkeys(rule for profile in profiles().values() for rule in profile.blocking_rules)
    found = []
    for rule in rules:
        sides = re.findall(r"l\.(\w+) = r\.(\w+)", rule)
        # No source of the state delivers streets, and a rule for years alone finds nothing where dates are known.
        if "street" not in rule and "is null" not in rule:
            found.append(
                (
                    [names.get(left, left) for left, _ in sides],
                    [names.get(right, right) for _, right in sides],
                )
            )
    return found


def _linked_by(
    peer: Path, given: Path, clusters: Path, blocks: list[tuple[list[str], list[str]]]
) -> tuple[float, Any]:
    """Let the peer link; return its seconds and its clusters."""
    import pyarrow as pa
    import pyarrow.csv as pc

    script = Path(__file__).with_name("recordlinkage_peer.py")
    asked = [str(peer), str(script), str(given), str(clusters), json.dumps(blocks) if blocks else ""]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    types = pc.ConvertOptions(column_types={"record_id": pa.string()})
    return float(done.stdout), pc.read_csv(clusters, convert_options=types)


def _pair_f1(records: Any, clusters: Any, truth: Any) -> float:
    from linkage.evaluation.evaluate import evaluate_pairs

    keys = records.select(["record_id", "source", "source_key"])
    return evaluate_pairs(keys.join(clusters, "record_id"), truth).pairs.f1


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
