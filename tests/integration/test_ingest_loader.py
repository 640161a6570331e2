import gzip
from pathlib import Path

import pytest

from ingest.catalogue import load_catalogue
from ingest.deliveries import count_by_status, list_deliveries, list_events
from ingest.loader import LoadResult, load_file
from warehouse.connection import Warehouse
from warehouse.deliveries import find_delivery
from warehouse.errors import P20WError

STATUS = load_catalogue().layouts["k12/status"]
OLD = ",".join(column.headers_for("2015")[0] for column in STATUS.columns)
NEW = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path


def _load(
    warehouse: Warehouse, folder: Path, name: str, content: str | bytes, encoding: str = "utf-8"
) -> LoadResult:
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return load_file(warehouse, path)


def _rows(warehouse: Warehouse, delivery_id: int | None) -> list[tuple[object, ...]]:
    names = ", ".join(column.name for column in STATUS.columns)
    return warehouse.fetch_all(
        f"select row_number, {names} from raw.k12__status where delivery_id = %s order by row_number",
        (delivery_id,),
    )


def _state_of(warehouse: Warehouse) -> tuple[object, ...]:
    """Everything that a refused file must leave as it was, the record of its refusal apart."""
    archived = sorted(path.name for path in warehouse.home.archive.rglob("*") if path.is_file())
    return (
        warehouse.fetch_all("select * from control.delivery order by delivery_id"),
        warehouse.fetch_all(
            "select relname from pg_class where relnamespace = 'raw'::regnamespace order by 1"
        ),
        warehouse.fetch_value("select count(*) from raw.k12__status"),
        archived,
    )


def test_rows_arrive_verbatim_with_their_numbers(warehouse: Warehouse, incoming: Path) -> None:
    content = f'{OLD}\r\n2016, 7 ,"a ""b""\nc",,""\r\n2016,8,É,01/02/2016,'
    result = _load(warehouse, incoming, "k12__status__north__2016.csv", content, "windows-1252")
    assert (result.outcome, result.row_count, result.sequence) == ("loaded", 2, 1)
    assert _rows(warehouse, result.delivery_id) == [
        (1, "2016", " 7 ", 'a "b"\nc', None, ""),
        (2, "2016", "8", "É", "01/02/2016", None),
    ]


def test_rows_before_and_behind_the_first_quote_come_alike(warehouse: Warehouse, incoming: Path) -> None:
    plain = [f"2018,{number},x y,,\n" for number in range(40_000)]
    quoted = ['2018,q,"a, ""b""\nc",,""\n', "2018,\\,\\N,,\n", *plain[:10]]
    content = OLD + "\n" + "".join(plain + quoted)
    result = _load(warehouse, incoming, "k12__status__south__2018.csv", content)
    found = _rows(warehouse, result.delivery_id)
    assert [row[0] for row in found] == list(range(1, 40_013))
    assert result.row_count == 40_012
    assert found[39_999] == (40_000, "2018", "39999", "x y", None, None)
    assert found[40_000][1:] == ("2018", "q", 'a, "b"\nc', None, "")
    assert found[40_001][1:] == ("2018", "\\", "\\N", None, None)
    assert found[40_011][1:] == ("2018", "9", "x y", None, None)


def test_a_delivery_is_recorded_and_its_file_archived(warehouse: Warehouse, incoming: Path) -> None:
    content = f"\ufeff{NEW}\n2020|1|x|2019-09-01|\n"
    result = _load(warehouse, incoming, "k12__status__south__2020.txt", content)
    assert result.delivery_id is not None
    delivery = find_delivery(warehouse, result.delivery_id)
    assert (delivery.layout, delivery.submitter, delivery.period) == ("k12/status", "south", "2020")
    assert (delivery.layout_version, delivery.status, delivery.row_count) == ("2019", "loaded", 1)
    assert delivery.byte_count == result.byte_count == len(content.encode())
    archived = warehouse.home.archive / "sha256" / delivery.sha256[:2] / delivery.sha256[2:]
    assert archived.read_bytes() == content.encode()
    (event,) = list_events(warehouse, delivery_id=result.delivery_id)
    assert (event.event, event.detail) == ("loaded", "k12__status__south__2020.txt")


def test_the_same_bytes_a_second_time_change_nothing_but_are_noted(
    warehouse: Warehouse, incoming: Path
) -> None:
    content = f"{NEW}\n2021|1|x|2020-09-01|\n"
    first = _load(warehouse, incoming, "k12__status__south__2021.txt", content)
    before = _state_of(warehouse)
    second = _load(warehouse, incoming, "k12__status__south__2021__2.txt", content)
    assert (second.outcome, second.delivery_id, second.sequence) == ("duplicate", first.delivery_id, 1)
    assert _state_of(warehouse) == before
    assert [e.event for e in list_events(warehouse, delivery_id=first.delivery_id)] == ["duplicate", "loaded"]


def test_a_corrected_file_is_the_next_delivery_of_its_period(warehouse: Warehouse, incoming: Path) -> None:
    name = "k12__status__north__2022.txt"
    sequences = [
        _load(warehouse, incoming, name, f"{NEW}\n2022|{student}|x|2021-09-01|\n").sequence
        for student in "123"
    ]
    assert sequences == [1, 2, 3]
    assert len(list_deliveries(warehouse, layout="k12/status", submitter="north", period="2022")) == 3
    with pytest.raises(P20WError, match="sequence 2 of k12/status, north, 2022 is already loaded") as caught:
        _load(warehouse, incoming, "k12__status__north__2022__2.txt", f"{NEW}\n2022|4|x|2021-09-01|\n")
    assert "--sequence 4" in caught.value.hint


