"""Rules about the numbers before a release: for each one fault is planted, and that rule finds it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from governance.release import ReleaseRefused
from orchestration import gates
from orchestration.assets.publication import indicator_cell
from orchestration.resources import WarehouseResource
from quality_checks.plausibility.catalogue import gate_rules
from quality_checks.plausibility.judge import judge
from quality_checks.plausibility.results import newest
from reports.site import build_site
from tests.integration.published_cube import RATE, WAGE, Row, make_cube
from tests.integration.writers import noting_writers
from warehouse.connection import Warehouse
from warehouse.state import State, load_state

YEARS = ("2017", "2018", "2019")
STATE = "organization_level = 'state' and pathway_level = 'all' and subgroup_dimension = 'all'"


def sound_state() -> list[Row]:
    """Three complete cohorts of a rate with districts and subgroups, their pool, and two of a wage."""
    rows = []
    for cohort in YEARS:
        rows += [
            Row(cohort, ("state", "all"), 1237, 811),
            Row(cohort, ("district", "D1"), 703, 463),
            Row(cohort, ("district", "D2"), 417, 277),
            Row(cohort, ("sex", "F"), 611, 433),
            Row(cohort, ("sex", "M"), 626, 378),
        ]
    rows += [Row(f"PY{year}", ("state", "all"), 219, 219, WAGE, 7349.37, 41, 0.113) for year in (2018, 2019)]
    return [
        *rows,
        Row("all", ("state", "all"), 3 * 1237, 3 * 811),
        Row("all", ("state", "all"), 438, 438, WAGE, 7350.0, 80, 0.1),
    ]


# What was accepted, typed and modelled: 400 students with an enrollment and a diploma each, wages in two years.
_STAGED = {
    "bridge/driver_license": "identity.stg_bridge__driver_licenses",
    "k12/credential": "staging.stg_k12__credentials",
    "k12/cte_course": "staging.stg_k12__cte_courses",
    "k12/diploma": "staging.stg_k12__diplomas",
    "k12/enrollment": "staging.stg_k12__enrollments",
    "k12/graduate": "identity.stg_k12__graduates",
    "k12/school": "staging.stg_k12__schools",
    "k12/status": "staging.stg_k12__statuses",
    "k12/student": "identity.stg_k12__students",
    "k12/work_based_learning": "staging.stg_k12__work_based_learning",
    "nsc/detail": "identity.stg_nsc__details",
    "postsecondary/aid": "staging.stg_postsecondary__aid",
    "postsecondary/award": "staging.stg_postsecondary__awards",
    "postsecondary/course": "staging.stg_postsecondary__courses",
    "postsecondary/enrollment": "identity.stg_postsecondary__enrollments",
    "postsecondary/institution": "staging.stg_postsecondary__institutions",
    "ui/employer": "staging.stg_ui__employers",
    "ui/wage": "identity.stg_ui__wages",
    "wioa/identity": "identity.stg_wioa__identities",
    "wioa/pirl": "identity.stg_wioa__pirl",
}
_COLUMNS = """
    student_id_state text, school_id text, entry_date date, diploma_type text, diploma_date date,
    institution_id_ipeds text, student_id_institution text, term_begin_date date, award_date date, award_level text,
    award_title text, cip_code text, unique_individual_identifier text, program_entry_date date, quarter_index int,
    total_gross_wages numeric
