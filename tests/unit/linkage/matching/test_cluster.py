from collections.abc import Iterator
from typing import Any

import pytest

from linkage.engine import open_database
from linkage.matching.cleaning import macros
from linkage.matching.cluster import cluster, review_rest

Edge = tuple[int, int, float]


@pytest.fixture
def connection() -> Iterator[Any]:
    connection = open_database(threads=1)
    yield connection
    connection.close()


def spine_persons(
    connection: Any, slots: list[str | None], edges: list[Edge], cannot: list[tuple[int, int]] | None = None
) -> set[frozenset[int]]:
    """Cluster nodes 0, 1, 2... of the given slots, joined by (left, right, weight)."""
    connection.execute(
        "create table node (unique_id bigint, slot varchar, is_wage boolean, ssn varchar, fi varchar, given varchar,"
        " ssn_shared boolean, mi varchar, family varchar, family_all varchar[], family_tokens varchar[]);"
        "create table edge (node_l bigint, node_r bigint, profile varchar, match_weight double, reason varchar,"
        " is_link boolean);"
        "create table cannot_link (node_l bigint, node_r bigint);"
        "create table node_of (record bigint, node bigint);"
        "create table decided_together (record_l bigint, record_r bigint);"
        "create table decided_apart (record_l bigint, record_r bigint)"
    )
    for number, slot in enumerate(slots):
        connection.execute(
            "insert into node values (?, ?, false, null, 'A', 'ANN', false, null, null, [], [])",
            [number, slot],
        )
    for left, right, weight in edges:
        connection.execute("insert into edge values (?, ?, 'full', ?, null, true)", [left, right, weight])
    for pair in cannot or []:
        connection.execute("insert into cannot_link values (?, ?)", list(pair))
    connection.execute(macros())
    connection.execute(
        "create view spine as from node where not is_wage; create view wages as from node where is_wage"
    )
    cluster(connection)
    review_rest(connection)
    persons: dict[int, set[int]] = {}
    for node, person in connection.execute("select node, cluster from member").fetchall():
        persons.setdefault(person, set()).add(node)
    return {frozenset(nodes) for nodes in persons.values()}


def test_the_best_link_wins_where_a_person_can_hold_one_record(connection: Any) -> None:
    persons = spine_persons(connection, ["k12", "bridge", "bridge"], [(0, 1, 10.0), (0, 2, 20.0)])
    assert persons == {frozenset({0, 2}), frozenset({1})}


def test_a_chain_does_not_join_two_records_of_one_source(connection: Any) -> None:
    persons = spine_persons(
        connection, ["k12", None, None, "k12"], [(0, 1, 20.0), (1, 2, 15.0), (2, 3, 18.0)]
    )
    assert persons == {frozenset({0, 1}), frozenset({2, 3})}


def test_a_third_record_does_not_join_two_that_were_kept_apart(connection: Any) -> None:
    persons = spine_persons(connection, ["k12", "bridge", "wioa"], [(0, 1, 20.0), (0, 2, 18.0)], [(1, 2)])
    assert persons == {frozenset({0, 1}), frozenset({2})}


def test_a_long_chain_becomes_one_person(connection: Any) -> None:
    edges = [(number, number + 1, 10.0) for number in range(40)]
    assert spine_persons(connection, [None] * 41, edges) == {frozenset(range(41))}


def test_equal_links_into_free_slots_join_all(connection: Any) -> None:
    persons = spine_persons(connection, ["k12", "wioa", "bridge"], [(0, 1, 9.0), (1, 2, 9.0), (0, 2, 9.0)])
    assert persons == {frozenset({0, 1, 2})}


def test_a_link_that_would_double_a_source_is_a_question(connection: Any) -> None:
    spine_persons(connection, ["k12", "postsecondary1", "k12"], [(0, 1, 20.0), (1, 2, 10.0)])
    assert connection.execute("select node_l, node_r, reason from review").fetchall() == [
        (1, 2, "one_record_per_source")
    ]


def test_nearly_equal_candidates_for_one_place_are_left_to_a_person(connection: Any) -> None:
    persons = spine_persons(connection, ["k12", "bridge", "bridge"], [(0, 1, 19.0), (0, 2, 20.0)])
    assert persons == {frozenset({0}), frozenset({1}), frozenset({2})}
    asked = connection.execute("select node_l, node_r, reason from review order by all").fetchall()
    assert asked == [(0, 1, "ambiguous"), (0, 2, "ambiguous")]
