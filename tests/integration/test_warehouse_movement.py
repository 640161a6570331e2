import datetime
import decimal

import pyarrow as pa
import pytest
from psycopg import sql

from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.movement import copy_arrow, copy_stream

NASTY = [
    'a "quoted" word',
    "back\\slash",
    "comma, and\nnewline",
    "",
    None,
    "NULL",
    "{braces}",
    "Zoë \U0001f600",
]


@pytest.fixture(scope="module", autouse=True)
def _table(warehouse: Warehouse) -> None:
    warehouse.execute(
        "create table marts.moved (id int, label text, names text[], at timestamptz, day date, share float8, "
        "usd numeric, yes boolean, key uuid, code text)"
    )


def _table_of(labels: list[str | None]) -> pa.Table:
    count = len(labels)
    return pa.table(
        {
            "id": pa.array(range(count), pa.int32()),
            "label": pa.array(labels, pa.string()),
            "names": pa.array([labels if row % 2 else None for row in range(count)], pa.list_(pa.string())),
            "at": pa.array(
                [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)] * count, pa.timestamp("us", "UTC")
            ),
            "day": pa.array([datetime.date(2024, 2, 29)] * count),
            "share": pa.array([0.1 + 0.2] * count),
            "usd": pa.array([decimal.Decimal("12.30")] * count),
            "yes": pa.array([True] * count),
            "key": pa.array(["7d444840-9dc0-11d1-b245-5ffdce74fad2"] * count),
            "code": pa.array(["x"] * count).dictionary_encode(),
        }
    )


def test_every_value_arrives_as_it_left_with_null_apart_from_empty(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        assert copy_arrow(connection, _table_of(NASTY), "marts", "moved") == len(NASTY)
    rows = warehouse.fetch_all("select label, names, share, usd, day, yes, code from marts.moved order by id")
    assert [row[0] for row in rows] == NASTY
    assert rows[1][1] == NASTY
    assert rows[0][1] is None
    assert rows[0][2:] == (0.1 + 0.2, decimal.Decimal("12.30"), datetime.date(2024, 2, 29), True, "x")


def test_an_empty_list_and_an_empty_table_are_no_special_case(warehouse: Warehouse) -> None:
    table = pa.table({"id": pa.array([77]), "names": pa.array([[]], pa.list_(pa.string()))})
    with warehouse.connect() as connection:
        assert copy_arrow(connection, table, "marts", "moved") == 1
        assert copy_arrow(connection, table.slice(1), "marts", "moved") == 0
    assert warehouse.fetch_value("select names from marts.moved where id = 77") == []


def test_a_sliced_table_moves_its_own_rows_only(warehouse: Warehouse) -> None:
    warehouse.execute("truncate marts.moved")
    with warehouse.connect() as connection:
        copy_arrow(connection, _table_of(NASTY).slice(3, 3), "marts", "moved")
    assert warehouse.fetch_all("select id, names from marts.moved order by id") == [
        (3, NASTY),
        (4, None),
        (5, NASTY),
    ]


def test_copying_belongs_to_the_transaction_of_the_caller(warehouse: Warehouse) -> None:
    warehouse.execute("truncate marts.moved")
    with pytest.raises(ZeroDivisionError), warehouse.connect() as connection:
        copy_arrow(connection, _table_of(NASTY), "marts", "moved")
        raise ZeroDivisionError
    assert warehouse.fetch_value("select count(*) from marts.moved") == 0


def test_a_failure_of_the_source_keeps_its_own_words_and_leaves_nothing(warehouse: Warehouse) -> None:
    def chunks() -> object:
        yield b"1\n"
        raise P20WError("The file ends early.")

    statement = sql.SQL("copy marts.moved (id) from stdin")
    with pytest.raises(P20WError, match="ends early"), warehouse.connect() as connection:
        copy_stream(connection, chunks(), statement)  # type: ignore[arg-type]
    assert warehouse.fetch_value("select count(*) from marts.moved") == 0


def test_a_column_that_copy_cannot_carry_is_named(warehouse: Warehouse) -> None:
    table = pa.table({"label": [{"a": 1}]})
    with pytest.raises(P20WError, match="Column label"), warehouse.connect() as connection:
        copy_arrow(connection, table, "marts", "moved")
