from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.readers.delimited import DelimitedReader
from ingest.readers.headers import split_header
from warehouse.errors import P20WError

DIPLOMA = load_catalogue().layouts["k12/diploma"]
NAMES = [column.headers_for("2015")[0] for column in DIPLOMA.columns]


def _read(tmp_path: Path, content: bytes, version: str = "2015") -> DelimitedReader:
    path = tmp_path / "content"
    path.write_bytes(content)
    return DelimitedReader(path, DIPLOMA, version, "d.csv")


def _error(tmp_path: Path, content: bytes, version: str = "2015") -> P20WError:
    with pytest.raises(P20WError) as caught:
        _read(tmp_path, content, version)
    return caught.value


def test_columns_are_taken_in_the_order_of_the_file(tmp_path: Path) -> None:
    reader = _read(tmp_path, ",".join(reversed(NAMES)).encode() + b"\r\n")
    assert reader.columns == [column.name for column in reversed(DIPLOMA.columns)]


def test_quotes_and_outer_blanks_around_names_do_not_matter(tmp_path: Path) -> None:
    header = ",".join(f' "{name}" ' if i else f'"{name}"' for i, name in enumerate(NAMES))
    assert _read(tmp_path, header.encode() + b"\n").columns == [c.name for c in DIPLOMA.columns]


def test_a_byte_order_mark_is_part_of_utf8_only(tmp_path: Path) -> None:
    new = "|".join(column.headers_for("2019")[0] for column in DIPLOMA.columns).encode()
    assert len(_read(tmp_path, b"\xef\xbb\xbf" + new, "2019").columns) == len(DIPLOMA.columns)
    assert "marked as UTF-8" in _error(tmp_path, b"\xef\xbb\xbf" + ",".join(NAMES).encode()).message
    assert "UTF-16" in _error(tmp_path, b"\xff\xfeS\0").message


def test_a_missing_optional_column_is_allowed_and_a_missing_required_one_is_not(tmp_path: Path) -> None:
    for column, name in zip(DIPLOMA.columns, NAMES, strict=True):
        content = ",".join(other for other in NAMES if other != name).encode() + b"\n"
        if column.required:
            error = _error(tmp_path, content)
            assert error.message == f"d.csv, header: required column {column.name} ({name}) is missing."
        else:
            assert column.name not in _read(tmp_path, content).columns


def test_an_unknown_header_is_named_with_the_closest_expected_one(tmp_path: Path) -> None:
    error = _error(tmp_path, ",".join([*NAMES[:-1], NAMES[-1] + "X"]).encode())
    assert f"'{NAMES[-1]}X' is not a column" in error.message
    assert f"'{NAMES[-1]}'" in error.hint


def test_another_case_is_another_name_and_the_hint_says_so(tmp_path: Path) -> None:
    error = _error(tmp_path, ",".join([NAMES[0].lower(), *NAMES[1:]]).encode())
    assert error.hint == f"Upper and lower case count: write '{NAMES[0]}'."


def test_a_repeated_column_is_refused(tmp_path: Path) -> None:
    error = _error(tmp_path, ",".join([*NAMES, NAMES[0]]).encode())
    assert f"column {DIPLOMA.columns[0].name} appears twice" in error.message


def test_the_header_of_another_version_is_recognised_as_such(tmp_path: Path) -> None:
    new = ",".join(column.headers_for("2019")[0] for column in DIPLOMA.columns)
    assert "has the header of version 2019" in _error(tmp_path, new.encode()).message


def test_another_delimiter_is_recognised_as_such(tmp_path: Path) -> None:
    assert "separated by semicolons" in _error(tmp_path, ";".join(NAMES).encode()).message


def test_a_file_without_header_is_refused_without_quoting_its_data(tmp_path: Path) -> None:
    error = _error(tmp_path, b"2016,900123,SMITH,JOHN,123456789\n")
    assert error.message == "d.csv, line 1 is not the header of k12/diploma, version 2015."
    assert "SMITH" not in str(error)
    assert ",".join(NAMES) in error.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "d.csv is empty."),
        (b"\n\n", "d.csv, line 1 is blank."),
        (",".join(NAMES).encode() + b"\r1,2,3,4,5\r", "carriage returns alone"),
        (b"\x81," + ",".join(NAMES).encode(), "line 1: byte 1 is not windows-1252"),
    ],
)
def test_a_first_line_that_cannot_be_a_header_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in _error(tmp_path, content).message


def test_only_what_stands_behind_the_header_is_sent_without_final_blank_lines(tmp_path: Path) -> None:
    header = ",".join(NAMES).encode()
    assert b"".join(_read(tmp_path, header + b"\r\n1,2,3,4,5\r\n\r\n\r\n").chunks()) == b"1,2,3,4,5\r\n"
    assert b"".join(_read(tmp_path, header + b"\n\n\n").chunks()) == b""
    assert b"".join(_read(tmp_path, header).chunks()) == b""


@pytest.mark.parametrize("header", ['a|"b|c\n1|2|secret\n"', 'a|b"x|c\n1|secret', '"a\nsecret|b"'])
def test_a_quotation_that_runs_into_the_data_shows_no_data_and_fits_no_layout(header: str) -> None:
    names = split_header(header, "|")
    assert "secret" not in "".join(names)
    assert any('"' in name for name in names)
