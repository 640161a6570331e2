"""The same content in every form and packing gives the same rows."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from tests.unit.ingest.test_fixed_width import record, trailer
from warehouse.connection import Warehouse

WAGE = load_catalogue().layouts["ui/wage"]
# What all three forms carry.
NAMES = ["ssn", "last_name", "first_name", "middle_initial", "state_code", "total_gross_wages", "weeks_worked",
         "employer_account_id", "reporting_period"]  # fmt: skip
ROWS = [
    ["012345678", "DE LA CRUZ", "ANA", "Q", "SY", "1234.56", "13", "0000042", "032019"],
    ["222334444", "O'NEIL, JR", "J", "", "SY", "0.05", "1", "0000042", "032019"],
    ["222334445", "LEE", "", "", "SY", "-12.00", "", "17", "032019"],
]


def _cents(amount: str, width: int) -> str:
    cents = round(float(amount) * 100)
    return f"{cents:0{width}}" if cents >= 0 else f"-{-cents:0{width - 1}}"


def _icesa() -> bytes:
    records = [
        record(
            **{n: _cents(v, 14) if n == "total_gross_wages" else v for n, v in zip(NAMES, row, strict=True)}
        )
        for row in ROWS
    ]
    total = sum(round(float(row[5]) * 100) for row in ROWS)
    lines = [record("A"), record("B"), record("E"), *records, record("T"), trailer(len(ROWS), total)]
    return b"".join(line + b"\n" for line in lines)


def _efw2() -> bytes:
    lines = [b"RA".ljust(512), b"RE".ljust(512)]
    for row in ROWS:
        line = bytearray(b"RS".ljust(512))
        for name, value in zip(NAMES, row, strict=True):
            place = WAGE.columns_by_name[name].position_in("2014+efw2")
            assert place
            width = place[1] - place[0] + 1
            text = _cents(value, width) if name == "total_gross_wages" else value.ljust(width)
            line[place[0] - 1 : place[1]] = text.encode()
        lines.append(bytes(line))
    return b"\r\n".join([*lines, b"RT".ljust(512), b"RF".ljust(512)])


HEADER = [WAGE.columns_by_name[name].headers_for("2014+extract")[0] for name in NAMES]


def _csv() -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([HEADER, *ROWS])
    return text.getvalue().encode()


def _records() -> bytes:
    fields = {name: WAGE.columns_by_name[name].field_in("2014+records") for name in NAMES}
    lines = ["H|2019Q1"]
    for row in ROWS:
        values = ["D"] + [""] * 11
        for name, value in zip(NAMES, row, strict=True):
            values[(fields[name] or 0) - 1] = value
        lines.append("|".join(values))
    total = sum(round(float(row[5]) * 100) for row in ROWS)
    return "\n".join([*lines, f"T|{len(ROWS)}|{total / 100:.2f}"]).encode()


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("wages.csv", _csv())
    return target.getvalue()


def _typed() -> list[list[object]]:
    """As a person types them: identifiers as text, amounts and weeks as numbers."""
    return [[*row[:5], float(row[5]), int(row[6]) if row[6] else None, *row[7:]] for row in ROWS]


def _parquet() -> bytes:
    target = io.BytesIO()
    columns = list(zip(*_typed(), strict=True))
    parquet.write_table(
        pa.table({name: list(column) for name, column in zip(HEADER, columns, strict=True)}), target
    )
    return target.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [HEADER, *_typed()]:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


FORMS = {
    "2019Q1.dat": ("2014", _icesa),
    "2019Q1__2.dat": ("2014+efw2", _efw2),
    "2019Q1__3.csv": ("2014+extract", _csv),
    "2019Q1__4.zip": ("2014+extract", _zip),
    "2019Q1__5.csv.gz": ("2014+extract", lambda: gzip.compress(_csv())),
    "2019Q1__6.parquet": ("2014+extract", _parquet),
    "2019Q1__7.xlsx": ("2014+extract", _xlsx),
    "2019Q1__8.dat.gz": ("2014+efw2", lambda: gzip.compress(_efw2())),
    "2019Q1__9.txt": ("2014+records", _records),
    "2019Q1__10.txt.gz": ("2014+records", lambda: gzip.compress(_records())),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_rows(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    form, content = FORMS[name]
    path = tmp_path / f"ui__wage__ui_agency__{name}"
    path.write_bytes(content())
    delivery_id = load_file(warehouse, path).delivery_id
    assert (
        warehouse.fetch_value(
            "select layout_version from control.delivery where delivery_id = %s", (delivery_id,)
        )
        == form
    )
    values = ", ".join(
        # A workbook and Parquet write -12.00 in their shortest form, which is the same number.
        f"control.to_decimal({n})::text" if n == "total_gross_wages" else f"coalesce({n}, '')"
        for n in NAMES
    )
    found = warehouse.fetch_all(
        f"select {values} from raw.ui__wage where delivery_id = %s order by row_number", (delivery_id,)
    )
    if name.endswith((".parquet", ".xlsx")):
        found = [(*row[:5], f"{float(row[5]):.2f}", *row[6:]) for row in found]
    assert found == [tuple(row) for row in ROWS]
