"""The vault over two builds: what a record becomes, and that it stays the same record."""

import uuid
from collections.abc import Mapping, Sequence

import pytest
from psycopg import sql

from ingest.catalogue import load_catalogue
from ingest.raw_tables import attach_partition, create_partition
from ingest.sync import sync_catalogue
from tests.integration.dbt_here import dbt
from warehouse.connection import Warehouse
from warehouse.state import load_state

Records = dict[tuple[str, str], dict[str, object]]
Vault = tuple[dict[tuple[str, str], str], Records]

STUDENT = {"school_year": "2016", "student_id_state": "S1", "birthdate": "05/04/2001", "sex": "F"}
# As the pipeline builds: a data test runs in the step after which all its parents stand.
AS_THE_PIPELINE = ("--indirect-selection", "buildable")
VAULT = "stg_k12__students stg_bridge__driver_licenses fqn:p20w.identity"


def deliver(
    warehouse: Warehouse,
    key: str,
    submitter: str,
    period: str,
    rows: Sequence[Mapping[str, str]],
    rejected: Sequence[int] = (),
) -> int:
    """A delivery that the gate has accepted but for the rows of the given numbers."""
    layout = load_catalogue().layouts[key]
    version = layout.version_for(period)
    counts = (len(rows), len(rows) - len(rejected), len(rejected))
    with warehouse.connect() as connection:
        (delivery,) = connection.execute(
            "insert into control.delivery (layout, submitter, period, layout_version, date_format, sha256, file_name, status,"
            " row_count, accepted_count, quarantined_count, rejected_count)"
            " values (%s, %s, %s, %s, %s, %s, 'file', 'accepted', %s, %s, 0, %s) returning delivery_id",
            [
                key,
                submitter,
                period,
                version,
                layout.versions[version].date_format,
                uuid.uuid4().hex,
                *counts,
            ],
        ).fetchone() or (0,)
        create_partition(connection, layout, delivery)
        attach_partition(connection, layout, delivery)
        for number, row in enumerate(rows, start=1):
            values = {"delivery_id": delivery, "row_number": number, **row}
            connection.execute(
                sql.SQL("insert into {} ({}) values ({})").format(
                    sql.Identifier("raw", layout.table),
                    sql.SQL(", ").join(map(sql.Identifier, values)),
                    sql.SQL(", ").join(map(sql.Literal, values.values())),
                )
            )
        for number in rejected:
            connection.execute(
                "insert into quality.rejected_row (delivery_id, row_number, rule_code, column_name)"
                " values (%s, %s, 'K12STU-101', 'sex')",
                [delivery, number],
            )
    return int(delivery)


def source_records(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    rows = warehouse.fetch_all("select source, source_key, record_id::text from identity.source_record")
    return {(source, key): record for source, key, record in rows}


def person_records(warehouse: Warehouse) -> Records:
    rows = warehouse.fetch_dicts("select * from identity.person_record")
    return {(row["source"], row["source_key"]): row for row in rows}


@pytest.fixture(scope="module")
def warehouse(usual_warehouse: Warehouse) -> Warehouse:
    return usual_warehouse


@pytest.fixture(scope="module")
def first(warehouse: Warehouse) -> Vault:
    """Records and ids after the first build, with every data test of staging and identity."""
    sync_catalogue(warehouse, load_state())
    student = STUDENT | {
        "first_name": "José",
        "last_name": "Núñez",
        "ssn": "666-12-3456",
        "zip_code": "11111",
    }
    unnamed = STUDENT | {
        "student_id_state": "S2",
        "first_name": "Unknown",
        "last_name": "Lee",
        "birthdate": "01/01/1900",
    }
    refused = STUDENT | {"student_id_state": "S3", "first_name": "No", "last_name": "Body"}
    deliver(warehouse, "k12/student", "north", "2016", [student, unnamed, refused], rejected=[3])
    licence = {
        "license_id": "L1",
        "first_name": "Jose",
        "last_name": "Roe",
        "former_last_name": "Nunez",
        "birthdate": "20010504",
    }
    deliver(warehouse, "bridge/driver_license", "motor_vehicle", "2020", [licence])
    told = ["--exclude-resource-type", "unit_test", "--select", "fqn:p20w.staging fqn:p20w.identity"]
    dbt(warehouse, "build", *AS_THE_PIPELINE, *told)
    return source_records(warehouse), person_records(warehouse)


@pytest.fixture(scope="module")
def second(warehouse: Warehouse, first: object) -> Vault:
    """The same after a later year, a withdrawn file and a full refresh."""
    later = {"school_year": "2020", "student_id_state": "S1", "first_name": "Josefina", "last_name": "Roe"}
    added = {"school_year": "2020", "student_id_state": "S4", "first_name": "Ana", "last_name": "Lee"}
    rest = {"birthdate": "2001-05-04", "sex": "2", "zip_code": " "}
    rows = [later | rest | {"ssn": "234 56 7890"}, added | rest]
    deliver(warehouse, "k12/student", "south", "2020", rows)
    warehouse.execute(
        "update control.delivery set status = 'withdrawn' where layout = 'bridge/driver_license'"
    )
    dbt(warehouse, "run", *AS_THE_PIPELINE, "--full-refresh", "--select", VAULT)
    return source_records(warehouse), person_records(warehouse)


def test_a_rejected_row_makes_no_record(first: Vault) -> None:
    assert sorted(first[0]) == [("bridge", "L1"), ("k12", "S1"), ("k12", "S2")]


def test_every_record_has_one_description_under_its_own_id(
    first: Vault,
) -> None:
    ids, records = first
    assert {key: str(record["record_id"]) for key, record in records.items()} == ids


def test_values_that_describe_nobody_are_set_aside_and_said_so(
    first: Vault,
) -> None:
    student, unnamed = first[1]["k12", "S1"], first[1]["k12", "S2"]
    assert (student["ssn"], student["set_aside"]) == (None, ["ssn_invalid"])
    assert (unnamed["first_name"], unnamed["birthdate"]) == (None, None)
    assert unnamed["set_aside"] == ["birthdate_implausible", "name_placeholder"]


def test_a_former_surname_is_another_last_name(first: Vault) -> None:
    record = first[1]["bridge", "L1"]
    assert (record["last_name"], record["other_last_names"]) == ("ROE", ["NUNEZ"])
    assert (record["other_first_names"], record["set_aside"]) == ([], [])


def test_records_keep_their_ids_and_their_number_only_grows(first: Vault, second: Vault) -> None:
    assert set(second[0]) - set(first[0]) == {("k12", "S4")}
    assert {key: second[0][key] for key in first[0]} == first[0]


def test_the_newest_values_count_and_older_spellings_stay_known(
    second: Vault,
) -> None:
    record = second[1]["k12", "S1"]
    assert (record["first_name"], record["last_name"]) == ("JOSEFINA", "ROE")
    assert (record["ssn"], record["zip_code"], record["sex"]) == ("234567890", "11111", "F")
    assert (record["other_first_names"], record["other_last_names"]) == (["JOSÉ"], ["NÚÑEZ"])
    assert record["set_aside"] == ["ssn_invalid"]


def test_a_withdrawn_delivery_leaves_the_record_but_nothing_that_it_said(
    second: Vault,
) -> None:
    assert ("bridge", "L1") in second[0]
    assert ("bridge", "L1") not in second[1]
