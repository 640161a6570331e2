"""What goes back to the sender points at the lines of the file that was sent."""

import csv
from pathlib import Path

import pytest

from ingest.loader import load_file
from ingest.sync import sync_catalogue
from quality_checks.gate import run_gate
from quality_checks.rejects import write_reject_file, write_reject_files
from quality_checks.sync import sync_rules
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

# The second school's name runs over three lines; the third school has no name, the fourth repeats the first.
SCHOOLS = (
    "schoolYear|schoolId|nameOfInstitution|localEducationAgencyId|localEducationAgencyName\r\n"
    "2019|0001|First School|D1|District\r\n"
    '2019|0002|"Second\r\nSchool\r\nof Examples"|D1|District\r\n'
    "2019|0003||D1|District\r\n"
    "2019|0001|=1+1|D1|District\r\n"
    "2018|0005|Fifth School|D1|District\r\n"
)


@pytest.fixture(scope="module")
def state(warehouse: Warehouse) -> State:
    state = load_state()
    sync_catalogue(warehouse, state)
    sync_rules(warehouse)
    return state


@pytest.fixture(scope="module")
def delivery_id(warehouse: Warehouse, state: State, tmp_path_factory: pytest.TempPathFactory) -> int:
    path = tmp_path_factory.mktemp("sent") / "k12__school__north__2019.txt"
    path.write_bytes(SCHOOLS.encode())
    result = load_file(warehouse, path, state=state)
    run_gate(warehouse, "k12/school")
    assert result.delivery_id is not None
    return result.delivery_id


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_every_finding_names_the_line_on_which_its_row_begins(
    warehouse: Warehouse, delivery_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    write_reject_file(warehouse, delivery_id, path)
    found = {(row["rule"], int(row["record"]), int(row["line"])) for row in _lines(path)}
    assert found == {("K12SCH-REQ-school_name", 3, 6), ("K12SCH-101", 4, 7), ("K12SCH-102", 5, 8)}
    sent = SCHOOLS.split("\n")
    for row in _lines(path):
        assert sent[int(row["line"]) - 1].startswith(f"{row['schoolYear']}|{row['schoolId']}|")


def test_columns_go_by_the_name_and_in_the_order_that_the_sender_gave_them(
    warehouse: Warehouse, delivery_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    write_reject_file(warehouse, delivery_id, path)
    rows = _lines(path)
    assert list(rows[0])[7:] == [
        "schoolYear",
        "schoolId",
        "nameOfInstitution",
        "localEducationAgencyId",
        "localEducationAgencyName",
    ]
    assert [row["column"] for row in rows] == ["nameOfInstitution", "schoolId", "schoolYear"]
    assert all(row["set_aside"] == "yes" and row["how_to_repair"] for row in rows)


def test_the_file_opens_as_utf8_in_a_spreadsheet_and_runs_nothing_there(
    warehouse: Warehouse, delivery_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "back" / "rows.csv"
    write_reject_file(warehouse, delivery_id, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert _lines(path)[1]["nameOfInstitution"] == "'=1+1"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_held_delivery_comes_back_with_the_rows_that_hold_it(
    warehouse: Warehouse, state: State, tmp_path: Path
) -> None:
    header = (
        "schoolYear|schoolId|nameOfInstitution|localEducationAgencyId|localEducationAgencyName|schoolType\n"
    )
    path = tmp_path / "k12__school__south__2019.txt"
    path.write_text(header + "".join(f"2019|S{n}|School {n}|D2|District|odd\n" for n in range(1, 5)))
    load_file(warehouse, path, state=state)
    (decision,) = run_gate(warehouse, "k12/school").decisions
    assert decision.status == "held"

    (written,) = write_reject_files(warehouse, tmp_path / "back", submitter="south")
    assert written.path.parent.name == "south"
    rows = _lines(written.path)
    assert [(row["rule"], row["line"], row["set_aside"]) for row in rows] == [
        ("K12SCH-SET-school_type", str(line), "no") for line in range(2, 6)
    ]


def test_a_whole_layout_comes_back_in_one_file_per_delivery(
    warehouse: Warehouse, delivery_id: int, tmp_path: Path
) -> None:
    written = write_reject_files(warehouse, tmp_path, layout="k12/school", submitter="north")
    assert [(file.delivery_id, file.line_count) for file in written] == [(delivery_id, 3)]


def test_a_fixed_width_row_is_counted_behind_its_header_record(
    warehouse: Warehouse, state: State, tmp_path: Path
) -> None:
    from ingest.synthetic import write_state

    write_state(tmp_path, learners=100, seed=3)
    path = next((tmp_path / "incoming" / "ui_agency").glob("ui__wage__*"))
    result = load_file(warehouse, path, state=state)
    first, headers = warehouse.fetch_all(
        "select first_line, headers from control.delivery where delivery_id = %s", [result.delivery_id]
    )[0]
    lines = path.read_bytes().splitlines()
    assert lines[first - 1].startswith(b"S")
    assert first == 1 or not lines[0].startswith(b"S")
    assert headers[0][1].endswith(")")
