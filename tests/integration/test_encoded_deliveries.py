"""An encoded delivery in the warehouse: persons by the agency's own numbers, no identifier kept."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkage.encoded.encode import encode_records
from linkage.encoded.files import write_encodings
from linkage.encoded.keep import add_delivery, export_matches, list_deliveries
from linkage.encoded.schema import default_schema
from linkage.runs.step import run_linkage
from tests.integration.linkage_data import crosswalk, make_vault
from tests.unit.linkage.people import population
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import load_state

SECRET = b"0123456789abcdef0123456789abcdef"
SCHEMA = default_schema()


@pytest.fixture(scope="module")
def people() -> tuple[pa.Table, pa.Table]:
    return population(80, seed=9)


@pytest.fixture(scope="module")
def linked(warehouse: Warehouse, people: tuple[pa.Table, pa.Table]) -> Warehouse:
    records = people[0]
    make_vault(warehouse, records.filter(pc.not_equal(records["source"], "postsecondary")))
    run_linkage(warehouse, load_state())
    return warehouse


@pytest.fixture(scope="module")
def sent(people: tuple[pa.Table, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = people[0]
    path = tmp_path_factory.mktemp("agency") / "health.json"
    write_encodings(
        encode_records(records.filter(pc.equal(records["source"], "postsecondary")), SCHEMA, SECRET), path
    )
    return path


def test_the_agencys_numbers_get_the_persons_of_the_live_run(
    linked: Warehouse, sent: Path, people: tuple[pa.Table, pa.Table]
) -> None:
    added = add_delivery(linked, sent, "health", SCHEMA, SECRET, actor="steward")
    true = dict(zip(people[0]["record_id"].to_pylist(), people[1]["person"].to_pylist(), strict=True))
    persons: dict[str, set[int]] = {}
    for record_id, person in crosswalk(linked).items():
        persons.setdefault(person, set()).add(true[record_id])
    rows = linked.fetch_all("select record_number, person_id::text from identity.encoded_crosswalk")
    assert len(rows) == added.counts["by_status"]["link"] >= 0.9 * added.records
    assert all(true[number] in persons[person] for number, person in rows)


def test_a_delivery_replaces_the_agencys_earlier_one_and_no_other(linked: Warehouse, sent: Path) -> None:
    for agency in ("health", "housing", "health"):
        add_delivery(linked, sent, agency, SCHEMA, SECRET, actor="steward")
    assert [row["agency"] for row in list_deliveries(linked)] == ["health", "housing"]
    assert all(row["is_of_live_run"] for row in list_deliveries(linked))


def test_neither_encodings_nor_the_secret_are_kept(linked: Warehouse, sent: Path) -> None:
    add_delivery(linked, sent, "health", SCHEMA, SECRET, actor="steward")
    kept = str(linked.fetch_all("select * from identity.encoded_match"))
    kept += str(linked.fetch_all("select * from identity.encoded_delivery"))
    content = sent.read_text()
    assert content[content.index('"clks"') + 10 :][:40] not in kept
    assert SECRET.decode() not in kept


def test_what_was_found_is_exported_for_this_account_only(
    linked: Warehouse, sent: Path, tmp_path: Path
) -> None:
    added = add_delivery(linked, sent, "health", SCHEMA, SECRET, actor="steward")
    out = tmp_path / "out.csv"
    assert export_matches(linked, "health", out) == added.records
    assert out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(P20WError, match="no encoded delivery of justice"):
        export_matches(linked, "justice", out)


def test_another_secret_is_refused_and_the_earlier_delivery_stays(linked: Warehouse, sent: Path) -> None:
    add_delivery(linked, sent, "health", SCHEMA, SECRET, actor="steward")
    with pytest.raises(P20WError, match="another secret"):
        add_delivery(linked, sent, "health", SCHEMA, SECRET + b"x", actor="steward")
    assert linked.fetch_value("select count(*) from identity.encoded_crosswalk where agency = 'health'")
