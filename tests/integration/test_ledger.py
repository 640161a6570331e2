"""The access, disclosure and override logs: rows are only ever added, and whoever changes one is found out."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import LOGS, Entry, accessed, disclosed, overridden, read, record, record_in
from warehouse.ledger_check import anchors_of, check

pytestmark = pytest.mark.slow
TABLES = [f"control.{log}_log" for log in LOGS]


@pytest.fixture(scope="module", autouse=True)
def written(warehouse: Warehouse) -> None:
    """Five entries in each log."""
    for number in range(5):
        record(warehouse, accessed("connection given out", f"role {number}", actor="somebody"))
        record(
            warehouse,
            disclosed("extract made", f"extract {number}", recipient="a university", interest="a study"),
        )
        record(warehouse, overridden("held delivery accepted", f"delivery {number}", reason="agreed"))


def faults(warehouse: Warehouse) -> dict[str, tuple[str, ...]]:
    return {chain.log: chain.faults for chain in check(warehouse) if chain.faults}


def test_entries_are_numbered_dated_and_read_in_their_order(warehouse: Warehouse) -> None:
    entries = read(warehouse, "access")
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.subject for entry in entries[:2]] == ["role 0", "role 1"]
    assert entries == sorted(entries, key=lambda entry: entry.at)
    assert [entry.position for entry in read(warehouse, "access", newest=2)] == [
        entry.position for entry in entries[-2:]
    ]
    assert faults(warehouse) == {}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["update {} set actor = 'nobody'", "delete from {}", "truncate {}", "delete from {} where false"],
)
def test_no_row_can_be_changed_or_removed(warehouse: Warehouse, table: str, statement: str) -> None:
    with pytest.raises(P20WError, match="only ever added"):
        warehouse.execute(statement.format(table))
    with pytest.raises(P20WError, match="only ever added"), warehouse.connect() as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(statement.format(table).encode())


def test_a_writer_cannot_choose_number_time_login_or_seal(warehouse: Warehouse) -> None:
    last = read(warehouse, "access")[-1]
    warehouse.execute(
        "insert into control.access_log (position, at, login, actor, action, subject, previous_hash, hash)"
        " values (900, '2001-01-01', 'another', 'somebody', 'a', 'b', 'c', 'd')"
    )
    new = read(warehouse, "access")[-1]
    assert new.position == last.position + 1
    assert new.at > last.at
    assert new.login == warehouse.settings()["user"]
    assert faults(warehouse) == {}


def test_writers_at_the_same_time_make_one_chain(warehouse: Warehouse) -> None:
    before = len(read(warehouse, "override"))
    entries = [overridden("gate passed", f"rule {number}", reason="agreed") for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        positions = sorted(pool.map(lambda entry: record(warehouse, entry), entries))
    assert positions == list(range(before + 1, before + 41))
    assert faults(warehouse) == {}


def test_an_entry_is_there_only_if_its_transaction_commits(warehouse: Warehouse) -> None:
    before = len(read(warehouse, "disclosure"))
    entry = disclosed("extract made", "extract 9", recipient="a university", interest="a study")
    with pytest.raises(P20WError, match="division"), warehouse.connect() as connection:
        record_in(connection, entry)
        connection.execute("select 1 / 0")
    assert len(read(warehouse, "disclosure")) == before
    with warehouse.connect() as connection:
        record_in(connection, entry)
    assert len(read(warehouse, "disclosure")) == before + 1
    assert faults(warehouse) == {}


def test_a_transaction_that_sees_an_old_snapshot_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(P20WError), warehouse.connect() as connection:
        connection.execute("set transaction isolation level repeatable read")
        record_in(connection, accessed("a", "b"))


@pytest.mark.parametrize(
    "entry",
    [
        disclosed("extract made", "extract", recipient=" ", interest="a study"),
        disclosed("extract made", "extract", recipient="a university", interest=""),
        overridden("gate passed", "rule", reason=" "),
        Entry("disclosure", "extract made", "extract", "somebody"),
        Entry("override", "gate passed", "rule", "somebody"),
        Entry("access", "connection given out", "role", " "),
    ],
)
def test_what_the_law_asks_of_an_entry_cannot_be_left_out(warehouse: Warehouse, entry: Entry) -> None:
    with pytest.raises(P20WError):
        record(warehouse, entry)


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("update {} set subject = 'another' where position = 3", "entry 3 "),
        ("update {} set at = at + interval '1 second' where position = 3", "entry 3 "),
        ("""update {} set detail = detail || '{{"more": 1}}' where position = 3""", "entry 3 "),
        ("delete from {} where position = 3", "entry 4 "),
        ("delete from {} where position = 1", "entry 2 "),
        ("delete from {} where position = (select max(position) from {})", "was noted"),
        ("delete from {}", "was noted"),
        ("drop trigger keep on {}", "triggers"),
        ("alter table {} disable trigger seal", "triggers"),
    ],
)
@pytest.mark.parametrize("log", LOGS)
def test_a_superuser_s_tampering_is_found(warehouse: Warehouse, log: str, tampering: str, found: str) -> None:
    table = f"control.{log}_log"
    statement = tampering.format(*[table] * 2)
    warehouse.execute(f"create table if not exists public.kept_{log} as table {table}")
    try:
        with warehouse.connect() as connection:
            if "trigger" not in statement:
                connection.execute(f"alter table {table} disable trigger keep".encode())
            connection.execute(statement.encode())
            if "trigger" not in statement:
                connection.execute(f"alter table {table} enable always trigger keep".encode())
        assert any(found in fault for fault in faults(warehouse)[log])  # type: ignore[index]
    finally:
        _put_back(warehouse, log)
    assert faults(warehouse) == {}


def test_a_log_that_was_written_anew_from_an_early_entry_on_is_found(warehouse: Warehouse) -> None:
    warehouse.execute("create table public.kept_access as table control.access_log")
    try:
        warehouse.execute("alter table control.access_log disable trigger keep")
        warehouse.execute("delete from control.access_log where position > 2")
        warehouse.execute("alter table control.access_log enable always trigger keep")
        for number in range(20):
            warehouse.execute(
                "insert into control.access_log (actor, action, subject) values ('a', 'b', %s)", [str(number)]
            )
        (fault,) = faults(warehouse)["access"]
        assert fault.startswith("entry 3 is not the one that was noted")
        assert str(anchors_of(warehouse)) in fault
    finally:
        _put_back(warehouse, "access")
    assert faults(warehouse) == {}


def _put_back(warehouse: Warehouse, log: str) -> None:
    table = f"control.{log}_log"
    with warehouse.connect() as connection:
        for statement in (
            "drop trigger if exists keep on {0}",
            "create trigger keep before update or delete or truncate on {0}"
            " for each statement execute function control.refuse_log_change()",
            "alter table {0} disable trigger all",
            "delete from {0}",
            "insert into {0} table public.kept_" + log,
            "alter table {0} enable always trigger seal",
            "alter table {0} enable always trigger keep",
            "drop table public.kept_" + log,
        ):
            connection.execute(statement.format(table).encode())
