"""Workbooks and Parquet files become the text that a text file would have held, or are refused with the cell."""

import datetime
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from pyarrow import csv, parquet

from ingest.catalogue import load_catalogue
from ingest.readers import workbook as workbook_module
from ingest.readers.choice import open_reader
from warehouse.errors import P20WError

CREDENTIAL = load_catalogue().layouts["k12/credential"]
HEADER = [column.headers_for("2019")[0] for column in CREDENTIAL.columns]
NAMES = [column.name for column in CREDENTIAL.columns]
DAY = datetime.date(2019, 5, 31)
ROW = [2019, "000123", "0042", "C-1", "Welding, first\nlevel", "IndustryCertification", DAY]
TEXT = ["2019", "000123", "0042", "C-1", "Welding, first\nlevel", "IndustryCertification", "2019-05-31"]


def _workbook(path: Path, rows: list[list[Any]], change: Callable[[Worksheet], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    book.save(path)
    return path


def _rows(path: Path) -> list[list[str | None]]:
    reader = open_reader(path, CREDENTIAL, "2019", "f")
    content = b"".join(reader.chunks())
    if not content:
        return []
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(NAMES, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    table = csv.read_csv(
        pa.py_buffer(content),
        csv.ReadOptions(column_names=reader.columns),
        csv.ParseOptions(newlines_in_values=True),
        options,
    )
    return [[row[name] for name in reader.columns] for row in table.to_pylist()]


def _error(path: Path) -> str:
    with pytest.raises(P20WError) as caught:
        _rows(path)
    assert "Welding" not in str(caught.value)
    return str(caught.value)


def test_the_cells_of_a_workbook_become_text_by_their_type(tmp_path: Path) -> None:
    half = [2019.0, 123, 0.5, True, "  x ", None, "2019-05-31"]
    path = _workbook(tmp_path / "sha", [HEADER, ROW, half, [], []])
    assert _rows(path) == [TEXT, ["2019", "123", "0.5", "true", "  x ", None, "2019-05-31"]]


def test_a_format_of_zeros_keeps_the_zeros_that_it_shows(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "000000"

    path = _workbook(tmp_path / "w", [HEADER, [2019, 123, *ROW[2:]]], change)
    assert _rows(path)[0][1] == "000123"


def test_a_header_of_numbers_is_a_header(tmp_path: Path) -> None:
    pirl = load_catalogue().layouts["wioa/pirl"]
    names = [c.headers_for("2015")[0] for c in pirl.columns]
    cells = [int(name) if name.isdigit() else name for name in names]
    reader = open_reader(_workbook(tmp_path / "w", [cells]), pirl, "2015", "f")
    assert reader.columns == [c.name for c in pirl.columns]
    assert b"".join(reader.chunks()) == b""


def _put(cell: str, value: Any) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[cell] = value

    return change


def _merge(sheet: Worksheet) -> None:
    sheet.merge_cells("B1:C1")


def _second_sheet(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    sheet.parent.create_sheet("other")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_put("E3", "=1+1"), "cell E3 is a formula"),
        (_put("B1", '=CONCAT("a","b")'), "cell B1 is a formula"),
        (_put("C2", "#N/A"), "cell C2 holds an error"),
        (_put("B3", DAY), "cell B3: a date in column student_id_state"),
        (_put("G3", datetime.datetime(2019, 5, 31, 8, 30)), "cell G3: a time of day"),
        (_put("B2", 1234567890123456789), "cell B2: a number of more than 15 digits"),
        (_put("J2", "x"), "cell J2: a value in a column without a header"),
        (_put("A6", 2019), "row 4 is blank"),
        (_put("C1", None), "column 3 of the header is blank"),
        (_merge, "cells B1:C1 are merged"),
        (_second_sheet, "has 2 visible sheets"),
    ],
)
def test_what_a_workbook_cannot_say_plainly_is_refused_with_its_cell(
    tmp_path: Path, change: Callable[[Worksheet], None], told: str
) -> None:
    assert told in _error(_workbook(tmp_path / "w", [HEADER, ROW, ROW], change))


def test_fonts_hidden_sheets_and_a_wrong_extent_do_not_matter(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A1"].font = Font(bold=True)
        assert sheet.parent is not None
        sheet.parent.create_sheet("lists").sheet_state = "hidden"

    plain = _workbook(tmp_path / "w", [HEADER, ROW, ROW], change)
    wrong = tmp_path / "wrong"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(wrong, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, content.replace(b'ref="A1:G3"', b'ref="A1:B2"'))
    assert _rows(wrong) == [TEXT, TEXT]


def test_a_workbook_that_is_too_large_or_damaged_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _workbook(tmp_path / "w", [HEADER, ROW])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "d", "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, content[:-40] if member.endswith("sheet1.xml") else content)
    assert "is a damaged workbook" in _error(tmp_path / "d")
    monkeypatch.setattr(workbook_module, "_MOST_BYTES", 1000)
    assert "unpacks to more than" in _error(path)


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "w", [HEADER, ROW])
    entities = b"".join(b'<!ENTITY e%d "%s">' % (i + 1, b"&e%d;" % i * 50) for i in range(8))
    bomb = b'<!DOCTYPE x [<!ENTITY e0 "lol">' + entities + b"]>"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b", "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member.endswith("sheet1.xml"):
                content = bomb + content.replace(b"<v>2019</v>", b"<v>&e8;</v>")
            new.writestr(member, content)
    assert "is a damaged workbook" in _error(tmp_path / "b")


def _parquet(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(pa.table(columns), path)
    return path


def _columns(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {name: [value] for name, value in zip(HEADER, ROW, strict=True)}
    return plain | {HEADER[NAMES.index(name)]: value for name, value in changes.items()}


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("school_year", pa.array([2019], pa.int16()), "2019"),
        ("school_year", pa.array([2019.0], pa.float32()), "2019"),
        ("school_year", pa.array([0.1]), "0.1"),
        ("school_year", pa.array([1e-7]), "0.0000001"),
        ("school_year", pa.array([Decimal("12.50")]), "12.50"),
        ("school_id", pa.array(["0042"]).dictionary_encode(), "0042"),
        ("school_id", pa.array(["0042"], pa.large_string()), "0042"),
        ("school_id", pa.array([True]), "true"),
        ("school_id", pa.nulls(1), None),
        ("award_date", pa.array([DAY]), "2019-05-31"),
        ("award_date", pa.array([datetime.datetime(2019, 5, 31)]), "2019-05-31"),
        ("award_date", pa.array(["31 May"]), "31 May"),
    ],
)
def test_parquet_columns_become_text_by_their_type(
    tmp_path: Path, column: str, values: pa.Array, expected: str | None
) -> None:
    path = _parquet(tmp_path / "p", _columns(**{column: values}))
    place = NAMES.index(column)
    assert _rows(path) == [[*TEXT[:place], expected, *TEXT[place + 1 :]]]


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("school_id", pa.array([[1]]), "column school_id is stored as list"),
        ("school_id", pa.array([b"x"]), "column school_id is stored as binary"),
        ("school_id", pa.array([DAY]), "from row 1: a date in column school_id"),
        ("award_date", pa.array([datetime.datetime(2019, 5, 31, 8)]), "a time of day or a time zone"),
        ("school_year", pa.array([float("nan")]), "no finite number"),
    ],
)
def test_what_parquet_cannot_say_plainly_is_refused_with_its_column(
    tmp_path: Path, column: str, values: pa.Array, told: str
) -> None:
    assert told in _error(_parquet(tmp_path / "p", _columns(**{column: values})))


@pytest.mark.parametrize("cut", [4, 100])
def test_a_cut_off_parquet_file_is_named_as_damaged(tmp_path: Path, cut: int) -> None:
    path = _parquet(tmp_path / "p", _columns())
    path.write_bytes(path.read_bytes()[:-cut])
    assert "is a damaged, incomplete or encrypted Parquet file" in _error(path)


def test_a_table_for_a_form_of_fixed_width_is_refused(tmp_path: Path) -> None:
    path = _parquet(tmp_path / "p", {"ssn": ["1"]})
    with pytest.raises(P20WError, match="f is a table; ui/wage comes as records of fixed width"):
        open_reader(path, load_catalogue().layouts["ui/wage"], "2014", "f")
