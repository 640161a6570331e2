from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.readers.delimited import DelimitedReader
from ingest.readers.diagnosis import explain

LAYOUT = load_catalogue().layouts["k12/diploma"]
NAMES = [column.headers_for("2015")[0] for column in LAYOUT.columns]
HEADER = ",".join(NAMES).encode() + b"\n"
GOOD = b"2016,1,2,3,secret\n"
THIRD = f"{LAYOUT.columns[2].name} ({NAMES[2]})"


def _explain(tmp_path: Path, data: bytes, header: bytes = HEADER) -> str | None:
    path = tmp_path / "content"
    path.write_bytes(header + data)
    error = explain(DelimitedReader(path, LAYOUT, "2015", "d.csv"))
    assert error is None or "secret" not in str(error)
    return error.message if error else None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (GOOD + b"2016,1\n", f"d.csv, line 3: 2 values instead of 5: nothing for column {THIRD}."),
        (
            GOOD + b"2016,1,2,3,secret,5\n",
            "d.csv, line 3: 6 values instead of 5, one per column of the header.",
        ),
        (b"2016,1,sec\0ret,3,4\n", f"d.csv, line 2, column {THIRD}: a NUL byte, which text cannot hold."),
        (b"2016,1,s\x81,3,4\n", f"d.csv, line 2, column {THIRD}: bytes that are not windows-1252."),
        (
            b'2016,1,"a\nb",3,4\n' + b'2016,1,"secret,3,4\n' + GOOD,
            f"line 4, column {THIRD}: a quote that is never",
        ),
        (GOOD + b"2016,1,sec\rret,3,4\n", f"line 3, column {THIRD}: a carriage return inside a value"),
        (GOOD + b"2016,1,2,3,4\r\n", "line 3: its line end is not LF"),
        (GOOD + b"\\.\n" + GOOD, "line 3: only a backslash and a period"),
        (GOOD + b"\n" + GOOD, "line 3: 1 values instead of 5"),
    ],
)
def test_the_first_fault_is_named_by_line_and_column_and_never_by_value(
    tmp_path: Path, data: bytes, message: str
) -> None:
    found = _explain(tmp_path, data)
    assert found is not None and message in found


def test_a_sound_file_has_no_fault(tmp_path: Path) -> None:
    assert _explain(tmp_path, GOOD + b'2016,"1,""\n\r",2,3,"4"\n' + b"2016,,,,\n\n\n") is None


def test_lines_are_counted_from_the_header_even_when_that_spans_two(tmp_path: Path) -> None:
    header = HEADER.replace(NAMES[0].encode(), b'"' + NAMES[0].encode() + b'\n"')
    assert "line 4: 1 values" in str(_explain(tmp_path, GOOD + b"x\n", header))
