"""Whatever bytes a file holds, it becomes a whole delivery or nothing, and what is wrong is told in a sentence."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.catalogue import load_catalogue
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from ingest.synthetic import write_state
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import DEMO_STATE, State, load_state

STATE = load_state(DEMO_STATE)
NAMES = {
    "delimited": "k12__status__north__2020.txt",
    "commas": "postsecondary__award__higher_ed__2019SP.csv",
    "quoted": "nsc__detail__clearinghouse__2018.csv",
    "fixed width": "ui__wage__ui_agency__2018Q1.dat",
    "delimited records": "ui__wage__ui_agency__2018Q2.txt",
}
RECORDS = b"H|2018Q2\n" + b"".join(
    b'D|1234500%02d|"LEE"|ANA||0042||1.00|||SY|062018\n' % number for number in range(60)
)
# What breaks readers: quotes, delimiters, ends of lines and of files, wide characters, bytes that are no text.
NASTY = [
    b"",
    b'"',
    b'""',
    b"|",
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\\.",
    b"\\N",
    b"\\",
    b"\x00",
    b"\x1a",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
]
NASTY += [
    b"\xed\xa0\x80",
    b"\xc3",
    "é".encode(),
    "\U0001f600".encode(),
    b"=1+1",
    b"'",
    b"\t",
    b" ",
    b"S",
    b"F",
    b"A",
    b"x" * 70_000,
]
SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.fixture(scope="module")
def originals(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("state")
    write_state(root, learners=150, seed=11)
    sync_catalogue(warehouse, STATE)
    (root / "incoming" / "ui_agency" / NAMES["delimited records"]).write_bytes(RECORDS + b"T|60|60.00\n")
    found = {kind: next((root / "incoming").glob(f"*/{name}")).read_bytes() for kind, name in NAMES.items()}
    assert all(found.values())
    return found


edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(NASTY), st.binary(max_size=20))),
    min_size=1,
    max_size=4,
)


def edited(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Replace some bytes at some places of the content by others."""
    for place, length, insertion in changes:
        start = int(place * len(content))
        content = content[:start] + insertion + content[start + length :]
    return content


def tables_of_deliveries(warehouse: Warehouse) -> tuple[object, object]:
    """Raw partitions, and the deliveries that should have one."""
    partitions = warehouse.fetch_value("select count(*) from pg_inherits as i join pg_class as c on c.oid = i.inhrelid"
                                       " where c.relnamespace = 'raw'::regnamespace")  # fmt: skip
    return partitions, warehouse.fetch_value("select count(*) from control.delivery")


def deliver(warehouse: Warehouse, path: Path, state: State = STATE) -> None:
    """Load a file and check what is promised whatever it holds."""
    before = tables_of_deliveries(warehouse)
    try:
        result = load_file(warehouse, path, state=state)
    except P20WError as error:
        assert path.name in str(error)
        assert len(str(error)) < 1000
        assert tables_of_deliveries(warehouse) == before
        return
    assert len(set(tables_of_deliveries(warehouse))) == 1
    if result.outcome == "loaded":
        assert result.delivery_id is not None
        table = load_catalogue().layout(result.layout).table
        assert result.row_count == warehouse.fetch_value(
            f"select count(*) from raw.{table} where delivery_id = %s", (result.delivery_id,)
        )


@pytest.mark.parametrize("kind", NAMES)
@SETTINGS
@given(changes=edits)
@example(changes=[(0.0, 10_000_000, b"")])
@example(changes=[(0.5, 10_000_000, b"")])
@example(changes=[(1.0, 0, b"\x1a")])
@example(changes=[(0.0, 0, b"\xef\xbb\xbf")])
@example(changes=[(0.0, 0, b"\xff\xfe")])
def test_edited_files_are_whole_deliveries_or_nothing(
    warehouse: Warehouse,
    originals: dict[str, bytes],
    tmp_path: Path,
    kind: str,
    changes: list[tuple[float, int, bytes]],
) -> None:
    path = tmp_path / NAMES[kind]
    path.write_bytes(edited(originals[kind], changes))
    deliver(warehouse, path)


@SETTINGS
@given(changes=edits)
def test_edited_compressed_files_are_whole_deliveries_or_nothing(
    warehouse: Warehouse, originals: dict[str, bytes], tmp_path: Path, changes: list[tuple[float, int, bytes]]
) -> None:
    path = tmp_path / (NAMES["delimited"] + ".gz")
    path.write_bytes(edited(gzip.compress(originals["delimited"], mtime=0), changes))
    deliver(warehouse, path)


@SETTINGS
@given(content=st.binary(max_size=400))
def test_arbitrary_bytes_are_whole_deliveries_or_nothing(
    warehouse: Warehouse, originals: dict[str, bytes], tmp_path: Path, content: bytes
) -> None:
    for name in NAMES.values():
        path = tmp_path / name
        path.write_bytes(content)
        deliver(warehouse, path)
