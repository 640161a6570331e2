"""Timeliness follows the calendar, linkability the live run; both are the newest, and an agency sees its own."""

import datetime
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ingest.calendar import sync_calendar
from quality_checks.access import grant_agency
from quality_checks.scores import write_scorecard
from warehouse.connection import Warehouse
from warehouse.state import State, load_state
from warehouse.state_sections.senders import Expectation

LIVE, EARLIER = "00000000-0000-0000-0000-00000000000b", "00000000-0000-0000-0000-00000000000a"
LOGINS = {"score_north": "north", "score_south": "south"}
SCORES = "select submitter, layout, period, dimension, numerator, denominator from {} order by 1, 2, 3, 4"

# North's ten students are sent in 2016 and again in 2017; six of them are in wages too. South's five are in none.
PEOPLE = f"""
create table identity.source_record (record_id uuid, source text, source_key text);
create table identity.described (source text, source_key text, delivery_id bigint, row_number bigint);
create view identity.int_k12__persons_described as select * from identity.described where source = 'k12';
create view identity.int_postsecondary__persons_described as select * from identity.described where source = 'postsecondary';
create view identity.int_wioa__persons_described as select * from identity.described where source = 'wioa';
create view identity.int_ui__persons_described as select * from identity.described where source = 'ui';
create view identity.int_bridge__persons_described as select * from identity.described where source = 'bridge';
insert into identity.source_record
    select md5(source || i)::uuid, source, i::text
    from (values ('k12', 15), ('ui', 6)) as s (source, n), generate_series(1, n) as i;
insert into identity.described select 'k12', i::text, d.delivery_id, i from control.delivery as d, generate_series(1, 15) as i
    where d.layout = 'k12/student' and (i <= 10) = (d.submitter = 'north');
-- What was seen elsewhere of a person is no row that somebody sent.
insert into identity.described select 'ui', i::text, d.delivery_id, 0 from control.delivery as d, generate_series(1, 6) as i
    where d.layout = 'ui/wage';
insert into control.linkage_run (linkage_run_id, status) values ('{EARLIER}', 'retired'), ('{LIVE}', 'live');
-- In the earlier run nobody was linked, in the live one the six are.
insert into identity.membership (linkage_run_id, record_id, person_id)
    select '{EARLIER}', record_id, record_id from identity.source_record;
insert into identity.membership (linkage_run_id, record_id, person_id)
    select '{LIVE}', record_id, md5('person' || source_key)::uuid from identity.source_record
"""


def _receive(warehouse: Warehouse, layout: str, submitter: str, period: str, day: str) -> None:
    warehouse.execute(
        "insert into control.delivery (layout, submitter, period, sha256, file_name, status, received_at)"
        " values (%s, %s, %s, gen_random_uuid()::text, 'file', 'accepted', %s)",
        (layout, submitter, period, f"{day} 12:00Z"),
    )


@pytest.fixture(scope="module")
def state() -> State:
    line = {
        "layouts": ["k12/student"],
        "submitters": ["north", "south"],
        "from": "2016",
        "due": {"month_day": "10-15"},
    }
    return load_state().model_copy(
        update={"calendar": [Expectation.model_validate(line)], "as_of": datetime.date(2018, 1, 1)}
    )


@pytest.fixture(scope="module")
def scored(warehouse: Warehouse, state: State) -> Iterator[Warehouse]:
    _receive(warehouse, "k12/student", "north", "2016", "2016-10-01")
    _receive(warehouse, "k12/student", "north", "2017", "2017-10-20")
    _receive(warehouse, "k12/student", "south", "2016", "2016-10-15")
    _receive(warehouse, "ui/wage", "ui_agency", "2016Q1", "2016-05-01")
    warehouse.execute(PEOPLE)
    sync_calendar(warehouse, state)
    write_scorecard(warehouse)
    for login, submitter in LOGINS.items():
        warehouse.execute(sql.SQL("create role {} login password 'secret'").format(sql.Identifier(login)))
        grant_agency(warehouse, login, [submitter])
    yield warehouse
    for login in LOGINS:
        warehouse.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(login)))