"""
_FACTS = """
    create table core.fct_k12_enrollment as select * from staging.stg_k12__enrollments;
    create table core.fct_diploma as select * from staging.stg_k12__diplomas;
    create table core.fct_postsecondary_enrollment as
        select *, 'unit_record' as evidence_source from identity.stg_postsecondary__enrollments;
    create table core.fct_postsecondary_award as
        select *, 'unit_record' as evidence_source from staging.stg_postsecondary__awards;
    create table core.fct_wioa_participation as select * from identity.stg_wioa__pirl;
    create table core.fct_wage as select quarter_index, total_gross_wages as wage_usd from identity.stg_ui__wages;
    create table identity.source_record (record_id uuid, source text, source_key text);
    insert into identity.source_record select md5(i::text)::uuid, 'k12', i::text from generate_series(1, 400) as i;
    insert into control.linkage_run (linkage_run_id, status) values ('00000000-0000-0000-0000-00000000000a', 'live');
    insert into identity.membership (linkage_run_id, record_id, person_id)
        select '00000000-0000-0000-0000-00000000000a', record_id, record_id from identity.source_record;
    insert into quality.plausibility_result
        (gate_run_id, gate, subject, rule_code, severity, evaluated_count, failed_count, passed)
        values (gen_random_uuid(), 'linkage', '00000000-0000-0000-0000-00000000000a', 'LINK-101', 'hold', 1, 0, true);
    create table staging.record_key as table identity.source_record;
    create table staging.person_key as select record_id as person_id, source, source_key from identity.source_record;
    create table indicators.outcome as
        select indicator_code, indicator_version, cohort_period,
            case when i <= numerator_count then 'yes' else 'no' end as outcome
        from indicators.cube, generate_series(1, denominator_count) as i
        where organization_level = 'state' and pathway_level = 'all' and subgroup_dimension = 'all' and cohort_period <> 'all'
