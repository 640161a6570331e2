"""Destruction: everywhere, for good, finished after a kill, and certified only when nothing is left."""

import datetime
from pathlib import Path

import pytest

from ingest.archive import Archive
from ingest.catalogue import load_catalogue
from ingest.landing import load_pending
from ingest.loader import load_file
from ingest.sync import sync_catalogue
from orchestration.retention import destroy_due, due_lines, list_lines, plan_lines
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.ledger import read
from warehouse.state import State, load_state
from warehouse.state_sections.safeguards import Retention

pytestmark = pytest.mark.slow

TODAY = datetime.date(2026, 7, 1)
STATUS = load_catalogue().layouts["k12/status"]
HEADER = "|".join(column.headers_for("2019")[0] for column in STATUS.columns)
# Learner 1 is in the old file only, learner 2 in both.
ROWS = {"2019": ["1", "2"], "2022": ["2"]}


@pytest.fixture
def state() -> State:
    """The synthetic state, where such files are kept for five years."""
    rule = Retention(rule="STATUSES", layouts=["k12/status"], keep_years=5)
    return load_state().model_copy(update={"retention": [rule]})


@pytest.fixture
def loaded(warehouse: Warehouse, state: State) -> dict[str, int]:
    """A file of either year, loaded from its folder, judged, with findings, staged and in the vault; period to delivery."""
    sync_catalogue(warehouse, state)
    deliveries = {}
    for number, (period, learners) in enumerate(ROWS.items()):
        lines = [f"{period}|{learner}|x{_unique(warehouse)}||" for learner in learners]
        path = arrived(warehouse, period)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([HEADER, *lines, ""]))
        deliveries[period] = int(load_file(warehouse, path, again=True).delivery_id or 0)
        warehouse.execute(
            "update control.delivery set status = 'accepted', accepted_count = row_count, quarantined_count = 0,"
            " rejected_count = 0 where delivery_id = %s",
            [deliveries[period]],
        )
        warehouse.execute(
            "insert into quality.noted_row (delivery_id, row_number, rule_code) values (%s, 1, %s)",
            [deliveries[period], f"RULE-{number}"],
        )
    build(warehouse)
    return deliveries


def _unique(warehouse: Warehouse) -> int:
    return int(warehouse.fetch_value("select count(*) from control.delivery"))


def arrived(warehouse: Warehouse, period: str) -> Path:
    return warehouse.home.incoming / "north" / f"k12__status__north__{period}.txt"


def build(warehouse: Warehouse) -> None:
    """What dbt and linkage do, in small: the vault describes the learners of accepted deliveries and keeps known records."""
    warehouse.execute(
        """
        create table if not exists identity.source_record (record_id uuid, source text, source_key text);
        create table if not exists staging.stg_k12__statuses (delivery_id bigint, student_id_state text);
        truncate staging.stg_k12__statuses;
        insert into staging.stg_k12__statuses select delivery_id, student_id_state from raw.k12__status
            join control.delivery using (delivery_id) where status = 'accepted';
        insert into identity.source_record
            select gen_random_uuid(), 'k12', key
            from (select distinct student_id_state as key from staging.stg_k12__statuses) as s
            where not exists (select from identity.source_record where source_key = key);
        drop table if exists identity.person_record;
        create table identity.person_record as select * from identity.source_record
            where source_key in (select student_id_state from staging.stg_k12__statuses);
        insert into control.linkage_run (status) select 'live' where not exists (select from control.linkage_run);
        insert into identity.membership select linkage_run_id, record_id, gen_random_uuid()
            from identity.source_record, control.linkage_run on conflict do nothing;
        """
    )


def keys(warehouse: Warehouse) -> set[str]:
    return {key for (key,) in warehouse.fetch_all("select source_key from identity.source_record")}


def destroy(warehouse: Warehouse, state: State, **given: object) -> list[str]:
    done = {"actor": "records office", "reason": "schedule 2026", "build": lambda: build(warehouse), **given}
    return list(destroy_due(warehouse, state, TODAY, (), **done))  # type: ignore[arg-type]


def test_what_is_due_is_told_and_a_dry_run_changes_nothing(
    warehouse: Warehouse, state: State, loaded: dict[str, int]
) -> None:
    told = "\n".join(due_lines(warehouse, state, TODAY, 90))
    assert "due 2024-12-31  k12/status  north  2019  2 rows" in told
    assert "under rule STATUSES (5 years after the period's year)" in told
    assert f"{loaded['2022']:>6}  due" not in told
    plan = "\n".join(plan_lines(warehouse, state, TODAY, ()))
    assert str(arrived(warehouse, "2019")) in plan
    assert arrived(warehouse, "2019").exists()
    assert warehouse.fetch_value("select count(*) from raw.k12__status") >= 3
    with pytest.raises(P20WError, match="is not due"):
        list(plan_lines(warehouse, state, TODAY, [loaded["2022"]]))
    destroy(warehouse, state)


