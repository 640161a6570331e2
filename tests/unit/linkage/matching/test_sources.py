"""Files of sources that linkage has never heard of."""

import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from linkage import link
from linkage.evaluation.evaluate import evaluate_pairs
from tests.unit.linkage.people import membership, population

pytestmark = pytest.mark.slow

RENAMED = {"k12": "schools", "bridge": "licences", "wioa": "training", "ui": "w2", "postsecondary": "college"}


def renamed(records: pa.Table) -> pa.Table:
    names = pa.array([RENAMED[source] for source in records["source"].to_pylist()])
    return records.set_column(records.column_names.index("source"), "source", names)


@pytest.fixture(scope="module")
def town() -> tuple[pa.Table, pa.Table]:
    records, truth = population(300, seed=9)
    return renamed(records), renamed(truth)


def quality(records: pa.Table, truth: pa.Table, **options: Any) -> Any:
    return evaluate_pairs(membership(link(records, **options), records), truth).pairs


def test_sources_of_any_name_find_their_role(town: tuple[pa.Table, pa.Table]) -> None:
    found = quality(*town)
    assert found.precision >= 0.999
    assert found.recall >= 0.97


def test_a_file_that_holds_people_twice_is_cleared_of_them(town: tuple[pa.Table, pa.Table]) -> None:
    records, truth = town
    one = records.set_column(1, "source", pa.array(["all"] * records.num_rows))
    with_dates = one.filter(pc.is_valid(one["birthdate"]))
    found = quality(with_dates, truth.set_column(0, "source", pa.array(["all"] * truth.num_rows)))
    assert found.precision >= 0.999
    assert found.recall >= 0.97


def test_a_source_can_be_said_to_hold_each_person_once() -> None:
    row = {"first_name": "Octavia", "last_name": "Brzezinski", "birthdate": datetime.date(2001, 1, 14)}
    twice = pa.Table.from_pylist([{"record_id": key, "source": "file", **row} for key in "ab"])
    assert link(twice).counts["persons"] == 1
    assert link(twice, single_record_sources=["file"]).counts["persons"] == 2


@pytest.mark.parametrize(
    "dropped", [["ssn"], ["birthdate"], ["sex", "zip_code", "middle_name"], ["first_name"]]
)
def test_columns_that_nobody_delivers_are_no_error(
    dropped: list[str], town: tuple[pa.Table, pa.Table]
) -> None:
    records, truth = town
    found = quality(records.drop_columns(dropped), truth)
    assert found.precision >= 0.99


def test_a_name_alone_never_links() -> None:
    row = {"first_name": "Octavia", "last_name": "Brzezinski"}
    rows = [{"record_id": source, "source": source, **row} for source in ("schools", "licences")]
    assert link(pa.Table.from_pylist(rows)).counts["persons"] == 2


def test_a_birth_year_stands_in_for_a_date() -> None:
    row = {"first_name": "Octavia", "last_name": "Brzezinski", "zip_code": "30111", "middle_name": "Quinn"}
    rows = [
        {"record_id": "a", "source": "schools", "age": "22", "birth_year": None, **row},
        {"record_id": "b", "source": "licences", "age": None, "birth_year": "1978", **row},
    ]
    assert link(pa.Table.from_pylist(rows)).counts["persons"] == 1
    rows[1]["birth_year"] = "1951"
    assert link(pa.Table.from_pylist(rows)).counts["persons"] == 2


def test_scoring_in_parts_gives_what_scoring_at_once_gives(town: tuple[pa.Table, pa.Table]) -> None:
    records, _ = town
    assert link(records, chunks=3).edges == link(records).edges