"""


def make_warehouse(warehouse: Warehouse) -> None:
    make_cube(warehouse, sound_state())
    with warehouse.connect() as connection:
        for layout, relation in _STAGED.items():
            connection.execute(f"create table {relation} ({_COLUMNS})".encode())
            connection.execute(
                f"""insert into {relation} select i::text, 'S1', '2019-08-20', '00806', '2020-06-01', '1', i::text, '2020-08-20',
                '2022-05-01', '3', 'AA', '51.3801', i::text, '2018-07-01', (2019 + i % 2) * 4, 5000
                from generate_series(1, 400) as i""".encode()
            )
            connection.execute(
                "insert into control.delivery (layout, submitter, period, sha256, file_name, status, row_count,"
                " accepted_count, quarantined_count, rejected_count)"
                " values (%s, %s, '2020', %s, 'a.csv', 'accepted', 400, 400, 0, 0)",
                [layout, load_state().submitters_of(layout)[0], layout],
            )
        connection.execute(_FACTS.encode())


def without(code: str, cohort: str) -> str:
    """A cohort that is no longer there, consistently: neither in the cube and its pool nor among the outcomes."""
    where = f"indicator_code = '{code}' and cohort_period = '{cohort}'"
    return (
        f"delete from indicators.cube where {where}; delete from indicators.outcome where {where};"
        "update indicators.cube as pooled set denominator_count = summed.people, numerator_count = summed.outcome"
        " from (select indicator_code, sum(denominator_count) as people, sum(numerator_count) as outcome"
        f" from indicators.cube where {STATE} and cohort_period <> 'all' group by 1) as summed"
        " where pooled.cohort_period = 'all' and pooled.indicator_code = summed.indicator_code"
    )


def with_cohort(cohort: str, people: int) -> str:
    """One more cohort of the rate, consistently."""
    return (
        "insert into indicators.cube (indicator_code, indicator_version, cohort_period, organization_level, organization_id,"
        " pathway_level, pathway_id, subgroup_dimension, subgroup, denominator_count, numerator_count, not_yet_available_count)"
        f" values ('{RATE}', '1.0', '{cohort}', 'state', 'all', 'all', 'all', 'all', 'all', {people}, {people}, 0);"
        f"insert into indicators.outcome select '{RATE}', '1.0', '{cohort}', 'yes' from generate_series(1, {people});"
        f"update indicators.cube set denominator_count = denominator_count + {people},"
        f" numerator_count = numerator_count + {people}, rate = null where cohort_period = 'all' and indicator_code = '{RATE}'"
    )


def published(column: str, value: str) -> str:
    """Another text in the newest release, past the trigger that keeps releases as they are."""
    return (
        "set local session_replication_role = replica; update published.indicator_cell"
        f" set {column} = '{value}' where dimension = 'state' and cohort_period = '2018';"
        "set local session_replication_role = origin"
    )


DISTRICT = f"indicator_code = '{RATE}' and organization_id = 'D2' and cohort_period = '2018'"


@dataclass(frozen=True)
class Fault:
    """Statements that plant a fault, and the rules that find it; the first is the one it is meant for."""

    found_by: tuple[str, ...]
    statement: str


FAULTS = [
    Fault(
        # What is gone is also no complete cohort and no computed one.
        ("RELEASE-101", "RELEASE-102", "RELEASE-103"),
        f"delete from indicators.cube where indicator_code = '{WAGE}';"
        f"delete from indicators.outcome where indicator_code = '{WAGE}'",
    ),
    Fault(("RELEASE-102",), without(RATE, "2017")),
    Fault(
        ("RELEASE-103",),
        "insert into indicators.registry (indicator_code, indicator_version, unit) values ('NEW', '1.0', 'percent')",
    ),
    Fault(("RELEASE-104",), with_cohort("2014", 1000)),
    Fault(("RELEASE-105",), "delete from indicators.cube where organization_level = 'district'"),
    Fault(
        ("RELEASE-201", "RELEASE-205"),
        f"update indicators.cube set numerator_count = denominator_count + 1, rate = null where {DISTRICT}",
    ),
    Fault(("RELEASE-202",), f"update indicators.cube set rate = 0.5 where {DISTRICT}"),
    Fault(
        ("RELEASE-203",),
        f"update indicators.cube set third_quartile_usd = 7000 where indicator_code = '{WAGE}' and {STATE}",
    ),
    Fault(
        ("RELEASE-204",),
        "update indicators.cube set denominator_count = denominator_count - 1, rate = null"
        " where subgroup = 'F' and cohort_period = '2018'",
    ),
    Fault(
        ("RELEASE-205",),
        f"update indicators.cube set denominator_count = denominator_count + 500, rate = null where {DISTRICT}",
    ),
    Fault(
        ("RELEASE-206",),
        "update indicators.cube set denominator_count = denominator_count + 1, rate = null where cohort_period = 'all'",
    ),
    Fault(
        ("RELEASE-301",),
        "update control.delivery set accepted_count = 401, row_count = 401 where layout = 'ui/employer'",
    ),
    Fault(("RELEASE-302",), "delete from core.fct_diploma where student_id_state::int <= 20"),
    Fault(
        ("RELEASE-303",), "update core.fct_wage set wage_usd = wage_usd * 100 where quarter_index = 2020 * 4"
    ),
    Fault(("RELEASE-304",), "delete from staging.person_key where source_key = '7'"),
    Fault(
        ("RELEASE-305",),
        f"insert into indicators.outcome values ('{RATE}', '1.0', '2018', 'no')",
    ),
    Fault(("RELEASE-401",), published("shown_count", "1600")),
    Fault(("RELEASE-402", "RELEASE-401"), published("shown_count", "400")),
    Fault(("RELEASE-403",), published("shown_value", "12")),
    Fault(("RELEASE-404",), with_cohort("2020", 300)),
    Fault(
        ("RELEASE-501",),
        f"update indicators.cube set unlinked_count = 900 where {STATE} and cohort_period = '2018'",
    ),
    Fault(("RELEASE-502",), "update quality.plausibility_result set passed = false"),
]


@pytest.fixture(scope="module")
def state() -> State:
    return load_state()


@pytest.fixture(scope="module")
def released(warehouse: Warehouse, state: State) -> Warehouse:
    make_warehouse(warehouse)
    tables = (
        "published.release",
        "published.indicator_cell",
        "control.disclosure_log",
        "quality.plausibility_result",
    )
    with noting_writers(warehouse, *tables) as written:
        gates.release(warehouse, state)
    # The steps run under the roles of their duties: the publisher writes, the steward judges.
    assert written == {
        *((table, "p20w_publisher") for table in tables[:3]),
        (tables[3], "p20w_steward"),
    }
    return warehouse


@pytest.fixture
def connection(released: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose changes are taken back."""
    with psycopg.connect(released.url) as opened:
        yield opened
        opened.rollback()


def test_sound_numbers_break_no_rule_and_every_rule_has_something_to_judge(
    connection: psycopg.Connection[Any],
) -> None:
    run = judge(connection, "release", "release", {})
    assert [finding.sentence for finding in run.findings if not finding.passed] == []
    assert [finding.rule.code for finding in run.findings if not finding.evaluated] == []


def test_every_rule_has_a_planted_fault() -> None:
    assert [fault.found_by[0] for fault in FAULTS] == [rule.code for rule in gate_rules("release").rules]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.found_by[0])
