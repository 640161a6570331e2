"""Rules about a linkage run: for each one fault is planted, and that rule finds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import psycopg
import pytest

from linkage.runs.history import find_run
from orchestration import gates
from orchestration.assets.linkage import person_crosswalk
from orchestration.findings import gate_lines
from orchestration.resources import WarehouseResource
from quality_checks.plausibility.catalogue import _packaged, gate_rules
from quality_checks.plausibility.judge import judge, judge_linkage
from quality_checks.plausibility.results import newest
from quality_checks.sync import sync_rules
from tests.integration.linkage_data import crosswalk, make_vault
from tests.unit.linkage.people import population
from warehouse.connection import Warehouse
from warehouse.errors import P20WError
from warehouse.state import State, load_state

LIVE, CANDIDATE = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"

# 300 learners are in school and college, 250 of them linked; each has wages; 600 others have wages only.
PEOPLE = """
create temporary table held as
select md5(source || i)::uuid as record_id, source, i::text as source_key,
    md5(case when source = 'postsecondary' and i > 250 then 'college' else 'person' end || i)::uuid as person_id,
    case when source <> 'ui' then date '1995-03-01' end as birthdate,
    case when source = 'ui' then date '2014-01-01' end as first_seen,
    case when source = 'ui' then date '2019-12-31' end as last_seen
from (values ('k12', 300), ('postsecondary', 300), ('ui', 900)) as given (source, n), generate_series(1, n) as i;
insert into identity.person_record (record_id, source, source_key, birthdate, first_seen, last_seen)
    select record_id, source, source_key, birthdate, first_seen, last_seen from held;
insert into identity.source_record select record_id, source, source_key from held;
insert into control.linkage_run (linkage_run_id, status) values ('{live}', 'live'), ('{candidate}', 'candidate');
insert into identity.membership (linkage_run_id, record_id, person_id)
    select run::uuid, record_id, person_id from held, unnest(array['{live}', '{candidate}']) as run;
create table identity.stg_wioa__pirl
    (unique_individual_identifier text, other_reasons_for_exit text, program_exit_date date);
create table staging.stg_k12__enrollments (student_id_state text, exit_type text, exit_date date)
"""

NEW_RUN = f"linkage_run_id = '{CANDIDATE}'"
ALONE = "update identity.membership set person_id = gen_random_uuid() where record_id in (select record_id from held where"


@dataclass(frozen=True)
class Fault:
    """A statement that plants a fault, and the rules that find it; the first is the one it is meant for."""

    found_by: tuple[str, ...]
    statement: str


FAULTS = [
    Fault(
        ("LINK-101",),
        f"delete from identity.membership where {NEW_RUN} and record_id = md5('k12' || 7)::uuid",
    ),
    Fault(
        ("LINK-102",),
        f"update identity.membership set person_id = md5('person' || 8)::uuid"
        f" where {NEW_RUN} and record_id = md5('k12' || 7)::uuid",
    ),
    # In both runs, so that nothing has changed from one to the other.
    Fault(("LINK-201",), f"{ALONE} source = 'ui')"),
    Fault(("LINK-202",), f"{ALONE} source = 'postsecondary' and source_key::int <= 28) and {NEW_RUN}"),
    Fault(
        ("LINK-203",),
        f"""
        create temporary table late as select md5('late' || source || i)::uuid as record_id, source, 'late' || i as source_key
            from unnest(array['k12', 'postsecondary']) as source, generate_series(1, 100) as i;
        insert into identity.person_record (record_id, source, source_key) select * from late;
        insert into identity.source_record select * from late;
        insert into identity.membership (linkage_run_id, record_id, person_id)
            select '{CANDIDATE}', record_id, gen_random_uuid() from late
        """,
    ),
    Fault(
        ("LINK-301",),
        "update identity.person_record set first_seen = '2008-10-01' where source = 'ui' and source_key::int <= 20",
    ),
    Fault(
        ("LINK-302",),
        "insert into staging.stg_k12__enrollments select i::text, '01923', '2015-05-01' from generate_series(1, 25) as i",
    ),
    Fault(
        ("LINK-401",),
        f"update identity.membership set person_id = md5('person' || 301)::uuid where {NEW_RUN}"
        " and record_id in (select record_id from held where source = 'ui' and source_key::int > 840)",
    ),
    Fault(
        ("LINK-402",),
        f"insert into identity.review_item select '{CANDIDATE}', a.record_id, b.record_id, 'alike' from held as a"
        " join held as b on b.source = 'ui' and b.source_key = a.source_key where a.source = 'k12'",
    ),
]


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(scope="module")
def vault(warehouse: Warehouse) -> Warehouse:
    make_vault(warehouse, population(5, seed=1)[0].slice(0, 0))
    return warehouse


@pytest.fixture
def people(vault: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which the people are, and whose changes are taken back."""
    with psycopg.connect(vault.url) as connection:
        connection.execute(PEOPLE.format(live=LIVE, candidate=CANDIDATE).encode())
        yield connection
        connection.rollback()