def test_destruction_leaves_nothing_and_takes_nothing_else(
    warehouse: Warehouse, state: State, loaded: dict[str, int]
) -> None:
    old, kept = loaded["2019"], loaded["2022"]
    archive = Archive(warehouse.home.archive)
    content = dict(warehouse.fetch_all("select delivery_id, sha256 from control.delivery"))
    gone = set(warehouse.fetch_all("select record_id from identity.source_record where source_key = '1'"))
    assert gone
    bytes_ = arrived(warehouse, "2019").read_bytes()
    (warehouse.home.linkage / "run.duckdb").write_text("names")
    told = destroy(warehouse, state)

    assert keys(warehouse) == {"2"}
    assert not gone & set(warehouse.fetch_all("select record_id from identity.membership"))
    held = warehouse.fetch_all("select distinct delivery_id from raw.k12__status")
    assert (kept,) in held
    assert (old,) not in held
    assert warehouse.fetch_value("select count(*) from quality.noted_row where delivery_id = %s", [old]) == 0
    assert warehouse.fetch_value("select count(*) from quality.noted_row where delivery_id = %s", [kept]) == 1
    assert not archive.path_of(content[old]).exists()
    assert archive.path_of(content[kept]).exists()
    assert not arrived(warehouse, "2019").exists()
    assert arrived(warehouse, "2022").exists()
    assert list(warehouse.home.linkage.iterdir()) == []

    certificate = Path(told[-1].removeprefix("The certificate is "))
    text = certificate.read_text()
    for said in (
        *("records office", "schedule 2026", "rule STATUSES", "k12/status", "2019", content[old], "2 rows"),
        "identity.source_record",
    ):
        assert said in text, said
    assert content[kept] not in text
    sealed = warehouse.fetch_value(
        "select certificate_sha256 from control.destruction order by destruction_id desc limit 1"
    )
    assert read(warehouse, "access")[-1].detail["certificate_sha256"] == sealed
    assert "certified" in next(iter(list_lines(warehouse)))

    again = arrived(warehouse, "2019")
    again.write_bytes(bytes_)
    for name in (again, again.with_name("k12__status__south__2020.txt")):
        name.write_bytes(bytes_)
        with pytest.raises(P20WError, match=f"delivery {old}, which was destroyed on .* under rule STATUSES"):
            load_file(warehouse, name, again=True)
        name.unlink()
    again.write_bytes(bytes_)
    no_wait = state.model_copy(update={"landing": state.landing.model_copy(update={"settle_seconds": 0})})
    (result,) = [
        one
        for one in load_pending(warehouse, "k12/status", warehouse.home.incoming, state=no_wait)
        if one.file_name == again.name
    ]
    assert result.outcome == "failed"
    assert "was destroyed" in result.reason
    again.unlink()


def test_a_destruction_that_was_broken_off_is_finished_and_certified_only_then(
    warehouse: Warehouse, state: State, loaded: dict[str, int]
) -> None:
    def fail() -> None:
        raise P20WError("The power went.", "")

    with pytest.raises(P20WError, match="power"):
        destroy(warehouse, state, build=fail)
    assert "BROKEN OFF" in next(iter(list_lines(warehouse)))
    assert any("was broken off" in line for line in due_lines(warehouse, state, TODAY, 90))
    # A row that a build left over keeps the certificate back.
    with pytest.raises(P20WError, match="still in staging"):
        destroy(warehouse, state, build=lambda: None)
    told = destroy(warehouse, state)
    assert told[-1].startswith("The certificate is")
    assert keys(warehouse) == {"2"}
    with pytest.raises(P20WError, match="Nothing is due"):
        destroy(warehouse, state)


def test_content_that_another_delivery_has_too_stays(
    warehouse: Warehouse, state: State, loaded: dict[str, int]
) -> None:
    twin = warehouse.home.incoming / "south" / "k12__status__south__2021.txt"
    twin.parent.mkdir(exist_ok=True)
    twin.write_bytes(arrived(warehouse, "2019").read_bytes())
    load_file(warehouse, twin, again=True)
    sha256 = warehouse.fetch_value(
        "select sha256 from control.delivery where delivery_id = %s", [loaded["2019"]]
    )
    destroy(warehouse, state)
    assert Archive(warehouse.home.archive).path_of(sha256).exists()
    assert twin.exists()


def test_a_tombstone_cannot_be_moved(warehouse: Warehouse, state: State, loaded: dict[str, int]) -> None:
    destroy(warehouse, state)
    for statement in ("delete from control.destroyed_content", "truncate control.destroyed_content"):
        with pytest.raises(P20WError, match="only ever added"):
            warehouse.execute(statement)


def test_a_destruction_needs_a_reason(warehouse: Warehouse, state: State, loaded: dict[str, int]) -> None:
    with pytest.raises(P20WError, match="reason"):
        destroy(warehouse, state, reason=" ")
    destroy(warehouse, state)
