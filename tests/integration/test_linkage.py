"""The linkage step on a real database: whole or not at all, no-op when nothing changed, ids that last."""

from collections.abc import Callable
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from linkage.runs import history, step
from linkage.runs.step import run_linkage
from linkage.training.keep import train_model
from tests.integration.linkage_data import add_records, crosswalk, make_vault
from tests.unit.linkage.people import population, record, table
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(scope="module")
def records() -> pa.Table:
    return population(120, seed=3)[0]


@pytest.fixture(scope="module")
def linked_once(warehouse: Warehouse, state: State, records: pa.Table) -> Warehouse:
    make_vault(warehouse, records)
    run_linkage(warehouse, state)
    return warehouse


@pytest.fixture
def linked(linked_once: Warehouse, copy_of: Callable[[Warehouse], Warehouse]) -> Warehouse:
    """A warehouse whose live run covers the records, whatever an earlier test did."""
    return copy_of(linked_once)


def test_every_record_belongs_to_one_active_person_of_the_live_run(
    linked: Warehouse, records: pa.Table
) -> None:
    assert set(crosswalk(linked)) == set(records["record_id"].to_pylist())
    counts = linked.fetch_value("select counts from control.linkage_run where status = 'live'")
    assert counts["persons"] == len(set(crosswalk(linked).values()))
    assert counts["persons"] == linked.fetch_value(
        "select count(*) from identity.person where status = 'active'"
    )
    assert counts["persons"] == linked.fetch_value(
        "select count(*) from identity.person_event where event = 'assign'"
    )
    assert sum(counts["links_by_method"].values()) == linked.fetch_value("select count(*) from identity.edge")


def test_unchanged_records_are_not_linked_again(linked: Warehouse, state: State) -> None:
    before = linked.fetch_value("select max(started_at) from control.linkage_run")
    summary = run_linkage(linked, state)
    assert summary.outcome == "unchanged"
    assert summary.metadata()["persons"] == len(set(crosswalk(linked).values()))
    assert linked.fetch_value("select max(started_at) from control.linkage_run") == before


def test_another_threshold_is_another_run(linked: Warehouse, state: State) -> None:
    stricter = state.model_copy(update={"linkage": state.linkage.model_copy(update={"threshold": 0.99})})
    assert run_linkage(linked, stricter).outcome == "live"


def test_a_new_record_joins_its_person_and_no_id_changes(linked: Warehouse, state: State) -> None:
    before = crosswalk(linked)
    known = linked.fetch_dicts(
        "select * from identity.person_record where source = 'bridge' order by source_key"
    )[0]
    same = {
        key: known[key]
        for key in ("ssn", "first_name", "middle_name", "last_name", "birthdate", "sex", "zip_code")
    }
    new = record("postsecondary", "999999|new", **same)
    add_records(linked, table([new]))
    assert run_linkage(linked, state).outcome == "live"
    after = crosswalk(linked)
    assert {key: after[key] for key in before} == before
    assert after[new["record_id"]] == before[str(known["record_id"])]
    statuses = linked.fetch_all("select status, count(*) from control.linkage_run group by 1 order by 1")
    assert statuses == [("live", 1), ("retired", 1)]


def test_a_corrected_record_that_joins_two_persons_leaves_a_merge_event(
    linked: Warehouse, state: State
) -> None:
    lone = record("wioa", "lone", first_name="Zephyrine", last_name="Quackenbush", ssn="212349876")
    add_records(linked, table([lone]))
    run_linkage(linked, state)
    own = crosswalk(linked)[lone["record_id"]]
    linked.execute(
        "update identity.person_record as p set ssn = b.ssn, first_name = b.first_name, middle_name = b.middle_name,"
        " last_name = b.last_name, birthdate = b.birthdate, sex = b.sex, zip_code = b.zip_code"
        " from (select * from identity.person_record b where source = 'bridge' and not exists ("
        "   select 1 from identity.person_crosswalk x join identity.person_crosswalk y using (person_id)"
        "   join identity.person_record w on w.record_id = y.record_id and w.source = 'wioa'"
        "   where x.record_id = b.record_id) order by source_key limit 1) as b where p.source_key = 'lone'"
    )
    run_linkage(linked, state)
    survivor = crosswalk(linked)[lone["record_id"]]
    assert survivor != own
    person = linked.fetch_all(
        "select status, merged_into::text from identity.person where person_id = %s::uuid", [own]
    )
    assert person == [("merged", survivor)]
    event = linked.fetch_all(
        "select other_person_id::text, reason is not null from identity.person_event"
        " where event = 'merge' and person_id = %s::uuid",
        [own],
    )
    assert event == [(survivor, True)]


def test_a_run_that_breaks_off_leaves_the_earlier_one_live(
    linked: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = linked.fetch_all("select linkage_run_id, status from control.linkage_run")
    persons = linked.fetch_value("select count(*) from identity.person")
    add_records(linked, table([record("k12", "extra", first_name="Ulyana", last_name="Papadakis")]))

    def fail(connection: psycopg.Connection[Any], run_id: object, *_: object) -> None:
        raise RuntimeError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr(history, "go_live", fail)
        with pytest.raises(RuntimeError):
            run_linkage(linked, state)
    live = "select linkage_run_id, status from control.linkage_run where status = 'live'"
    assert linked.fetch_all(live) == before
    assert linked.fetch_value("select count(*) from identity.person") == persons
    assert run_linkage(linked, state).outcome == "live"
    statuses = linked.fetch_all("select status, count(*) from control.linkage_run group by 1 order by 1")
    assert statuses == [("failed", 1), ("live", 1), ("retired", 1)]
    left = "select count(distinct linkage_run_id) from identity.membership"
    assert linked.fetch_value(left) == 2


def test_a_run_beside_another_one_is_refused(
    linked: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_records(linked, table([record("k12", "extra", first_name="Ulyana", last_name="Papadakis")]))
    original = step.link

    def meanwhile(*arguments: Any, **options: Any) -> Any:
        linked.execute("update control.linkage_run set status = 'retired'")
        return original(*arguments, **options)

    monkeypatch.setattr(step, "link", meanwhile)
    with pytest.raises(P20WError, match="Another linkage run"):
        run_linkage(linked, state)


def test_a_trained_model_is_kept_in_the_home_and_used_next(linked: Warehouse, state: State) -> None:
    path, card = train_model(linked)
    try:
        assert path.parent == card.parent == linked.home.models
        summary = run_linkage(linked, state)
        assert summary.outcome == "live"
        assert summary.model_version in path.name
    finally:
        (linked.home.models / "current").unlink()


def test_no_value_of_a_person_reaches_counts_or_events(linked: Warehouse, records: pa.Table) -> None:
    text = str(linked.fetch_all("select counts from control.linkage_run"))
    text += str(linked.fetch_all("select reason from identity.person_event"))
    for column in ("ssn", "last_name"):
        for value in set(records[column].drop_null().to_pylist()):
            assert value not in text
