import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.catalogue import load_catalogue
from ingest.layout import Layout
from ingest.readers.delimited_records import DelimitedRecordsReader
from warehouse.errors import P20WError

WAGE = load_catalogue().layouts["ui/wage"]
FORM = "2014+records"
COLUMNS = sorted((column.field_in(FORM) or 0, column.name) for column in WAGE.columns_in(FORM))
NAMES = [name for _, name in COLUMNS]
ONE = "D|123456789|LEE|ANA||0042||1234.56|480|12|SY|032019"
TWO = "D|222334444|CRUZ|J|Q|0042||-0.56||13|SY|032019"


def reader_of(path: Path, content: bytes, layout: Layout = WAGE, form: str = FORM) -> DelimitedRecordsReader:
    path.write_bytes(content)
    return DelimitedRecordsReader(path, layout, form, "w.txt")


def rows(reader: DelimitedRecordsReader) -> list[list[str]]:
    told = io.StringIO(b"".join(reader.chunks()).decode(), newline="")
    return list(csv.reader(told, delimiter=reader.delimiter))


def text(*lines: str, end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("behind", [b"", b"\r\n\r\n", b"\n"])
def test_the_values_of_data_records_come_by_number(
    tmp_path: Path, end: str, begin: bytes, behind: bytes
) -> None:
    reader = reader_of(
        tmp_path / "content", begin + text("H|2019Q1", ONE, TWO, "T|2|1234.00", end=end) + behind
    )
    first, second = (dict(zip(reader.columns, row, strict=True)) for row in rows(reader))
    assert first == dict(zip(NAMES, ONE.split("|")[1:], strict=True))
    assert second["total_gross_wages"] == "-0.56"
    assert reader.first_line == 2
    assert reader.is_trimmed
    assert reader.headers[0] == ("ssn", "ssn (field 2)")


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    reader = reader_of(tmp_path / "content", text("H", ONE, "T|1|1234.56").removesuffix(b"\n"))
    assert len(rows(reader)) == 1


def test_types_and_values_may_stand_in_quotes(tmp_path: Path) -> None:
    quoted = '"D"|"123456789"|"O""NEIL | JR"|"ANA"|""|"0042"|""|"1.00"|""|""|"SY"|"032019"'
    reader = reader_of(tmp_path / "content", text('"H"|x', quoted, '"T"|"1"|"1.00"'))
    (row,) = rows(reader)
    assert dict(zip(NAMES, row, strict=True))["last_name"] == 'O"NEIL | JR'


def test_padding_is_noticed(tmp_path: Path) -> None:
    reader = reader_of(tmp_path / "content", text("H", ONE.replace("LEE", " LEE"), "T|1|1234.56"))
    rows(reader)
    assert not reader.is_trimmed


FAULTS = {
    "too few values": (text("H", ONE, "D|1|2", "T|2|0"), "w.txt, line 3: 3 values instead of 12."),
    "too many values": (text("H", ONE + "|", "T|1|0"), "w.txt, line 2: 13 values instead of 12."),
    "another type": (text("H", ONE, "X|1", "T|1|0"), "line 3 does not begin with the record type D."),
    "a long line": (text("H", ONE, "T" * 200_000), "line 3 does not begin with the record type D."),
    "no header": (text(ONE, TWO, "T|2|0"), "line 1 is not a header record (H)."),
    "no trailer": (text("H", ONE, TWO), "w.txt ends with line 3, without its trailer record."),
    "a record behind": (text("H", "T|1|1234.56", ONE), "line 3: a record behind the trailer of line 2."),
    "two trailers": (text("H", "T|0|0", "T|0|0"), "line 3: a record behind the trailer of line 2."),
    "a blank line": (text("H", ONE, "", TWO, "T|2|0"), "line 3 is blank."),
    "a wrong count": (text("H", ONE, "T|2|1234.56"), "its trailer counts 2 records, but the file holds 1."),
    "a wrong total": (text("H", ONE, "T|1|1234.55"), "differs from the sum of total_gross_wages over its 1"),
    "an unreadable amount": (
        text("H", ONE.replace(".", ","), "T|1|1"),
        "its 1 records, 1 of them unreadable",
    ),
    "a trailer of words": (text("H", ONE, "T|many|1"), "its trailer has no number in field 2."),
    "a short trailer": (text("H", ONE, "T|1"), "its trailer has no number in field 3."),
    "an open quote": (text("H", ONE, TWO.replace("CRUZ", '"CRUZ'), "T|2|1"), "line 3: a quote that is not"),
    "a carriage return": (
        text("H", ONE, TWO.replace("CRUZ", "CR\rUZ"), "T|2|1"),
        "line 3: a carriage return",
    ),
    "a NUL": (text("H", ONE, TWO.replace("CRUZ", "CR\0UZ"), "T|2|1"), "line 3: a NUL byte"),
    "other bytes": (text("H", ONE) + b"D|\xff\n", "line 3: bytes that are not utf-8"),
    "nothing": (b"", "w.txt is empty."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_by_its_line(tmp_path: Path, name: str) -> None:
    content, expected = FAULTS[name]
    with pytest.raises(P20WError) as caught:
        rows(reader_of(tmp_path / "content", content))
    assert expected in caught.value.message


def test_a_fault_far_into_the_file_has_its_line(tmp_path: Path) -> None:
    content = text("H", *[ONE] * 60_000, "D|short", *[ONE] * 10, "T|1|1")
    with pytest.raises(P20WError) as caught:
        rows(reader_of(tmp_path / "content", content))
    assert caught.value.message == "w.txt, line 60002: 2 values instead of 12."


def _own(**said: object) -> Layout:
    """A layout whose trailer counts all records, with other records between and amounts without a point."""
    version = {
        "format": "delimited_records", "delimiter": ",", "encoding": "windows-1252", "record_type": "D1",
        "field_count": 3, "other_record_types": ["E1"], "header": {"record_type": "H1"}, "implied_decimals": 2,
        "trailer": {"record_type": "T1", "record_count": 2, "counts_all": True, "control_total": 3, "control_column": "paid"},
    } | said  # fmt: skip
    column = {"description": "-", "pii": "none"}
    columns = [
        column | {"name": "label", "type": "text", "required": True, "field": 2},
        column | {"name": "paid", "type": "decimal", "field": 3},
    ]
    return Layout.model_validate(
        {"source": "own", "file_type": "paid", "title": "-", "grain": "-", "provided_by": "-",
         "period": "school_year", "key": ["label"], "versions": {"2015": version}, "columns": columns}
    )  # fmt: skip


def test_all_records_may_be_counted_and_amounts_get_their_point(tmp_path: Path) -> None:
    content = "H1,x\nE1\nD1,Peña,150\nE1,y\nD1,Óscar,-5\nT1,6,145\n".encode("windows-1252")
    reader = reader_of(tmp_path / "content", content, _own(), "2015")
    assert rows(reader) == [["Peña", "1.50"], ["Óscar", "-0.05"]]
    # Records between the data hide on which line a row stands.
    assert reader.first_line is None


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30), st.sampled_from(["needed", "all"]))
def test_any_values_come_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]], quoting: str
) -> None:
    style = csv.QUOTE_ALL if quoting == "all" else csv.QUOTE_MINIMAL
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n", quoting=style).writerows([("D1", *row) for row in table])
    layout = _own(encoding="utf-8", header=None, trailer=None, implied_decimals=0)
    path = tmp_path_factory.mktemp("records") / "content"
    if not table:
        return
    assert rows(reader_of(path, lines.getvalue().encode(), layout, "2015")) == [list(row) for row in table]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"field_count": None}, "needs a record_type and a field_count"),
        ({"delimiter": None}, "needs a delimiter"),
        ({"field_count": 2}, "column paid lies behind the last of 2 fields"),
        ({"trailer": {"record_type": "T1", "record_count": [2, 9]}}, "a delimited one numbers"),
        ({"trailer": {"record_type": "T1", "control_total": 3}}, "needs a control_column"),
        ({"format": "delimited"}, "their format is delimited_records"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(said: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem.replace("[", r"\[")):
        _own(**said)