def scores(warehouse: Warehouse, dimension: str) -> list[tuple[Any, ...]]:
    found = warehouse.fetch_all(SCORES.format("quality.agency_scorecard"))
    return [(row[0], row[2], row[4], row[5]) for row in found if row[3] == dimension]


def as_login(warehouse: Warehouse, login: str, relation: str) -> list[tuple[Any, ...]]:
    url = psycopg.conninfo.make_conninfo(warehouse.url, user=login, password="secret")
    with psycopg.connect(url) as connection:
        return connection.execute(SCORES.format(relation).encode()).fetchall()


def test_timeliness_counts_what_was_due_and_what_came_by_its_day(scored: Warehouse) -> None:
    # South's file of 2017 is missing; those of 2018 are not due as of the state's day, whatever the day is today.
    assert scores(scored, "timeliness") == [
        ("north", "2016", 1, 1),
        ("north", "2017", 0, 1),
        ("south", "2016", 1, 1),
        ("south", "2017", 0, 1),
    ]


def test_linkability_counts_the_records_sent_that_the_live_run_found_elsewhere(scored: Warehouse) -> None:
    assert scores(scored, "linkability") == [
        ("north", "2016", 6, 10),
        ("north", "2017", 6, 10),
        ("south", "2016", 0, 5),
    ]


@pytest.mark.parametrize("relation", ["quality.scorecard", "quality.agency_scorecard"])
def test_an_agency_sees_its_own_timeliness_and_linkability(scored: Warehouse, relation: str) -> None:
    everybody = scored.fetch_all(SCORES.format(relation))
    for login, submitter in LOGINS.items():
        own = [row for row in everybody if row[0] == submitter]
        assert {row[3] for row in own} == {"timeliness", "linkability"}
        assert as_login(scored, login, relation) == own


def test_what_is_no_longer_in_force_has_no_score_any_more(scored: Warehouse, state: State) -> None:
    """Neither for the steward nor for the agency, all of whose files may be gone."""
    scored.execute("delete from control.delivery where submitter = 'south'")
    sync_calendar(scored, state.model_copy(update={"calendar": []}))
    assert write_scorecard(scored).written > 0
    assert {row[0] for row in scored.fetch_all(SCORES.format("quality.agency_scorecard"))} == {"north"}
    assert as_login(scored, "score_south", "quality.agency_scorecard") == []
    # The scoring before is history, and stays the agency's own.
    assert {row[0] for row in as_login(scored, "score_south", "quality.scorecard")} == {"south"}


def test_counting_linkability_never_goes_through_everybody_for_each_record(scored: Warehouse) -> None:
    """A plan that grouped the crosswalk inside a nested loop took minutes at a thousand learners and two runs."""
    from quality_checks.scores import _linkability

    query = _linkability(
        scored.fetch_value("select linkage_run_id from control.linkage_run where status = 'live'")
    )
    plan = scored.fetch_value(
        sql.SQL("explain (format json) {}").format(
            sql.SQL(query.as_string().replace("insert into new_score", ""))
        )
    )
    assert not list(aggregates_in_loops(plan[0]["Plan"], inside=False))


def aggregates_in_loops(node: dict[str, Any], *, inside: bool) -> Iterator[str]:
    """Aggregates on the inner side of a nested loop, but for what is computed once and kept."""
    if inside and node["Node Type"] == "Aggregate":
        yield node["Node Type"]
    for child in node.get("Plans", []):
        if child.get("Parent Relationship") == "InitPlan" or node["Node Type"] == "Materialize":
            yield from aggregates_in_loops(child, inside=False)
        else:
            is_inner = node["Node Type"] == "Nested Loop" and child.get("Parent Relationship") == "Inner"
            yield from aggregates_in_loops(child, inside=inside or is_inner)
