from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.sync import SyncSummary, sync_catalogue
from tests.unit.ingest.test_fixed_width import record, wage_file
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import load_state

STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)


@pytest.fixture(autouse=True)
def _synced(older_warehouse: Warehouse) -> None:
    sync_catalogue(older_warehouse, load_state())


def test_the_catalogue_is_brought_into_postgresql_15(older_warehouse: Warehouse) -> None:
    assert sync_catalogue(older_warehouse, load_state()) == SyncSummary()


def test_a_delimited_file_is_loaded_into_postgresql_15(older_warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "k12__status__north__2020.txt"
    path.write_text(f"{HEADER}\r\na|\\|c|d|e\r\n1|2|3||\r\n", newline="")
    result = load_file(older_warehouse, path)
    found = older_warehouse.fetch_all("select * from raw.k12__status order by row_number")
    assert found == [
        (result.delivery_id, 1, "a", "\\", "c", "d", "e"),
        (result.delivery_id, 2, "1", "2", "3", None, None),
    ]
    assert load_file(older_warehouse, path).outcome == "duplicate"


def test_a_fixed_width_file_is_loaded_into_postgresql_15(older_warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "ui__wage__ui_agency__2016Q1.dat"
    path.write_bytes(wage_file(record(ssn="123456789", last_name="A\\B\tC"), record(ssn="2")))
    load_file(older_warehouse, path)
    found = older_warehouse.fetch_all("select row_number, ssn, last_name from raw.ui__wage order by 1")
    assert found == [(1, "123456789", "A\\B\tC"), (2, "2", None)]


@pytest.mark.parametrize("data", ["1|2|3|4|5\n\\.\n1|2|3|4|5\n", "1|2|3|4|5\n1|2\n", '1|2|"3|4|5\n'])
def test_no_row_disappears_behind_a_malformed_one(
    older_warehouse: Warehouse, tmp_path: Path, data: str
) -> None:
    path = tmp_path / "k12__status__north__2021.txt"
    path.write_text(f"{HEADER}\n{data}")
    with pytest.raises(P20WError, match=r"north__2021\.txt, line [23]"):
        load_file(older_warehouse, path)
    assert older_warehouse.fetch_value("select count(*) from control.delivery where period = '2021'") == 0
