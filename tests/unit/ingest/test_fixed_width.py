from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.catalogue import load_catalogue
from ingest.readers.fixed_width import FixedWidthReader
from warehouse.errors import P20WError

WAGE = load_catalogue().layouts["ui/wage"]
SPANS = {
    column.name: (place[0] - 1, place[1])
    for column in WAGE.columns
    if (place := column.position_in("2014")) is not None
}
LENGTH = 275


def record(kind: str = "S", **values: str) -> bytes:
    content = bytearray(kind.encode().ljust(LENGTH))
    for name, value in values.items():
        first, last = SPANS[name]
        content[first:last] = value.encode("latin-1").ljust(last - first)
    return bytes(content)


def trailer(count: int, total: int) -> bytes:
    content = bytearray(b"F".ljust(LENGTH))
    content[1:11], content[40:55] = b"%010d" % count, b"%015d" % total
    return bytes(content)


def wage_file(*records: bytes, total: int = 0, end: bytes = b"\n") -> bytes:
    return b"".join(line + end for line in (record("A"), *records, trailer(len(records), total)))


def _rows(tmp_path: Path, content: bytes) -> list[dict[str, bytes]]:
    path = tmp_path / "content"
    path.write_bytes(content)
    reader = FixedWidthReader(path, WAGE, "2014", "w.dat")
    text = b"".join(reader.chunks())
    return [dict(zip(reader.columns, _split(line), strict=True)) for line in _split(text, b"\n") if line]


def _split(text: bytes, at: bytes = b"\t") -> list[bytes]:
    """Split as COPY does: a backslash takes the special meaning off the next byte."""
    parts, current, is_escaped = [], bytearray(), False
    for byte in text:
        if is_escaped or (byte == 92):
            if is_escaped or at == b"\n":
                current.append(byte)
            is_escaped = not is_escaped
        elif byte == at[0]:
            parts.append(bytes(current))
            current = bytearray()
        else:
            current.append(byte)
    parts.append(bytes(current))
    return parts


def _error(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(P20WError) as caught:
        _rows(tmp_path, content)
    assert "SECRET" not in str(caught.value)
    return caught.value.message


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("has_last_end", [True, False])
def test_values_are_cut_at_their_positions_without_the_blanks_behind(
    tmp_path: Path, end: bytes, has_last_end: bool
) -> None:
    content = wage_file(
        record(ssn="123456789", last_name="DE LA CRUZ", total_gross_wages="00000001234500"),
        record(ssn="987654321", first_name="  X"),
        total=1234500,
        end=end,
    )
    first, second = _rows(tmp_path, content if has_last_end else content.removesuffix(end))
    assert (first["ssn"], first["last_name"], first["first_name"]) == (b"123456789", b"DE LA CRUZ", b"")
    assert first["total_gross_wages"] == b"12345.00"
    assert (second["first_name"], second["separation"]) == (b"  X", b"")


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "last_name": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
                "first_name": st.text("A\\\t '\"|,", max_size=12),
                "reporting_unit_id": st.text("\\\t\r", max_size=15),
            }
        ),
        max_size=30,
    )
)
@settings(deadline=None, max_examples=60)
def test_any_values_come_through(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    content = wage_file(*(record(**row) for row in rows))
    found = _rows(tmp_path_factory.mktemp("w"), content)
    assert len(found) == len(rows)
    for row, values in zip(found, rows, strict=True):
        assert {name: row[name] for name in values} == {n: v.rstrip(" ").encode() for n, v in values.items()}


def test_blocks_fit_together_wherever_the_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = wage_file(
        *(record(ssn=f"{number:09}", total_gross_wages=f"{number:014}") for number in range(40)),
        total=sum(range(40)),
    )
    for size in (1, 100, 276, 277, 1000, 5000):
        monkeypatch.setattr("ingest.readers.record_blocks._BLOCK", size)
        assert [int(row["ssn"]) for row in _rows(tmp_path, content)] == list(range(40))


@pytest.mark.parametrize("amount", ["00000000000099", "            99", "99            ", "+99           "])
def test_the_control_total_reads_every_usual_form_of_a_number(tmp_path: Path, amount: str) -> None:
    assert len(_rows(tmp_path, wage_file(record(total_gross_wages=amount), total=99))) == 1


def test_the_control_total_takes_adjustments_off_and_blanks_as_nothing(tmp_path: Path) -> None:
    records = [record(total_gross_wages=amount) for amount in ("-5", "", "00000000000007")]
    assert len(_rows(tmp_path, wage_file(*records, total=2))) == 3


def test_a_wrong_total_or_count_is_named_without_its_amounts(tmp_path: Path) -> None:
    content = wage_file(record(total_gross_wages="00000000000777"), total=778)
    assert _error(tmp_path, content) == (
        "w.dat: the control total of its trailer differs from the sum of total_gross_wages over its 1 records."
    )
    lines = wage_file(record(), record()).splitlines(keepends=True)
    assert "its trailer counts 2 records, but the file holds 1" in _error(
        tmp_path, b"".join(lines[:1] + lines[2:])
    )


def test_a_file_without_its_trailer_was_cut_off(tmp_path: Path) -> None:
    content = b"".join(wage_file(record(), record()).splitlines(keepends=True)[:-1])
    assert _error(tmp_path, content) == "w.dat ends with line 3, without its trailer record."


def test_a_record_behind_the_trailer_is_refused(tmp_path: Path) -> None:
    error = _error(tmp_path, wage_file(record()) + record() + b"\n")
    assert error == "w.dat, line 4: a record behind the trailer of line 3."


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (record(last_name="SECRET")[:-1], "w.dat, line 3 is 274 bytes long; a record has 275."),
        (record() + b"  ", "w.dat, line 3 is 277 bytes long; a record has 275."),
        (record()[:100] + b"\n" + record()[101:], "w.dat, line 3 is 100 bytes long"),
        (b"", "w.dat, line 3 is 0 bytes long"),
        (record("X", last_name="SECRET"), "w.dat, line 3 does not begin with the record type S."),
        (record(last_name="SECRET\0"), "w.dat, line 3, column last_name (positions 11-30): a NUL byte."),
        (
            record(first_name="JOS\xc9"),
            "w.dat, line 3, column first_name (positions 31-42): a byte that is not asc",
        ),
        (record() + b"\r", "w.dat, line 3 ends otherwise than the lines before it."),
    ],
)
def test_a_wrong_record_is_named_by_its_line(tmp_path: Path, line: bytes, message: str) -> None:
    content = b"".join(
        part + b"\n" for part in (record("A"), record(last_name="SECRET"), line, record(), trailer(3, 0))
    )
    assert message in _error(tmp_path, content)