def broken(connection: psycopg.Connection[Any]) -> set[str]:
    run = judge(connection, "linkage", CANDIDATE, {"run": CANDIDATE, "before": LIVE})
    return {finding.rule.code for finding in run.findings if not finding.passed}


def test_a_sound_run_breaks_no_rule_and_every_rule_has_something_to_judge(
    people: psycopg.Connection[Any],
) -> None:
    people.execute(
        "insert into identity.stg_wioa__pirl select i::text, '03', '2030-01-01' from generate_series(1, 5) as i;"
        "insert into staging.stg_k12__enrollments select i::text, '01923', '2030-05-01' from generate_series(1, 25) as i"
    )
    run = judge(people, "linkage", CANDIDATE, {"run": CANDIDATE, "before": LIVE})
    assert [finding.sentence for finding in run.findings if not finding.passed] == []
    assert all(finding.evaluated for finding in run.findings)
    assert run.suite.success


def test_every_rule_has_a_planted_fault() -> None:
    assert [fault.found_by[0] for fault in FAULTS] == [rule.code for rule in gate_rules("linkage").rules]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.found_by[0])
def test_a_planted_fault_is_found_by_its_rule_and_no_other(
    people: psycopg.Connection[Any], fault: Fault
) -> None:
    people.execute(fault.statement.encode())
    assert broken(people) == set(fault.found_by)


def test_two_identifiers_of_one_agency_are_one_person_where_a_steward_decided_so(
    people: psycopg.Connection[Any],
) -> None:
    people.execute(FAULTS[1].statement.encode())
    people.execute(
        "insert into identity.decision (kind, record_id_l, record_id_r, reason, evidence, steward, origin)"
        " select 'must', least(a, b), greatest(a, b), 'transferred within the state', '{}', 'steward', 'test'"
        " from (select md5('k12' || 7)::uuid as a, md5('k12' || 8)::uuid as b) as pair"
    )
    assert broken(people) == set()


def test_accepted_drift_lets_the_rules_about_drift_pass_and_no_other(
    people: psycopg.Connection[Any],
) -> None:
    people.execute(FAULTS[3].statement.encode())
    people.execute(FAULTS[0].statement.encode())
    run = judge(people, "linkage", CANDIDATE, {"run": CANDIDATE, "before": LIVE})
    assert [told[:8] for told in run.refusals] == ["LINK-101", "LINK-202"]
    assert [told[:8] for told in run.refusals_without_drift] == ["LINK-101"]


def test_both_ways_of_judging_must_agree(
    people: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "quality_checks.plausibility.judge._BROKEN",
        "select rule_code, subject, value from plausibility_measure",
    )
    with pytest.raises(P20WError, match="Two ways"):
        broken(people)


def test_a_run_that_a_rule_holds_stays_out_and_says_where(
    warehouse: Warehouse, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault(warehouse, population(60, seed=3)[0])
    sync_rules(warehouse)
    live = gates.link(warehouse, state)
    assert live.outcome == "live"
    stored = newest(warehouse, "linkage", live.linkage_run_id)
    assert set(stored) == {rule.code for rule in gate_rules("linkage").rules}
    assert all(row["passed"] for row in stored.values())
    before = crosswalk(warehouse)
    warehouse.execute(
        "update identity.person_record set first_seen = '1900-01-01' where source = 'ui';"
        "update identity.person_record set last_name = 'Quackenbush' where source = 'bridge' and source_key = 'D000007'"
    )
    given = _packaged("linkage")
    few = [
        rule.model_copy(update={"settings": {**rule.settings, "least_persons": 1.0}}) for rule in given.rules
    ]
    monkeypatch.setattr(
        "quality_checks.plausibility.judge.gate_rules", lambda _: given.model_copy(update={"rules": few})
    )
    with pytest.raises(
        gates.LinkageRefused, match=r"LINK-301 does not hold: .*share of persons .*at most 0\.02"
    ) as caught:
        gates.link(warehouse, state)
    assert crosswalk(warehouse) == before
    assert not newest(warehouse, "linkage", caught.value.run_id)["LINK-301"]["passed"]
    assert warehouse.fetch_value(
        "select not success from quality.validation_result where suite = 'plausibility__linkage' order by run_at desc limit 1"
    )
    monkeypatch.setattr("orchestration.resources.open_warehouse", lambda: warehouse)
    result = dg.materialize(
        [person_crosswalk], resources={"warehouse": WarehouseResource()}, raise_on_error=False
    )
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert (result.success, "LINK_301" in failed, "LINK_101" in failed) == (False, True, False)
    told = "\n".join(gate_lines(warehouse))
    assert "hold   LINK-301" in told
    assert "release: not judged yet" in told
    again = judge_linkage(warehouse, find_run(warehouse, "live").linkage_run_id)
    assert (again.subject, bool(again.findings)) == (live.linkage_run_id, True)