def test_a_planted_fault_is_found_by_its_rule_and_no_other(
    connection: psycopg.Connection[Any], fault: Fault
) -> None:
    connection.execute(fault.statement.encode())
    run = judge(connection, "release", "release", {})
    assert {finding.rule.code for finding in run.findings if not finding.passed} == set(fault.found_by)


def test_a_release_that_a_rule_holds_is_refused_with_its_sentence_and_stored(
    released: Warehouse, state: State
) -> None:
    before = released.fetch_value("select count(*) from control.release")
    released.execute(f"update indicators.cube set numerator_count = 9999, rate = null where {DISTRICT}")
    with pytest.raises(ReleaseRefused) as caught:
        gates.release(released, state)
    told = str(caught.value)
    assert f"RELEASE-201 does not hold: No cell has more people with the outcome than people ({RATE})" in told
    # A number that disclosure control might hide is in no message.
    assert "9999" not in told
    assert released.fetch_value("select count(*) from control.release") == before
    stored = newest(released, "release")
    assert [code for code, row in stored.items() if not row["passed"]] == ["RELEASE-201", "RELEASE-205"]
    released.execute(f"update indicators.cube set numerator_count = 277 where {DISTRICT}")


def test_a_warning_is_told_and_stops_nothing(released: Warehouse, state: State) -> None:
    released.execute(
        f"update indicators.cube set unlinked_count = 900 where {STATE} and cohort_period = '2018'"
    )
    summary = gates.try_release(released, state)
    assert [told[:11] for told in summary.warnings] == ["RELEASE-501"]
    released.execute("update indicators.cube set unlinked_count = 0")


def test_dagster_shows_each_rule_as_a_check_of_the_cells_and_stops_at_a_hold_rule(
    released: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.resources.open_warehouse", lambda: released)

    def checks() -> tuple[bool, dict[str, bool]]:
        result = dg.materialize(
            [indicator_cell], resources={"warehouse": WarehouseResource()}, raise_on_error=False
        )
        return result.success, {
            check.check_name: check.passed for check in result.get_asset_check_evaluations()
        }

    succeeded, passed = checks()
    assert succeeded and set(passed) == {rule.code.replace("-", "_") for rule in gate_rules("release").rules}
    assert all(passed.values())
    released.execute(f"update indicators.cube set rate = 0.5 where {DISTRICT}")
    succeeded, passed = checks()
    assert not succeeded
    assert [name for name, is_passed in passed.items() if not is_passed] == ["RELEASE_202"]
    released.execute(f"update indicators.cube set rate = null where {DISTRICT}")
    specs = {spec.name: spec.blocking for spec in indicator_cell.check_specs}
    assert (specs["RELEASE_202"], specs["RELEASE_501"]) == (True, False)


def test_no_true_number_is_left_in_what_a_release_writes_dagsters_storage_and_logs_included(
    released: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("orchestration.resources.open_warehouse", lambda: released)
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance, caplog.at_level("DEBUG"):
        for sound in (True, False):
            released.execute(
                f"update indicators.cube set rate = {'null' if sound else '0.5'} where {DISTRICT}"
            )
            result = dg.materialize(
                [indicator_cell],
                resources={"warehouse": WarehouseResource()},
                instance=instance,
                raise_on_error=False,
            )
            assert result.success == sound
    released.execute(f"update indicators.cube set rate = null where {DISTRICT}")
    build_site(released, tmp_path / "site")
    server = released.home.root / "server"
    files = [
        path
        for folder in (tmp_path, released.home.root)
        for path in folder.rglob("*")
        if path.is_file() and server not in path.parents
    ]
    # The median stands nowhere else than in the cube; Dagster knows the rule that stopped the second run.
    assert not [path for path in files if b"7349.37" in path.read_bytes() or b"7,349.37" in path.read_bytes()]
    assert any(b"RELEASE_202" in path.read_bytes() for path in files if "dagster" in path.parts)
    assert "7349.37" not in caplog.text
    words = {
        word
        for table in (
            "control.release",
            "control.disclosure_log",
            "control.override_log",
            "control.access_log",
        )
        for (text,) in released.fetch_all(f"select (t.*)::text from {table} as t")
        for word in re.findall(r"[0-9.]+", text)
    }
    assert words & {"1237", "811", "703", "463", "7349.37"} == set()