def test_the_first_line_must_be_the_header_record(tmp_path: Path) -> None:
    assert "line 1 is not a header record (A)" in _error(tmp_path, record() + b"\n" + trailer(1, 0) + b"\n")


def test_an_empty_file_is_named_as_such(tmp_path: Path) -> None:
    assert _error(tmp_path, b"") == "w.dat is empty."


def test_a_file_with_header_and_trailer_alone_holds_no_row(tmp_path: Path) -> None:
    assert _rows(tmp_path, wage_file()) == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("00000000123456", "1234.56"),
        ("        123456", "1234.56"),
        ("123456        ", "1234.56"),
        ("00000000000005", "0.05"),
        ("             5", "0.05"),
        ("00000000000000", "0.00"),
        ("99999999999999", "999999999999.99"),
        ("              ", ""),
        ("-0000000012345", "-123.45"),
        ("           -5 ", "-0.05"),
        ("+7", "0.07"),
        ("1234.56", "1234.56"),
        ("12A4", "12A4"),
        ("12 34", "12 34"),
    ],
)
def test_an_amount_gets_the_point_that_its_form_leaves_out(tmp_path: Path, sent: str, read: str) -> None:
    amounts = [sent, "00000000000100", sent]
    rows = _rows(tmp_path, b"".join(wage_file(*(record(total_ui_wages=a) for a in amounts)).splitlines(True)))
    assert [row["total_ui_wages"].decode().lstrip() for row in rows] == [read, "1.00", read]


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from("<>0")), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_every_amount_comes_through(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[tuple[int, str]]
) -> None:
    written = [f"{cents:014}" if how == "0" else f"{cents:{how}14}" for cents, how in amounts]
    content = wage_file(*(record(total_ui_wages=amount) for amount in written))
    rows = _rows(tmp_path_factory.mktemp("w"), content)
    assert [row["total_ui_wages"].decode() for row in rows] == [
        f"{cents // 100}.{cents % 100:02}" for cents, _ in amounts
    ]


def test_records_that_hold_no_rows_are_passed_over_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    lines = [
        record("A"),
        record("B"),
        record("E"),
        record(ssn="1"),
        record("T"),
        record("E"),
        record(ssn="2"),
    ]
    content = b"".join(line + b"\n" for line in [*lines, record("T"), trailer(2, 0)])
    assert [row["ssn"] for row in _rows(tmp_path, content)] == [b"1", b"2"]
    wrong = b"".join(line + b"\n" for line in [*lines, record(last_name="SECRET\0"), trailer(3, 0)])
    assert "w.dat, line 8, column last_name" in _error(tmp_path, wrong)


def _seen(tmp_path: Path, *records: bytes) -> tuple[bool, set[str]]:
    path = tmp_path / "seen"
    path.write_bytes(wage_file(*records))
    reader = FixedWidthReader(path, WAGE, "2014", "w.dat")
    reader._total.column = None
    assert len(b"".join(reader.chunks()).splitlines()) == len(records)
    return reader.is_trimmed, set(reader.plain_numbers)


NUMBERS = {"total_gross_wages", "total_ui_wages", "weeks_worked", "hours_worked"}


@pytest.mark.parametrize(
    ("values", "is_trimmed", "not_plain"),
    [
        ({}, True, set()),
        ({"total_gross_wages": "            99", "weeks_worked": "07"}, True, set()),
        ({"last_name": "DE LA CRUZ", "first_name": "A\\B"}, True, set()),
        ({"first_name": " X"}, False, set()),
        ({"weeks_worked": " 7"}, False, {"weeks_worked"}),
        ({"hours_worked": "7"}, True, set()),
        ({"hours_worked": "+7"}, True, {"hours_worked"}),
        ({"hours_worked": "7.5"}, True, {"hours_worked"}),
        ({"total_ui_wages": "-5"}, True, {"total_ui_wages"}),
        ({"total_ui_wages": "1234.56"}, True, {"total_ui_wages"}),
        ({"total_gross_wages": "          12A4"}, False, {"total_gross_wages"}),
    ],
)
def test_what_the_values_are_like_is_seen_while_they_are_cut(
    tmp_path: Path, values: dict[str, str], is_trimmed: bool, not_plain: set[str]
) -> None:
    usual = {"ssn": "123456789", "last_name": "ZWEI", "total_gross_wages": "00000000000100"}
    for records in ((usual, usual | values), (values, usual), (values, {})):
        found = _seen(tmp_path, *(record(**each) for each in records))
        assert found == (is_trimmed, NUMBERS - not_plain)
