"""Files as they really come, and files made to do harm: loaded, or refused with the right line and column."""

from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

STATUS = load_catalogue().layouts["k12/status"]
NAMES = [column.headers_for("2019")[0] for column in STATUS.columns]
HEADER = "|".join(NAMES).encode()
ID = "column student_id_state (studentUniqueId)"
ROW = b"2019|%s|ECODIS|2018-08-06|"


def _write(tmp_path: Path, content: bytes, suffix: str = "txt") -> Path:
    path = tmp_path / f"k12__status__north__2019.{suffix}"
    path.write_bytes(content)
    return path


def _ids(warehouse: Warehouse, delivery_id: int | None) -> list[str]:
    query = "select student_id_state from raw.k12__status where delivery_id = %s order by row_number"
    return [row[0] for row in warehouse.fetch_all(query, (delivery_id,))]


LARGE = b"y" * (10 << 20)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("BOM", b"\xef\xbb\xbf" + HEADER + b"\n" + ROW % b"b1" + b"\n", ["b1"]),
        ("CRLF", HEADER + b"\r\n" + ROW % b"c1" + b"\r\n" + ROW % b"c2" + b"\r\n", ["c1", "c2"]),
        ("no last line end", HEADER + b"\n" + ROW % b"d1", ["d1"]),
        ("line ends in quotes", HEADER + b"\n" + ROW % b'"e\r\n1"' + b"\n" + ROW % b"e2", ["e\r\n1", "e2"]),
        ("a field of 10 MB", HEADER + b"\n" + ROW % LARGE + b"\n", [LARGE.decode()]),
        ("a header only", HEADER + b"\n", []),
        ("a header without line end", HEADER, []),
        ("line ends of another kind behind the header", HEADER + b"\r\n" + ROW % b"m1" + b"\n", ["m1"]),
    ],
)
def test_what_is_unusual_but_sound_is_loaded(
    warehouse: Warehouse, tmp_path: Path, name: str, content: bytes, expected: list[str]
) -> None:
    assert _ids(warehouse, load_file(warehouse, _write(tmp_path, content)).delivery_id) == expected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (
            HEADER + b"\n" + ROW % b"a" + b"\n" + ROW % b"SECRET\0" + b"\n",
            f"line 3, {ID}: a NUL byte",
        ),
        (
            HEADER + b"\n" + ROW % b"SECRET\xed" + b"\n",
            f"line 2, {ID}: bytes that are not utf-8",
        ),
        (HEADER + b"\n" + ROW % b"a" + b"\n" + ROW % b"SECRET" + b"\r\n", "line 3: its line end is not LF"),
        (
            HEADER + b"\n" + ROW % b'"SECRET' + b"\n",
            f"line 2, {ID}: a quote that is never closed",
        ),
        (HEADER + b"\n" + ROW % (b'"' + LARGE + b'"') + b"\nSECRET|x\n", "line 3: 2 values instead of 5"),
        (HEADER + b"\n" + ROW % b'"a\nb"' + b"\nSECRET|x\n", "line 4: 2 values instead of 5"),
    ],
)
def test_what_is_broken_is_refused_with_its_line_and_column(
    warehouse: Warehouse, tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(P20WError) as caught:
        load_file(warehouse, _write(tmp_path, content))
    assert told in caught.value.message
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "hostile",
    [
        'x"; drop table raw.k12__status; --',
        "delivery_id",
        "row_number",
        "student_id_state",
        "school_year) from stdin; select pg_sleep(9) --",
        "%s",
        "{name}",
        "studentUniqueId\u200b",
        "\u0455tudentUniqueId",
        "a" * 5000,
    ],
)
def test_no_header_reaches_sql_but_those_of_the_layout(
    warehouse: Warehouse, tmp_path: Path, hostile: str
) -> None:
    before = warehouse.fetch_value("select count(*) from pg_attribute")
    spelled = '"' + hostile.replace('"', '""') + '"'
    header = "|".join([*NAMES, spelled]).encode()
    with pytest.raises(P20WError, match=r"header: .* is not a column of this file"):
        load_file(warehouse, _write(tmp_path, header + b"\n" + ROW % b"a" + b"|x\n"))
    instead = "|".join([NAMES[0], spelled, *NAMES[2:]]).encode()
    with pytest.raises(P20WError, match=r"header: .* is not a column of this file"):
        load_file(warehouse, _write(tmp_path, instead + b"\n" + ROW % b"a" + b"\n"))
    assert warehouse.fetch_value("select count(*) from pg_attribute") == before


def test_a_file_declared_as_ascii_holds_nothing_else(warehouse: Warehouse, tmp_path: Path) -> None:
    declared = {v: f.model_copy(update={"encoding": "ascii"}) for v, f in STATUS.versions.items()}
    layout = STATUS.model_copy(update={"versions": declared})
    from ingest.readers.delimited import DelimitedReader, MisreadLineError
    from ingest.readers.diagnosis import explain

    path = _write(tmp_path, HEADER + b"\n" + ROW % b"a" + b"\n" + ROW % "Ø".encode() + b"\n")
    reader = DelimitedReader(path, layout, "2019", "f")
    with pytest.raises(MisreadLineError):
        list(reader.chunks())
    fault = explain(reader)
    assert fault
    assert fault.message == "f, line 3, column student_id_state (studentUniqueId): bytes that are not ascii."
