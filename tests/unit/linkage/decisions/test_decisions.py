"""People's decisions stand above every score."""

import pyarrow as pa
import pytest

from linkage import link
from linkage.records import decision_schema
from tests.unit.linkage.people import Row, clusters_by_key, record, table
from warehouse.errors import P20WError

pytestmark = pytest.mark.slow

PUPIL = record("k12", "A", first_name="Octavia", last_name="Brzezinski", sex="F")
OTHER_PUPIL = record("k12", "B", first_name="Leonora", last_name="Whitlock", sex="F")
LICENCE = record("bridge", "C", first_name="Octavia", last_name="Brzezinski", sex="F", ssn="212345678")
WAGE = record("ui", "D", first_name="OCTAVIA", last_name="BRZEZINSKI", ssn="212345678")
SPELLING = record("ui", "E", first_name="OCTAVIA", last_name="BRZEZINSK", ssn="212345678")
STRANGER = record("ui", "F", first_name="ROBERTO", last_name="QUISPE", ssn="412345678")
ROWS = [PUPIL, OTHER_PUPIL, LICENCE, WAGE, SPELLING, STRANGER]


def pairs(*decided: tuple[Row, Row]) -> pa.Table:
    rows = [{"record_id_l": left["record_id"], "record_id_r": right["record_id"]} for left, right in decided]
    return pa.Table.from_pylist(rows, schema=decision_schema())


def persons(**decisions: pa.Table) -> set[frozenset[str]]:
    records = table(ROWS)
    result = link(records, **decisions)
    assert result.counts["violations"] == 0
    return {frozenset(key for _, key in person) for person in clusters_by_key(result, records)}


def said(letters: str) -> set[frozenset[str]]:
    return {frozenset(group) for group in letters.split()}


def test_without_a_decision_each_pupil_stands_alone() -> None:
    assert persons() == said("A B CDE F")


@pytest.mark.parametrize(
    ("decided", "answer"),
    [
        ([(PUPIL, LICENCE)], "ACDE B F"),
        ([(PUPIL, WAGE)], "ACDE B F"),
        ([(PUPIL, OTHER_PUPIL)], "AB CDE F"),
        ([(PUPIL, STRANGER), (STRANGER, WAGE)], "ACDEF B"),
        ([(PUPIL, PUPIL)], "A B CDE F"),
    ],
    ids=["records", "wages", "two ids of one source", "a chain through wages", "itself"],
)
def test_a_decision_joins_what_no_score_would(decided: list[tuple[Row, Row]], answer: str) -> None:
    assert persons(must_link=pairs(*decided)) == said(answer)


@pytest.mark.parametrize(
    ("decided", "answer"),
    [((LICENCE, WAGE), "A B C DE F"), ((WAGE, SPELLING), "A B CD E F"), ((SPELLING, LICENCE), "A B C DE F")],
    ids=["a wage record and a licence", "two spellings", "the other spelling"],
)
def test_a_decision_keeps_apart_what_scores_would_join(decided: tuple[Row, Row], answer: str) -> None:
    found = persons(cannot_link=pairs(decided))
    together = {frozenset(key for key in group) for group in found}
    left, right = decided[0]["source_key"], decided[1]["source_key"]
    assert not any({left, right} <= group for group in together)
    assert sum(len(group) for group in found) == len(ROWS)
    if left != "D" or right != "E":
        assert found == said(answer)


def test_a_decision_to_keep_apart_stands_against_one_to_join() -> None:
    both = pairs((PUPIL, LICENCE))
    assert persons(must_link=both, cannot_link=both) == said("A B CDE F")


def test_two_chained_decisions_do_not_join_what_a_third_keeps_apart() -> None:
    found = persons(
        must_link=pairs((PUPIL, LICENCE), (LICENCE, OTHER_PUPIL)), cannot_link=pairs((PUPIL, OTHER_PUPIL))
    )
    assert not any({"A", "B"} <= group for group in found)
    assert any({"A", "C"} <= group or {"B", "C"} <= group for group in found)


def test_a_decided_pair_is_an_edge_with_its_method() -> None:
    edges = link(table(ROWS), must_link=pairs((PUPIL, STRANGER))).edges.to_pylist()
    assert [edge["method"] for edge in edges if STRANGER["record_id"] in edge.values()] == ["decision"]


def test_an_answered_question_is_not_asked_again() -> None:
    borrowed = [LICENCE, record("ui", "G", first_name="ROBERTO", last_name="BRZEZINSKI", ssn="212345678")]
    records = table(borrowed)
    asked = link(records).conflicts
    assert asked["reason"].to_pylist() == ["ssn_agrees_given_name_differs"]
    assert link(records, cannot_link=asked).conflicts.num_rows == 0
    assert link(records, must_link=asked).counts["persons"] == 1


def test_decisions_without_their_columns_are_refused() -> None:
    with pytest.raises(P20WError, match="lack the column record_id_r"):
        link(table(ROWS), must_link=pairs().drop_columns(["record_id_r"]))
