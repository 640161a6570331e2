"""Planted faults are in the files where the list says."""

import csv
from pathlib import Path

import pytest

from ingest.synthetic import write_state
from tests.unit.ingest.synthetic.files import described, header_and_rows

Listing = dict[tuple[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("faults")
    write_state(root, learners=300, seed=7, faults=True)
    return root


@pytest.fixture(scope="module")
def faults(root: Path) -> Listing:
    with (root / "truth" / "faults.csv").open() as file:
        return {(row["kind"], row["file"].split("/")[-1].split("__")[1]): row for row in csv.DictReader(file)}


def cell(root: Path, fault: dict[str, str]) -> str:
    path = root / fault["file"]
    layout, _, _ = described(path)
    _, rows = header_and_rows(path)
    row = list(rows)[int(fault["row"]) - 1]
    return row[list(layout.columns_by_name).index(fault["column"])]


def test_at_least_a_dozen_kinds_are_planted(faults: Listing) -> None:
    assert len({kind for kind, _ in faults}) >= 12


@pytest.mark.parametrize(
    ("kind", "file_type", "value"),
    [
        ("unmapped_code", "student", "8"),
        ("bad_date", "student", "02/30/2001"),
        ("future_date", "diploma", "2031-06-05"),
        ("unknown_school", "enrollment", "9999999"),
        ("invalid_ssn", "enrollment", "666123456"),
        ("missing_required", "identity", ""),
    ],
)
def test_a_spoiled_cell_holds_the_wrong_value(
    root: Path, faults: Listing, kind: str, file_type: str, value: str
) -> None:
    assert cell(root, faults[kind, file_type]) == value


def test_a_repeated_row_is_the_last_of_its_file(root: Path, faults: Listing) -> None:
    fault = faults["duplicate_key", "enrollment"]
    lines = (root / fault["file"]).read_bytes().splitlines()
    assert int(fault["row"]) == len(lines) - 1
    assert lines[-1] in lines[1:-1]


def test_a_wrong_byte_keeps_the_file_from_being_utf8(root: Path, faults: Listing) -> None:
    with pytest.raises(UnicodeDecodeError):
        (root / faults["wrong_encoding", "student"]["file"]).read_text(encoding="utf-8")


def test_headers_lose_and_gain_a_column(root: Path, faults: Listing) -> None:
    extra, _ = header_and_rows(root / faults["extra_column", "credential"]["file"])
    missing, _ = header_and_rows(root / faults["missing_column", "work_based_learning"]["file"])
    assert extra[-1] == "REMARK"
    assert "beginDate" not in missing


def test_wage_trailers_lie_and_a_wage_file_breaks_off(root: Path, faults: Listing) -> None:
    def lines(kind: str) -> list[bytes]:
        return (root / faults[kind, "wage"]["file"]).read_bytes().splitlines()

    count, total = lines("wrong_trailer_count"), lines("wrong_control_total")
    assert int(count[-1][1:11]) == len(count) - 2 + 7
    assert total[-1][40:55] == b"9" * 15
    assert lines("truncated_file")[-1][:1] == b"S"
    assert len(lines("truncated_file")[-1]) < 275
    short = faults["wrong_record_length", "wage"]
    assert len(lines("wrong_record_length")[int(short["row"])]) == 274
