import datetime

import pyarrow as pa

from linkage.runs.persons import Assignment, assign_persons, previous_schema

OLD, NEW = (
    datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
)


def clusters(*groups: str) -> pa.Table:
    """Records are letters; each word is one cluster."""
    rows = [(letter, number) for number, group in enumerate(groups) for letter in group]
    return pa.table(
        {
            "record_id": pa.array([row[0] for row in rows], pa.string()),
            "cluster_id": pa.array([row[1] for row in rows], pa.int64()),
        }
    )


def previous(**persons: str | tuple[str, datetime.datetime]) -> pa.Table:
    rows = []
    for person, held in persons.items():
        letters, since = held if isinstance(held, tuple) else (held, OLD)
        rows += [{"record_id": letter, "person_id": person, "since": since, "trust": 1} for letter in letters]
    return pa.Table.from_pylist(rows, schema=previous_schema())


def who(assignment: Assignment) -> dict[str, str]:
    return {row["record_id"]: row["person_id"] for row in assignment.membership.to_pylist()}


def events(assignment: Assignment) -> list[tuple[str, str, str | None]]:
    return sorted((e["event"], e["person_id"], e["other_person_id"]) for e in assignment.events.to_pylist())


def test_first_persons_get_distinct_new_ids_and_an_assign_event_each() -> None:
    found = assign_persons(clusters("ab", "c"), previous())
    assert who(found)["a"] == who(found)["b"] != who(found)["c"]
    assert [event for event, _, _ in events(found)] == ["assign", "assign"]
    assert found.created.num_rows == 2


def test_nothing_changed_keeps_every_id_and_makes_no_event() -> None:
    found = assign_persons(clusters("ab", "c"), previous(P="ab", Q="c"))
    assert who(found) == {"a": "P", "b": "P", "c": "Q"}
    assert events(found) == []


def test_a_new_record_joins_the_person_it_belongs_to() -> None:
    found = assign_persons(clusters("abx"), previous(P="ab"))
    assert who(found)["x"] == "P"
    assert events(found) == []


def test_merged_persons_keep_the_id_of_the_larger_part() -> None:
    found = assign_persons(clusters("abc"), previous(P="a", Q="bc"))
    assert set(who(found).values()) == {"Q"}
    assert found.merged.to_pylist() == [{"person_id": "P", "merged_into": "Q"}]
    assert events(found) == [("merge", "P", "Q")]


def test_of_equal_parts_the_oldest_id_stays() -> None:
    found = assign_persons(clusters("ab"), previous(P=("a", NEW), Q=("b", OLD)))
    assert set(who(found).values()) == {"Q"}


def test_a_split_keeps_the_id_with_most_records_and_says_where_the_others_went() -> None:
    found = assign_persons(clusters("abc", "d"), previous(P="abcd"))
    other = who(found)["d"]
    assert who(found)["a"] == "P" != other
    assert events(found) == sorted([("assign", other, None), ("split", "P", other)])


def test_a_record_that_moves_to_another_person_is_an_event() -> None:
    found = assign_persons(clusters("ab", "cde"), previous(P="abc", Q="de"))
    assert who(found)["c"] == "Q"
    assert events(found) == [("split", "P", "Q")]


def test_a_second_choice_is_kept_where_the_first_is_taken() -> None:
    found = assign_persons(clusters("abcde", "fghi"), previous(P="abcdefg", Q="hi"))
    assert (who(found)["a"], who(found)["f"]) == ("P", "Q")


def test_a_person_whose_records_are_gone_is_retired_not_merged() -> None:
    found = assign_persons(clusters("a"), previous(P="a", Q="z"))
    assert found.retired.to_pylist() == [{"person_id": "Q"}]
    assert found.merged.num_rows == 0
    assert events(found) == [("retire", "Q", None)]


def test_a_merge_that_is_taken_back_gives_the_old_id_back() -> None:
    found = assign_persons(clusters("a", "bc"), previous(Q="abc"), former=previous(P="a"))
    assert who(found) == {"a": "P", "b": "Q", "c": "Q"}
    assert found.revived.to_pylist() == [{"person_id": "P"}]
    assert events(found) == [("revive", "P", None), ("split", "Q", "P")]


def test_a_merge_of_equals_that_is_taken_back_leaves_everyone_under_the_id_they_had() -> None:
    for held, retired in (("a", "b"), ("b", "a")):
        found = assign_persons(clusters("a", "b"), previous(Q="ab"), former=previous(P=retired))
        assert who(found) == {held: "Q", retired: "P"}


def test_a_former_id_is_not_taken_by_records_that_kept_another() -> None:
    found = assign_persons(clusters("ab"), previous(Q="ab"), former=previous(P="ab"))
    assert set(who(found).values()) == {"Q"}
    assert found.revived.num_rows == 0


def test_a_trusted_record_outweighs_several_spellings_of_wages() -> None:
    earlier = previous(P="a", Q="bcd").to_pylist()
    trusted = [row | {"trust": 4 if row["record_id"] == "a" else 1} for row in earlier]
    found = assign_persons(clusters("abcd"), pa.Table.from_pylist(trusted, schema=previous_schema()))
    assert set(who(found).values()) == {"P"}


def test_shuffled_clusters_and_memberships_give_the_same_ids() -> None:
    earlier = previous(P="abc", Q="def", R="g", S="hi")
    groups = clusters("abd", "cef", "gh", "i")
    backwards = list(reversed(range(earlier.num_rows)))
    found = assign_persons(groups, earlier)
    again = assign_persons(groups.take(list(reversed(range(groups.num_rows)))), earlier.take(backwards))
    assert who(again) == who(found)
