"""An educator's login sees the learners of its own schools in core, and nothing of anybody else."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from warehouse.access.logins import (
    educator_logins,
    give_login,
    grant_educator,
    login_name,
    revoke_educator,
)
from warehouse.connection import Warehouse
from warehouse.errors import P20WError

pytestmark = pytest.mark.slow

LEARNER = "00000000-0000-0000-0000-00000000000"
TABLES = {
    "core.dim_school": "select * from (values ('A1', 'A'), ('A2', 'A'), ('B1', 'B')) as s (school_id, district_id)",
    # Learner 1 is at A1, learner 2 moved from A1 to B1, learner 3 is at A2, learner 4 at B1.
    "core.fct_k12_enrollment": f"""
        select ('{LEARNER}' || learner)::uuid as person_id, school_id
        from (values (1, 'A1'), (2, 'A1'), (2, 'B1'), (3, 'A2'), (4, 'B1')) as e (learner, school_id)
    """,
    "core.dim_person": "select distinct person_id, 'F' as sex from core.fct_k12_enrollment",
    "core.fct_diploma": "select person_id, school_id from core.fct_k12_enrollment",
    "core.fct_credential_award": """
        select distinct person_id, reported_by
        from core.fct_k12_enrollment, (values ('k12'), ('postsecondary')) as r (reported_by)
    """,
    "core.fct_wage": "select person_id from core.fct_k12_enrollment",
}


@pytest.fixture(scope="module", params=["warehouse", "older_warehouse"])
def school_state(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """Two districts, built as the transformer builds."""
    warehouse: Warehouse = request.getfixturevalue(request.param)
    with warehouse.under("transformer").connect() as connection:
        for table, query in TABLES.items():
            connection.execute(f"create table {table} as {query}".encode())
            connection.execute("select control.settle_relation(%s, %s)", table.split("."))
    yield warehouse
    for name in ("A1", "A", "B", "both"):
        login = login_name(warehouse, "educator", name)
        if warehouse.fetch_value("select 1 from pg_roles where rolname = %s", [login]):
            warehouse.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(login)))


def login(warehouse: Warehouse, name: str, schools: list[str], districts: list[str]) -> str:
    """The URL of a login for these organisations."""
    login_role = login_name(warehouse, "educator", name)
    url = give_login(warehouse, "educator", login_role, days=1)
    grant_educator(warehouse, login_role, schools, districts)
    return url


def learners(url: str, table: str) -> list[int]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            f"select distinct right(person_id::text, 1)::int from {table} order by 1".encode()
        )
        return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("name", "schools", "districts", "seen"),
    [
        ("A1", ["A1"], [], [1, 2]),
        ("A", [], ["A"], [1, 2, 3]),
        ("B", [], ["B"], [2, 4]),
        ("both", ["A2"], ["B"], [2, 3, 4]),
    ],
)
def test_a_school_or_district_sees_its_own_learners(
    school_state: Warehouse, name: str, schools: list[str], districts: list[str], seen: list[int]
) -> None:
    url = login(school_state, name, schools, districts)
    for table in (
        "core.fct_k12_enrollment",
        "core.dim_person",
        "core.fct_diploma",
        "core.fct_credential_award",
    ):
        assert learners(url, table) == seen, table


def test_of_a_learner_who_moved_each_school_sees_its_own_part(school_state: Warehouse) -> None:
    with psycopg.connect(login(school_state, "A1", ["A1"], [])) as connection:
        assert connection.execute("select distinct school_id from fct_k12_enrollment").fetchall() == [("A1",)]
        assert connection.execute("select distinct school_id from fct_diploma").fetchall() == [("A1",)]
        assert connection.execute("select distinct reported_by from fct_credential_award").fetchall() == [
            ("k12",)
        ]


def test_wages_and_other_people_s_mappings_are_out_of_reach(school_state: Warehouse) -> None:
    login(school_state, "B", [], ["B"])
    with psycopg.connect(login(school_state, "A1", ["A1"], [])) as connection:
        for refused in ("core.fct_wage", "control.delivery", "identity.membership"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select * from {refused}".encode())
        assert connection.execute("select organization_id from control.educator_login").fetchall() == [
            ("A1",)
        ]


def test_everybody_else_who_may_read_a_table_sees_all_of_it(school_state: Warehouse) -> None:
    assert school_state.under("analyst").fetch_value("select count(*) from core.fct_k12_enrollment") == 5
    assert school_state.under("steward").fetch_value("select count(*) from core.dim_person") == 4


def test_a_table_made_anew_shows_an_educator_the_same(school_state: Warehouse) -> None:
    url = login(school_state, "A1", ["A1"], [])
    with school_state.under("transformer").connect() as connection:
        for table in ("core.fct_k12_enrollment", "core.dim_person"):
            schema, name = table.split(".")
            # As dbt replaces a table: the old one goes with all that depends on it.
            connection.execute(f"create table core.{name}__new as select * from {table}".encode())
            connection.execute(f"drop table {table} cascade".encode())
            connection.execute(f"alter table core.{name}__new rename to {name}".encode())
            connection.execute("select control.settle_relation(%s, %s)", [schema, name])
    assert learners(url, "core.dim_person") == [1, 2]


def test_what_was_given_can_be_taken_away(school_state: Warehouse) -> None:
    url = login(school_state, "A", [], ["A"])
    name = login_name(school_state, "educator", "A")
    assert (name, "district", "A") in educator_logins(school_state)
    assert revoke_educator(school_state, name) == 1
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from core.dim_person")
    with pytest.raises(P20WError, match="does not bind"):
        grant_educator(school_state, str(school_state.fetch_value("select current_user")), ["A1"], [])
