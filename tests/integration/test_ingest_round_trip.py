import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.catalogue import Layout, load_catalogue
from ingest.loader import load_file
from tests.unit.ingest.test_fixed_width import SPANS, record, trailer
from warehouse.connection import Warehouse

LAYOUTS = load_catalogue().layouts
SCHOOL, WAGE = LAYOUTS["k12/school"], LAYOUTS["ui/wage"]
NUMBERS = itertools.count(1)
SETTINGS = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Any text that UTF-8 and PostgreSQL can hold; a line of a backslash and a period cannot be delivered.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).filter(
    lambda text: "\\." not in text
)
windows_texts = st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=12).filter(
    lambda text: "\\." not in text
)


def _tables(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    return st.lists(st.tuples(*[values] * len(SCHOOL.columns)), max_size=20)


def _delivered(warehouse: Warehouse, layout: Layout, delivery_id: int | None) -> list[tuple[str, ...]]:
    names = ", ".join(f"coalesce({column.name}, '')" for column in layout.columns)
    return warehouse.fetch_all(
        f"select {names} from raw.{layout.table} where delivery_id = %s order by row_number", (delivery_id,)
    )


def _write(path: Path, rows: list[tuple[str, ...]], version: str, line_end: str, quoted: str) -> Path:
    """Write a file in which the values that hold one of these characters are quoted, and those that must be."""
    declared = SCHOOL.versions[version]
    delimiter = declared.delimiter or ","
    # A row of its own for each file: the same bytes twice would be a duplicate.
    own = (f"file {next(NUMBERS)}", *[""] * (len(SCHOOL.columns) - 1))
    lines = [tuple(column.headers_for(version)[0] for column in SCHOOL.columns), *rows, own]

    def spelled(value: str) -> str:
        needs_quotes = any(character in value for character in delimiter + '"\r\n' + quoted)
        return '"' + value.replace('"', '""') + '"' if needs_quotes else value

    text = "".join(delimiter.join(map(spelled, line)) + line_end for line in lines)
    path.write_bytes(text.encode(declared.encoding))
    return path


@given(_tables(texts), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "abcdef 0123"]))
@SETTINGS
def test_any_table_comes_back_equal_from_utf8(
    warehouse: Warehouse, tmp_path: Path, rows: list[tuple[str, ...]], line_end: str, quoted: str
) -> None:
    path = _write(tmp_path / "k12__school__north__2020.txt", rows, "2019", line_end, quoted)
    assert _delivered(warehouse, SCHOOL, load_file(warehouse, path).delivery_id)[:-1] == rows


@given(_tables(windows_texts), st.sampled_from(["\n", "\r\n"]))
@SETTINGS
def test_any_table_comes_back_equal_from_windows_1252(
    warehouse: Warehouse, tmp_path: Path, rows: list[tuple[str, ...]], line_end: str
) -> None:
    path = _write(tmp_path / "k12__school__north__2016.csv", rows, "2015", line_end, "")
    assert _delivered(warehouse, SCHOOL, load_file(warehouse, path).delivery_id)[:-1] == rows


fields = {
    column.name: st.text(
        st.characters(min_codepoint=1, max_codepoint=126, exclude_characters="\n\r"),
        max_size=SPANS[column.name][1] - SPANS[column.name][0],
    )
    for column in WAGE.columns_in("2014")
    if column.type != "decimal"
}


@given(st.lists(st.fixed_dictionaries(fields), max_size=20), st.sampled_from([b"\n", b"\r\n"]))
@SETTINGS
def test_any_records_come_back_equal_but_for_the_blanks_behind(
    warehouse: Warehouse, tmp_path: Path, rows: list[dict[str, str]], end: bytes
) -> None:
    rows = [*rows, {"last_name": f"file {next(NUMBERS)}"}]
    path = tmp_path / "ui__wage__ui_agency__2016Q1.dat"
    path.write_bytes(
        b"".join(
            line + end for line in (record("A"), *(record(**row) for row in rows), trailer(len(rows), 0))
        )
    )
    expected = [tuple(row.get(column.name, "").rstrip(" ") for column in WAGE.columns) for row in rows]
    assert _delivered(warehouse, WAGE, load_file(warehouse, path).delivery_id) == expected


@pytest.mark.parametrize("row_count", [1, 200_000])
def test_row_numbers_count_the_data_rows_from_one(
    warehouse: Warehouse, tmp_path: Path, row_count: int
) -> None:
    header = "|".join(column.headers_for("2019")[0] for column in SCHOOL.columns)
    blank = "|" * (len(SCHOOL.columns) - 1)
    path = tmp_path / "k12__school__south__2020.txt"
    path.write_text(header + "\n" + "".join(f"{number}{blank}\n" for number in range(1, row_count + 1)))
    found = warehouse.fetch_all(
        f"select count(*), min(row_number), max(row_number), bool_and({SCHOOL.columns[0].name} = row_number::text)"
        " from raw.k12__school where delivery_id = %s",
        (load_file(warehouse, path).delivery_id,),
    )
    assert found == [(row_count, 1, row_count, True)]