def test_a_file_with_a_header_alone_is_a_delivery_without_rows(warehouse: Warehouse, incoming: Path) -> None:
    result = _load(warehouse, incoming, "k12__status__north__2023.txt", NEW + "\n")
    assert (result.outcome, result.row_count) == ("loaded", 0)
    assert _rows(warehouse, result.delivery_id) == []


def test_a_compressed_file_is_unpacked_on_the_way(warehouse: Warehouse, incoming: Path) -> None:
    content = gzip.compress(f"{NEW}\n".encode() + b"2024|1|x|2023-09-01|\n" * 50_000)
    result = _load(warehouse, incoming, "k12__status__north__2024.txt.gz", content)
    assert (result.row_count, result.byte_count) == (50_000, len(content))


def test_optional_columns_may_be_missing_and_columns_may_change_places(
    warehouse: Warehouse, incoming: Path
) -> None:
    required = [column for column in STATUS.columns if column.required]
    names = "|".join(column.headers_for("2019")[0] for column in reversed(required))
    values = "|".join(column.name for column in reversed(required))
    result = _load(warehouse, incoming, "k12__status__south__2022.txt", f"{names}\n{values}\n")
    expected = [column.name if column.required else None for column in STATUS.columns]
    assert _rows(warehouse, result.delivery_id) == [(1, *expected)]


def test_nothing_that_only_the_loading_needed_is_left(warehouse: Warehouse, incoming: Path) -> None:
    result = _load(warehouse, incoming, "k12__status__south__2023.txt", f"{NEW}\n2023|1|x|2022-09-01|\n")
    partition = f"raw.k12__status__d{result.delivery_id}"
    assert warehouse.fetch_value("select relispartition from pg_class where oid = %s::regclass", (partition,))
    # Raw tables are the loader's, whoever has loaded.
    owners = warehouse.fetch_all(
        "select distinct relowner::regrole::text from pg_class where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p')"
    )
    assert owners == [("p20w_loader",)]
    leftovers = """
        select count(*) from pg_attribute where attrelid = %(t)s::regclass and (atthasdef or attidentity <> '')
        union all select count(*) from pg_constraint where conrelid = %(t)s::regclass and contype = 'c'
        union all select count(*) from pg_class where relkind = 'S' and relnamespace = 'raw'::regnamespace
    """
    assert warehouse.fetch_all(leftovers, {"t": partition}) == [(0,), (0,), (0,)]


GOOD = "2017,1,x,09/01/2016,\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (GOOD + "2017,1,SECRET\n", "line 3: 3 values instead of 5"),
        (GOOD + "2017,1,SECRET,09/01/2016,,\n", "line 3: 6 values instead of 5"),
        (GOOD + '2017,1,"SECRET,09/01/2016,\n' + GOOD, "line 3, column status_type"),
        (GOOD + "2017,1,SEC\0RET,09/01/2016,\n", "line 3, column status_type"),
        (GOOD.encode() + b"2017,1,SECRET\x81,09/01/2016,\n", "line 3, column status_type"),
        (GOOD * 30_000 + "2017,1,SECRET\n" + GOOD * 30_000, "line 30002: 3 values"),
        (GOOD * 30_000 + '2017,1,"x",,\n' + GOOD + "2017,1,SECRET\n", "line 30004: 3 values"),
        (GOOD + "\\.\n" + GOOD, "line 3: only a backslash and a period"),
        (GOOD + "\\.", "line 3: only a backslash and a period"),
        (GOOD + "2017,1,SECRET,09/01/2016,\r\n", "line 3: its line end is not LF"),
    ],
)
def test_a_malformed_row_is_named_and_nothing_of_its_file_stays(
    warehouse: Warehouse, incoming: Path, data: str | bytes, message: str
) -> None:
    content = f"{OLD}\n".encode() + (data.encode() if isinstance(data, str) else data)
    before = _state_of(warehouse)
    with pytest.raises(P20WError) as caught:
        _load(warehouse, incoming, "k12__status__north__2017.csv", content)
    assert message in caught.value.message and caught.value.message.startswith(
        "k12__status__north__2017.csv, "
    )
    assert "SECRET" not in str(caught.value)
    assert _state_of(warehouse) == before
    last = list_events(warehouse, limit=1)[0]
    assert (last.delivery_id, last.event, last.detail) == (
        None,
        "failed",
        f"k12/status: {caught.value.message}",
    )


def test_bytes_that_are_not_utf8_are_named(warehouse: Warehouse, incoming: Path) -> None:
    with pytest.raises(P20WError, match=r"line 2, column status_type \(.*\): bytes that are not utf-8\."):
        _load(
            warehouse,
            incoming,
            "k12__status__north__2021.txt",
            f"{NEW}\n".encode() + b"2021|1|\xe9|2020-09-01|\n",
        )


def test_the_same_failure_is_told_once(warehouse: Warehouse, incoming: Path) -> None:
    for _ in range(2):
        with pytest.raises(P20WError):
            _load(warehouse, incoming, "k12__status__south__2018.csv", OLD + "\n1\n")
    details = [event.detail or "" for event in list_events(warehouse) if event.event == "failed"]
    assert sum("k12__status__south__2018.csv" in detail for detail in details) == 1


def test_deliveries_are_counted_by_layout_and_status(warehouse: Warehouse) -> None:
    (count,) = count_by_status(warehouse)
    assert (count.layout, count.status) == ("k12/status", "loaded")
    assert count.delivery_count == len(list_deliveries(warehouse))
    assert count.row_count == warehouse.fetch_value("select count(*) from raw.k12__status")


def test_an_unknown_delivery_is_answered_with_the_list(warehouse: Warehouse) -> None:
    with pytest.raises(P20WError, match=r"There is no delivery 0\."):
        find_delivery(warehouse, 0)
