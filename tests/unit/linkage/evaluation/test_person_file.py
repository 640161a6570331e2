"""Files of person records: any order of columns, many ways to write a date, and what is said of a file that cannot be read."""

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkage.evaluation.person_file import read_person_file
from warehouse.errors import P20WError


def test_a_csv_is_read_in_any_order_and_case_of_columns(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "Last_Name,FIRST_NAME,birthdate,shoe_size,person\nNg, Ana ,2001-02-03,38,7\n,Bo,20010204,,8\n"
    )
    read = read_person_file(file, ("person",))
    rows = read.records.to_pylist()
    assert [(row["record_id"], row["first_name"], row["last_name"]) for row in rows] == [
        ("1", "Ana", "Ng"),
        ("2", "Bo", None),
    ]
    assert read.extras.to_pylist() == [{"person": "7"}, {"person": "8"}]
    assert read.ignored == ("shoe_size",)


@pytest.mark.parametrize(
    "written", ["2001-02-03", "20010203", "02/03/2001", "2001/02/03", "03.02.2001", "2001-02-03 00:00:00"]
)
def test_a_birth_date_is_read_however_it_is_written(written: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"first_name,birthdate\nAna,{written}\n")
    row = read_person_file(file).records.to_pylist()[0]
    assert row["birthdate"] == datetime.date(2001, 2, 3)


def test_lists_and_numbers_of_other_programs_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    table = pa.table(
        {
            "first_name": ["Ana"],
            "other_last_names": [["Ng", "Diaz"]],
            "ssn": [212345678.0],
            "zip_code": [30001],
        }
    )
    pq.write_table(table, file)
    row = read_person_file(file).records.to_pylist()[0]
    assert row["other_last_names"] == ["Ng", "Diaz"]
    assert (row["ssn"], row["zip_code"]) == ("212345678", "30001")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(P20WError, match=r"There is no file absent\.csv"):
        read_person_file(tmp_path / "absent.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_text("no parquet")
    with pytest.raises(P20WError, match=r"broken\.parquet cannot be read as Parquet"):
        read_person_file(broken)
    plain = tmp_path / "plain.csv"
    plain.write_text("first_name\nAna\n")
    with pytest.raises(P20WError, match=r"plain\.csv has no column truth"):
        read_person_file(plain, ("truth",))
